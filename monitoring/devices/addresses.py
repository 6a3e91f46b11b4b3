"""Addresses of one machine, each written one way: where a poll goes, and what wakes it."""

import re
from ipaddress import ip_address

from core.errors import Invalid, say

MAC = re.compile(r"[0-9a-f]{12}")


def checked_mac(text: str) -> str | None:
    """A network card's address as ``02:00:5e:10:00:01``; Invalid for anything else, None for blank.

    Colons, dashes, dots or nothing between the digits: as labels and switches write them.
    """
    digits = re.sub(r"[:.\-\s]", "", text.lower())
    if not digits:
        return None
    if not MAC.fullmatch(digits) or digits in ("0" * 12, "f" * 12):
        raise Invalid.of(
            "mac", say("Write the network card's address, such as 02:00:5e:10:00:01"), code="mac"
        )
    return ":".join(digits[place : place + 2] for place in range(0, 12, 2))


def checked_address(text: str) -> str:
    """The IP address in its canonical form; Invalid for names, networks and many at once.

    Names are refused, since one could come to mean another machine after it was checked.
    """
    try:
        address = ip_address(text.strip().strip("[]"))
    except ValueError as error:
        raise Invalid.of(
            "address", say("Write the IP address, such as 192.168.3.21"), code="address"
        ) from error
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        address = mapped
    if getattr(address, "scope_id", None):
        raise Invalid.of("address", say("Leave out the part after %"), code="address")
    is_broadcast = str(address) == "255.255.255.255"
    if address.is_multicast or address.is_unspecified or is_broadcast:
        raise Invalid.of("address", say("This address does not name one machine"), code="address")
    return str(address)
