"""Addresses of terms."""

from api.kit.addresses import Address

terms = Address("/terms")
new_term = Address("/terms/new")
term = Address("/terms/{term_id:int}")
delete_term = Address("/terms/{term_id:int}/delete")
