"""Addresses of the first page, the search and the language switch."""

from api.kit.addresses import Address

home = Address("/")
search = Address("/search")
language = Address("/language")
