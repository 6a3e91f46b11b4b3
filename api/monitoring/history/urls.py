"""Addresses of a device's history."""

from api.kit.addresses import Address

device_history = Address("/devices/{device_id:int}/history")
device_history_csv = Address("/devices/{device_id:int}/history.csv")
device_history_json = Address("/api/v1/devices/{device_id:int}/history")
