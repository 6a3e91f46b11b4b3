"""Addresses of donations."""

from api.kit.addresses import Address

donations = Address("/donations")
donations_csv = Address("/donations.csv")
donations_xlsx = Address("/donations.xlsx")
new_donation = Address("/donations/new")
donation = Address("/donations/{donation_id:int}")
edit_donation = Address("/donations/{donation_id:int}/edit")
donation_lines = Address("/donations/{donation_id:int}/lines")
donation_line = Address("/donations/{donation_id:int}/lines/{line_id:int}")
receive_line = Address("/donations/{donation_id:int}/lines/{line_id:int}/receive")
undo_receipt = Address("/donations/{donation_id:int}/receipts/{receipt_id:int}/undo")
attach_assets = Address("/donations/{donation_id:int}/attach")
acknowledgement = Address("/donations/{donation_id:int}/acknowledgement")
