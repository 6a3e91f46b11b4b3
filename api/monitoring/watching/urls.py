"""Addresses of how devices are watched."""

from api.kit.addresses import Address

watching = Address("/devices/{device_id:int}/watching")
device_parent = Address("/devices/{device_id:int}/watching/parent")
device_hours = Address("/devices/{device_id:int}/watching/hours")
device_rule = Address("/devices/{device_id:int}/watching/rules/{rule:str}")
put_back_device_rule = Address("/devices/{device_id:int}/watching/rules/{rule:str}/put-back")
kind_rules = Address("/schools/{school_id:int}/rules/{profile:str}")
kind_rule = Address("/schools/{school_id:int}/rules/{profile:str}/{rule:str}")
put_back_kind_rule = Address("/schools/{school_id:int}/rules/{profile:str}/{rule:str}/put-back")
