"""Addresses of reports of use."""

from api.kit.addresses import Address

usage = Address("/usage")
usage_csv = Address("/usage.csv")
idle_assets = Address("/usage/idle")
donation_usage = Address("/donations/{donation_id:int}/usage")
donation_usage_csv = Address("/donations/{donation_id:int}/usage.csv")
