"""Addresses of devices."""

from api.kit.addresses import Address

devices = Address("/devices")
devices_csv = Address("/devices.csv")
devices_xlsx = Address("/devices.xlsx")
new_device = Address("/devices/new")
device = Address("/devices/{device_id:int}")
edit_device = Address("/devices/{device_id:int}/edit")
poll_device = Address("/devices/{device_id:int}/poll")
pause_device = Address("/devices/{device_id:int}/pause")
resume_device = Address("/devices/{device_id:int}/resume")
remove_device = Address("/devices/{device_id:int}/remove")
