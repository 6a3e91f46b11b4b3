"""Addresses of the report of upkeep."""

from api.kit.addresses import Address

upkeep = Address("/upkeep")
upkeep_csv = Address("/upkeep.csv")
