"""Addresses of reports of availability."""

from api.kit.addresses import Address

availability = Address("/availability")
availability_csv = Address("/availability.csv")
