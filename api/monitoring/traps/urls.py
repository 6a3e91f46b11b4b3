"""Addresses of messages of devices."""

from api.kit.addresses import Address

device_messages = Address("/device-messages")
