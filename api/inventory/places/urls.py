"""Addresses of places."""

from api.kit.addresses import Address

places = Address("/places")
new_place = Address("/places/new")
place = Address("/places/{place_id:int}")
retire_place = Address("/places/{place_id:int}/retire")
restore_place = Address("/places/{place_id:int}/restore")
