"""The address of the question what a scan means."""

from api.kit.addresses import Address

scans = Address("/api/v1/scans")
