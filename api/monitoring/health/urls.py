"""Addresses of the setup of monitoring and of how it does."""

from api.kit.addresses import Address

monitoring_setup = Address("/devices/setup")
monitoring_health = Address("/devices/health")
