"""Addresses of maintenance plans."""

from api.kit.addresses import Address

maintenance_plans = Address("/maintenance-plans")
new_maintenance_plan = Address("/maintenance-plans/new")
maintenance_plan = Address("/maintenance-plans/{maintenance_plan_id:int}")
edit_maintenance_plan = Address("/maintenance-plans/{maintenance_plan_id:int}/edit")
pause_maintenance_plan = Address("/maintenance-plans/{maintenance_plan_id:int}/pause")
resume_maintenance_plan = Address("/maintenance-plans/{maintenance_plan_id:int}/resume")
end_maintenance_plan = Address("/maintenance-plans/{maintenance_plan_id:int}/end")
open_planned_work = Address("/maintenance-plans/{maintenance_plan_id:int}/due-orders")
complete_planned_work = Address("/maintenance-plans/{maintenance_plan_id:int}/completions")
