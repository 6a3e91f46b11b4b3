"""Addresses for visitors, below those of labels, and where their reports are decided on."""

from api.kit.addresses import Address

thing_picture = Address("/t/{code:str}/picture")
report_as_visitor = Address("/t/{code:str}/report")
visitor_reports = Address("/work-orders/visitor-reports")
accept_visitor_report = Address("/work-orders/visitor-reports/{report_id:int}/accept")
dismiss_visitor_report = Address("/work-orders/visitor-reports/{report_id:int}/dismiss")
