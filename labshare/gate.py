"""Who may open another connection: counted by address, so that one neighbour leaves room for all."""

from collections import Counter
from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address, ip_network

# Whoever has one IPv6 address has its whole network of 64 bits.
BITS_OF_A_NEIGHBOUR = 64
ANYBODY = "*"


class Gate:
    """The open connections of this process by address; the proxies carry all and have no bound."""

    def __init__(self, *, per_address: int, total: int, proxies: Iterable[str] = ()) -> None:
        names = tuple(proxies)
        self._anybody = ANYBODY in names
        self._proxies = [ip_network(name) for name in names if name != ANYBODY]
        self._per_address = per_address
        self._total = total
        self._open: Counter[str] = Counter()

    def enter(self, host: str) -> bool:
        """Count one more connection from ``host``; False, and not counted, if it is one too many."""
        address = _neighbour(host)
        if self._open.total() >= self._total:
            return False
        if self._open[address] >= self._per_address and not self._is_proxy(host):
            return False
        self._open[address] += 1
        return True

    def leave(self, host: str) -> None:
        """A counted connection has ended."""
        address = _neighbour(host)
        self._open[address] -= 1
        if not self._open[address]:
            del self._open[address]

    def open_from(self, host: str) -> int:
        """How many connections of ``host`` are open."""
        return self._open[_neighbour(host)]

    def _is_proxy(self, host: str) -> bool:
        if self._anybody:
            return True
        try:
            address = ip_address(host)
        except ValueError:
            return False
        return any(address in network for network in self._proxies)


def _neighbour(host: str) -> str:
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(int(address) >> (128 - BITS_OF_A_NEIGHBOUR))
    return str(address)
