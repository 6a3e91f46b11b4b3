"""What a device says of others: cards behind its ports, neighbours on its cables, addresses."""

from collections.abc import Iterable

import msgspec

MAC_BYTES = 6
NOBODY = {"00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"}
MOST_FORWARDING_ENTRIES = 5_000


class ForwardingEntry(msgspec.Struct, frozen=True):
    """A network card, by its MAC, that a switch has heard behind one of its ports."""

    port: str
    mac: str
    vlan: int | None = None


class Neighbour(msgspec.Struct, frozen=True):
    """Who introduces itself at the other end of a port's cable (IEEE 802.1AB)."""

    port: str
    chassis: str
    name: str = ""
    remote_port: str = ""


class HardwareAddress(msgspec.Struct, frozen=True):
    """Which card has an IP address; ``is_own`` when the device speaks of itself."""

    address: str
    mac: str
    is_own: bool = False


class Surroundings(msgspec.Struct, frozen=True):
    """All of it from one visit; empty when the visit did not ask, or nobody was there."""

    forwarding: list[ForwardingEntry] = []
    neighbours: list[Neighbour] = []
    addresses: list[HardwareAddress] = []


def surroundings_of(found: Iterable[object]) -> Surroundings:
    """What of the findings is about others."""
    all_found = list(found)
    by_mac: dict[str, ForwardingEntry] = {}
    for one in all_found:
        if isinstance(one, ForwardingEntry):
            by_mac.setdefault(one.mac, one)  # the table that knows VLANs comes first
    return Surroundings(
        list(by_mac.values()),
        [one for one in all_found if isinstance(one, Neighbour)],
        [one for one in all_found if isinstance(one, HardwareAddress)],
    )


def mac_text(raw: object) -> str | None:
    """A MAC as we write it, aa:bb:cc:dd:ee:ff; None for anything else and for nobody's."""
    if not isinstance(raw, bytes | tuple) or len(raw) != MAC_BYTES:
        return None
    if not all(0 <= part <= 255 for part in raw):
        return None
    mac = ":".join(f"{part:02x}" for part in raw)
    # The lowest bit of the first byte marks a group, not a card.
    return None if mac in NOBODY or raw[0] & 1 else mac


def within_bounds(forwarding: Iterable[ForwardingEntry]) -> list[ForwardingEntry]:
    """At most MOST_FORWARDING_ENTRIES, and of the fullest ports the fewest: there hang other switches."""
    by_port: dict[str, list[ForwardingEntry]] = {}
    for one in forwarding:
        by_port.setdefault(one.port, []).append(one)
    chosen: list[ForwardingEntry] = []
    for _, behind in sorted(by_port.items(), key=lambda item: len(item[1])):
        chosen += behind[: MOST_FORWARDING_ENTRIES - len(chosen)]
    return chosen
