"""Networks: where a school's devices may be; no worker ever asks an address elsewhere."""

from monitoring.devices.networks.addressing import Bounds, OutsideOfNetworks, ScanOrder, is_within
from monitoring.devices.networks.changes import (
    NewNetwork,
    create_network,
    delete_network,
    update_network,
)
from monitoring.devices.networks.grants import NotGranted, find_granted
from monitoring.devices.networks.views import Network, get_network, list_networks

__all__ = [
    "Bounds",
    "Network",
    "NewNetwork",
    "NotGranted",
    "OutsideOfNetworks",
    "ScanOrder",
    "create_network",
    "delete_network",
    "find_granted",
    "get_network",
    "is_within",
    "list_networks",
    "update_network",
]
