"""Addresses of damaged files."""

from api.kit.addresses import Address

damaged_files = Address("/library/damaged")
