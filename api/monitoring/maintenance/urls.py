"""Addresses of maintenance windows."""

from api.kit.addresses import Address

maintenance = Address("/maintenance")
new_maintenance = Address("/maintenance/new")
end_maintenance = Address("/maintenance/{window_id:int}/end")
