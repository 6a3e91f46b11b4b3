"""Addresses of transfers between schools."""

from api.kit.addresses import Address

transfers = Address("/transfers")
transfers_csv = Address("/transfers.csv")
transfers_xlsx = Address("/transfers.xlsx")
new_transfer = Address("/transfers/new")
transfer = Address("/transfers/{transfer_id:int}")
add_to_transfer = Address("/transfers/{transfer_id:int}/lines")
take_from_transfer = Address("/transfers/{transfer_id:int}/lines/{line_id:int}/take-out")
send_transfer = Address("/transfers/{transfer_id:int}/send")
cancel_transfer = Address("/transfers/{transfer_id:int}/cancel")
receive_transfer = Address("/transfers/{transfer_id:int}/receive")
resolve_transfer_line = Address("/transfers/{transfer_id:int}/lines/{line_id:int}/resolve")
resolve_transfer_extra = Address("/transfers/{transfer_id:int}/extras/{extra_id:int}/resolve")
sign_transfer = Address("/transfers/{transfer_id:int}/sign")
transfer_due_day = Address("/transfers/{transfer_id:int}/due-day")
return_transfer = Address("/transfers/{transfer_id:int}/return")
transfer_paper = Address("/transfers/{transfer_id:int}/paper")
