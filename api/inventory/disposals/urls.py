"""Addresses of disposals."""

from api.kit.addresses import Address

disposals = Address("/disposals")
disposals_csv = Address("/disposals.csv")
disposals_xlsx = Address("/disposals.xlsx")
new_disposal = Address("/disposals/new")
disposal_rules = Address("/disposals/rules")
disposal_rule = Address("/disposals/rules/{school_id:int}")
disposal = Address("/disposals/{disposal_id:int}")
disposal_certificate = Address("/disposals/{disposal_id:int}/certificate")
approve_disposal = Address("/disposals/{disposal_id:int}/approve")
refuse_disposal = Address("/disposals/{disposal_id:int}/refuse")
withdraw_disposal = Address("/disposals/{disposal_id:int}/withdraw")
leave_out = Address("/disposals/{disposal_id:int}/lines/{line_id:int}/leave-out")
