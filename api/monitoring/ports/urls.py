"""Addresses of ports and the port finder."""

from api.kit.addresses import Address

device_ports = Address("/devices/{device_id:int}/ports")
take_parent = Address("/devices/{device_id:int}/uplink")
port_finder = Address("/port-finder")
