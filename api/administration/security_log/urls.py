"""Addresses of the security log."""

from api.kit.addresses import Address

security_log = Address("/security-log")
security_log_csv = Address("/security-log.csv")
