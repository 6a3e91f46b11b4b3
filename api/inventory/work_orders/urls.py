"""Addresses of repairs and reports of faults."""

from api.kit.addresses import Address

report_any_fault = Address("/report")
report_fault = Address("/assets/{tag:str}/report")
work_orders = Address("/work-orders")
work_orders_csv = Address("/work-orders.csv")
work_orders_xlsx = Address("/work-orders.xlsx")
work_order = Address("/work-orders/{order_id:int}")
job_card = Address("/work-orders/{order_id:int}/card")
work_order_entries = Address("/work-orders/{order_id:int}/entries")
work_order_comments = Address("/work-orders/{order_id:int}/comments")
reserve_part = Address("/work-orders/{order_id:int}/parts/reserve")
return_part = Address("/work-orders/{order_id:int}/parts/return")
take_work_order = Address("/work-orders/{order_id:int}/take")
assign_work_order = Address("/work-orders/{order_id:int}/assign")
set_usability = Address("/work-orders/{order_id:int}/usability")
wait_for_parts = Address("/work-orders/{order_id:int}/wait-for-parts")
resume_work_order = Address("/work-orders/{order_id:int}/resume")
complete_work_order = Address("/work-orders/{order_id:int}/complete")
cancel_work_order = Address("/work-orders/{order_id:int}/cancel")
photo_draft = Address("/photo-drafts/{token:str}")
work_order_photo = Address("/api/v1/work-orders/photos/{photo_id:int}")
