"""Ports of switches: what is behind each, and at which port a thing is."""

from monitoring.topology.finding import Finding, Location, Subject, find_port, locations_of
from monitoring.topology.macs import mac_of
from monitoring.topology.panel import AtTheCable, Behind, Port, PortPanel, list_ports, read_panel
from monitoring.topology.store import forget_old, keep
from monitoring.topology.uplinks import Uplink, suggest_parent, take_parent

__all__ = [
    "AtTheCable",
    "Behind",
    "Finding",
    "Location",
    "Port",
    "PortPanel",
    "Subject",
    "Uplink",
    "find_port",
    "forget_old",
    "keep",
    "list_ports",
    "locations_of",
    "mac_of",
    "read_panel",
    "suggest_parent",
    "take_parent",
]
