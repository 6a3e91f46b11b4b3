"""Devices: the network side of assets, as people register them and as visits find them."""

from monitoring.devices.addresses import checked_address
from monitoring.devices.views import (
    Device,
    DeviceFilter,
    DeviceState,
    LatestReading,
    find_by_asset,
    get_device,
    latest_readings,
    list_devices,
)

__all__ = [
    "Device",
    "DeviceFilter",
    "DeviceState",
    "LatestReading",
    "checked_address",
    "find_by_asset",
    "get_device",
    "latest_readings",
    "list_devices",
]
