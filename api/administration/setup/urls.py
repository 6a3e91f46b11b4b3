"""Addresses of the first visit."""

from api.kit.addresses import Address

setup = Address("/setup")
