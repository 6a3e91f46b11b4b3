"""Addresses of guests."""

from api.kit.addresses import Address

guests = Address("/guests")
guest = Address("/guests/{guest_id:int}")
erase_guest = Address("/guests/{guest_id:int}/erase")
