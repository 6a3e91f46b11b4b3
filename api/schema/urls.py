"""Addresses of the API's documentation."""

from api.kit.addresses import Address

api = Address("/api")
