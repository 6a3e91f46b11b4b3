"""Addresses of the list of changes."""

from api.kit.addresses import Address

audit = Address("/audit")
