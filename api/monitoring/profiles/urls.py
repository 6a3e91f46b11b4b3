"""Addresses of kinds of devices."""

from api.kit.addresses import Address

device_profiles = Address("/devices/profiles")
device_profile = Address("/devices/profiles/{profile_name:str}")
