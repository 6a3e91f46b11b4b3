"""Addresses of donors."""

from api.kit.addresses import Address

donors = Address("/donors")
donors_csv = Address("/donors.csv")
donors_xlsx = Address("/donors.xlsx")
new_donor = Address("/donors/new")
donor_names = Address("/donors/names")
donor = Address("/donors/{donor_id:int}")
