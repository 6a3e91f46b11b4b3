"""Addresses of the library."""

from api.kit.addresses import Address

resources = Address("/library")
new_resource = Address("/library/new")
my_uploads = Address("/library/uploads")
stop_upload = Address("/library/uploads/{upload_id:uuid}/stop")
resource = Address("/library/{resource_id:uuid}")
edit_resource = Address("/library/{resource_id:uuid}/edit")
add_revision = Address("/library/{resource_id:uuid}/revisions")
publish_resource = Address("/library/{resource_id:uuid}/publish")
submit_resource = Address("/library/{resource_id:uuid}/submit")
take_back_resource = Address("/library/{resource_id:uuid}/take-back")
withdraw_resource = Address("/library/{resource_id:uuid}/withdraw")
