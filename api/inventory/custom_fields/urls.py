"""Addresses of custom fields."""

from api.kit.addresses import Address

custom_fields = Address("/custom-fields")
new_custom_field = Address("/custom-fields/new")
custom_field = Address("/custom-fields/{field_id:int}")
delete_custom_field = Address("/custom-fields/{field_id:int}/delete")
retire_custom_field = Address("/custom-fields/{field_id:int}/retire")
restore_custom_field = Address("/custom-fields/{field_id:int}/restore")
