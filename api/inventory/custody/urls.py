"""Addresses of custody."""

from api.kit.addresses import Address

custody = Address("/custody")
hand_out = Address("/custody/hand-out")
take_back = Address("/custody/take-back")
custody_csv = Address("/custody.csv")
custody_xlsx = Address("/custody.xlsx")
