"""Addresses of networks and the searches in them."""

from api.kit.addresses import Address

networks = Address("/networks")
new_network = Address("/networks/new")
network = Address("/networks/{network_id:int}")
edit_network = Address("/networks/{network_id:int}/edit")
remove_network = Address("/networks/{network_id:int}/remove")
start_network_scan = Address("/networks/{network_id:int}/scans")
network_scan = Address("/networks/{network_id:int}/scans/{scan_id:int}")
cancel_network_scan = Address("/networks/{network_id:int}/scans/{scan_id:int}/cancel")
