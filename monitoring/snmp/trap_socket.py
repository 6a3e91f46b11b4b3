"""The port where devices report: bound by one process at a time, drained a slice at a time."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from ipaddress import IPv6Address, ip_address

from monitoring.snmp.datagrams import SO_RCVBUFFORCE, WANTED_BUFFER_BYTES
from monitoring.snmp.values import Address

# Real notifications fit into one frame; a few agents send more. What is longer is none.
LARGEST_DATAGRAM = 8192
SLICE = 64  # then everyone else on the loop has a turn, however fast they come

Peer = tuple[str, int] | tuple[str, int, int, int]  # as the socket names it
Arrived = Callable[[bytes, str, Peer], None]


class TrapSocket:
    """Hands over datagrams with the plain address of their source; sends the replies back."""

    def __init__(self, address: Address, arrived: Arrived) -> None:
        """Bind; OSError if another process has the port, or we may not have it."""
        self._arrived = arrived
        self._socket = socket.socket(
            socket.AF_INET6 if address.is_v6 else socket.AF_INET, socket.SOCK_DGRAM
        )
        try:
            self._set_up(address)
        except OSError:
            self._socket.close()
            raise

    @property
    def port(self) -> int:
        """The port that was bound: another than asked for where that was 0."""
        port: int = self._socket.getsockname()[1]
        return port

    def send(self, payload: bytes, peer: Peer) -> None:
        """Send at once; what the kernel will not take now is as lost as what the network drops."""
        with suppress(OSError):
            self._socket.sendto(payload, peer)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    def _set_up(self, address: Address) -> None:
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WANTED_BUFFER_BYTES)
        with suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, WANTED_BUFFER_BYTES)
        if address.is_v6:
            # [::] takes both families, whatever the machine's default is.
            self._socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        self._socket.bind((address.host, address.port))
        asyncio.get_running_loop().add_reader(self._socket, self._drain)

    def _drain(self) -> None:
        receive, arrived = self._socket.recvfrom, self._arrived
        for _ in range(SLICE):
            try:
                payload, peer = receive(LARGEST_DATAGRAM)
            except BlockingIOError:
                return
            except OSError:  # an ICMP error for a reply of ours
                continue
            arrived(payload, plain_address(peer[0]), peer)


def plain_address(host: str) -> str:
    """The address as devices are stored by: IPv4 inside IPv6 is IPv4, and no zone."""
    if ":" not in host:
        return host
    found = ip_address(host.partition("%")[0])
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(found)
