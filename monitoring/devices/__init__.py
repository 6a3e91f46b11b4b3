"""Devices: the network side of assets, as people register them and as visits find them."""

from monitoring.devices.addresses import checked_address
from monitoring.devices.changes import (
    NewDevice,
    add_device,
    edit_device,
    pause_device,
    poll_now,
    remove_device,
    resume_device,
)
from monitoring.devices.views import (
    Device,
    DeviceFilter,
    DeviceState,
    LatestReading,
    get_device,
    latest_readings,
    list_devices,
    of_asset,
)

__all__ = [
    "Device",
    "DeviceFilter",
    "DeviceState",
    "LatestReading",
    "NewDevice",
    "add_device",
    "checked_address",
    "edit_device",
    "get_device",
    "latest_readings",
    "list_devices",
    "of_asset",
    "pause_device",
    "poll_now",
    "remove_device",
    "resume_device",
]
