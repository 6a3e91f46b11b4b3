"""Network cards of the simulated devices: one made-up MAC each, the same in every walk."""

import zlib

from labshare.demo.walk_rows import INTEGER, IP_ADDRESS, OCTETS, Walk

ADDRESSES = "1.3.6.1.2.1.4.20.1"
PHYSICAL_ADDRESS = "1.3.6.1.2.1.2.2.1.6"
# The second bit of the first byte says that somebody made the number up, and no maker.
MADE_UP = (0x02, 0x4C)


def card(name: str) -> tuple[int, ...]:
    """The six bytes of the device's card."""
    return (*MADE_UP, *zlib.crc32(name.encode()).to_bytes(4, "big"))


def put_card(walk: Walk, name: str) -> None:
    """The card on the first interface, and an address of a network for examples (RFC 5737) on it."""
    address = f"192.0.2.{zlib.crc32(name.encode()) % 250 + 1}"
    walk.put(f"{PHYSICAL_ADDRESS}.1", f"{OCTETS}x", bytes(card(name)).hex())
    walk.put(f"{ADDRESSES}.1.{address}", IP_ADDRESS, address)
    walk.put(f"{ADDRESSES}.2.{address}", INTEGER, 1)
