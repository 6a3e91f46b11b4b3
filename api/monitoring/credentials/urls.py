"""Addresses of credentials."""

from api.kit.addresses import Address

credentials = Address("/credentials")
new_credential = Address("/credentials/new")
credential = Address("/credentials/{credential_id:int}")
remove_credential = Address("/credentials/{credential_id:int}/remove")
