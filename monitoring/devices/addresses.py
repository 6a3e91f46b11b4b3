"""Addresses that a poll may be sent to: one machine, written one way."""

from ipaddress import ip_address

from core.errors import Invalid, say


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
