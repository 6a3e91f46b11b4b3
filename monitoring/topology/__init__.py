"""Ports of switches: what is behind each, and at which port a thing is."""

from monitoring.topology.locations import Location, PortLocation, Subject, find_port, locations_of
from monitoring.topology.macs import mac_of
from monitoring.topology.panel import AtTheCable, Behind, Port, PortPanel, list_ports, read_panel
from monitoring.topology.store import delete_old, store_surroundings
from monitoring.topology.uplinks import Uplink, suggest_parent, take_parent

__all__ = [
    "AtTheCable",
    "Behind",
    "Location",
    "Port",
    "PortLocation",
    "PortPanel",
    "Subject",
    "Uplink",
    "delete_old",
    "find_port",
    "list_ports",
    "locations_of",
    "mac_of",
    "read_panel",
    "store_surroundings",
    "suggest_parent",
    "take_parent",
]
