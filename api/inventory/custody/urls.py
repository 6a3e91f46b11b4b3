"""Addresses of custody."""

from api.kit.addresses import Address

custody = Address("/custody")
hand_out = Address("/custody/hand-out")
take_back = Address("/custody/take-back")
custody_csv = Address("/custody.csv")
custody_xlsx = Address("/custody.xlsx")
renew = Address("/custody/renew")
renew_own = Address("/custody/renew-own")
hand_over = Address("/custody/hand-overs/{hand_over_id:int}")
sign_hand_over = Address("/custody/hand-overs/{hand_over_id:int}/signature")
resolve_shortage = Address("/custody/shortages/{shortage_id:int}/resolution")
