"""One unconnected UDP socket a family, drained whole at each wake-up of the loop."""

import asyncio
import socket
from collections.abc import Callable
from ipaddress import ip_address

from monitoring.snmp.values import Address

RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024  # the default loses answers beyond some 330 outstanding
LARGEST_DATAGRAM = 65_535
MOST_DATAGRAMS_A_WAKE_UP = 512


class Datagrams:
    """Sends datagrams and hands over those that arrive; belongs to the loop that opened it."""

    def __init__(self, arrived: Callable[[bytes, Address], None]) -> None:
        self._arrived = arrived
        self._sockets: dict[bool, socket.socket] = {}

    def send(self, payload: bytes, address: Address) -> None:
        """Send at once; a datagram that the kernel will not take now counts as lost."""
        try:
            self._socket(is_v6=address.is_v6).sendto(payload, (address.host, address.port))
        except OSError:
            # Unreachable network or full buffer: to the caller the same as silence.
            return

    def receive_buffer_bytes(self) -> int:
        """What the kernel granted for IPv4; it may be less than was asked for."""
        granted: int = self._socket(is_v6=False).getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
        return granted

    def close(self) -> None:
        for opened in self._sockets.values():
            asyncio.get_running_loop().remove_reader(opened)
            opened.close()
        self._sockets.clear()

    def _socket(self, *, is_v6: bool) -> socket.socket:
        if is_v6 not in self._sockets:
            opened = socket.socket(socket.AF_INET6 if is_v6 else socket.AF_INET, socket.SOCK_DGRAM)
            opened.setblocking(False)
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
            asyncio.get_running_loop().add_reader(opened, self._drain, opened)
            self._sockets[is_v6] = opened
        return self._sockets[is_v6]

    def _drain(self, opened: socket.socket) -> None:
        for _ in range(MOST_DATAGRAMS_A_WAKE_UP):
            try:
                payload, sender = opened.recvfrom(LARGEST_DATAGRAM)
            except OSError:  # empty, or an ICMP error for something sent before
                return
            self._arrived(payload, Address(str(ip_address(sender[0])), sender[1]))
