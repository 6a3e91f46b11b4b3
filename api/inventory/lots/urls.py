"""Addresses of lots."""

from api.kit.addresses import Address

lots = Address("/lots")
lots_csv = Address("/lots.csv")
lots_xlsx = Address("/lots.xlsx")
new_lot = Address("/lots/new")
lot = Address("/lots/{lot_id:int}")
hand_out_lot = Address("/lots/{lot_id:int}/hand-out")
count_lot = Address("/lots/{lot_id:int}/count")
lose_of_lot = Address("/lots/{lot_id:int}/lose")
move_lot = Address("/lots/{lot_id:int}/move")
lot_loans = Address("/lot-loans")
lot_loans_csv = Address("/lot-loans.csv")
lot_loans_xlsx = Address("/lot-loans.xlsx")
lot_loan = Address("/lot-loans/{loan_id:int}")
renew_lot_loan = Address("/lot-loans/{loan_id:int}/renew")
renew_own_lot_loan = Address("/lot-loans/{loan_id:int}/renew-own")
