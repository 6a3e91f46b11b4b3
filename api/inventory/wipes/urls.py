"""Addresses of wipes."""

from api.kit.addresses import Address

wipes = Address("/wipes")
wipes_csv = Address("/wipes.csv")
wipes_xlsx = Address("/wipes.xlsx")
verify_wipes = Address("/wipes/verify")
wipe_certificate = Address("/wipes/{wipe_id:int}/certificate")
