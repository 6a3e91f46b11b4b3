"""Addresses of donors."""

from api.kit.addresses import Address

donors = Address("/donors")
new_donor = Address("/donors/new")
donor_names = Address("/donors/names")
donor = Address("/donors/{donor_id:int}")
