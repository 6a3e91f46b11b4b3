"""Networks as arithmetic: how they are written, what lies within what, which machines they hold."""

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from core.errors import Invalid, say
from monitoring.snmp import SnmpError

IpNetwork = IPv4Network | IPv6Network
Bounds = tuple[IpNetwork, ...]

# The largest that is searched, 65,534 machines: an hour at 20 addresses a second.
WIDEST_SEARCH_V4 = 16
WIDEST_SEARCH_V6 = 112


class OutsideOfNetworks(SnmpError):
    """The address is none that this installation may ask, so nothing was sent."""

    code = "outside_of_networks"
    was_heard = False

    def __init__(self) -> None:
        super().__init__(
            say("Not asked: the address lies outside of the networks of this installation")
        )


@lru_cache(maxsize=65_536)
def is_within(address: str, bounds: Bounds) -> bool:
    """Whether an IP address lies in one of ``bounds``; asked before everything that is sent."""
    machine = ip_address(address)
    return any(machine in bound for bound in bounds)


def checked_cidr(text: str, bounds: Bounds) -> IpNetwork:
    """The network in its canonical form; Invalid unless it lies wholly within ``bounds``."""
    try:
        network = ip_network(text.strip(), strict=False)
    except ValueError as error:
        raise Invalid.of(
            "cidr", say("Write the network, such as 192.168.3.0/24"), code="network"
        ) from error
    if "%" in text:
        # A zone (RFC 4007) means something on one machine alone; no column holds it.
        raise Invalid.of("cidr", say("Leave out the part after %"), code="network")
    first = network.network_address
    if any(first in bound and network.prefixlen >= bound.prefixlen for bound in bounds):
        return network
    raise Invalid.of(
        "cidr",
        say(
            "This installation may ask only within {networks} (LABSHARE_NETWORKS)",
            networks=", ".join(map(str, bounds)),
        ),
        code="out_of_bounds",
    )


def can_be_searched(network: IpNetwork) -> bool:
    """Whether the network is small enough to be gone through address by address."""
    widest = WIDEST_SEARCH_V4 if network.version == 4 else WIDEST_SEARCH_V6
    return network.prefixlen >= widest


class ScanOrder:
    """The machines of a network, first to last: without those that name the network or all of it."""

    def __init__(self, network: IpNetwork) -> None:
        lone = network.max_prefixlen - 1  # of two or one addresses each is a machine's (RFC 3021)
        self._first = network.network_address + (0 if network.prefixlen >= lone else 1)
        # IPv6 has no broadcast; its first address belongs to any router (RFC 4291, 2.6.1).
        skipped = 0 if network.prefixlen >= lone else 2 if network.version == 4 else 1
        self._count = network.num_addresses - skipped

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, place: int) -> str:
        if not 0 <= place < self._count:
            raise IndexError(place)
        return str(self._first + place)
