"""One unconnected UDP socket a family, drained in slices, and what ICMP says of closed ports (Linux)."""

import asyncio
import errno
import os
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

# A socket that is connected to nobody hears that nobody listens at a port only where it asks for it by
# IP_RECVERR, and then in a queue of its own, see ip(7). Elsewhere silence stays silence.
IS_SUPPORTED = sys.platform == "linux"
# Of <linux/in.h> and <linux/in6.h>; Python has no names for them.
IP_RECVERR, IPV6_RECVERR = 11, 25
RECVERR: dict[int, tuple[int, int]] = {
    socket.AF_INET: (socket.IPPROTO_IP, IP_RECVERR),
    socket.AF_INET6: (socket.IPPROTO_IPV6, IPV6_RECVERR),
}
# struct sock_extended_err: errno, origin, type, code, pad, info, data; whose it is comes after.
EXTENDED = struct.Struct("@IBBBBII")
# Where the address of who said it is, in sockaddr_in and in sockaddr_in6.
OFFENDER: dict[int, slice] = {
    socket.AF_INET: slice(EXTENDED.size + 4, EXTENDED.size + 8),
    socket.AF_INET6: slice(EXTENDED.size + 8, EXTENDED.size + 24),
}
BY_ICMP = (2, 3)  # SO_EE_ORIGIN_ICMP, SO_EE_ORIGIN_ICMP6
ANCILLARY_BYTES = 512
MOST_AT_ONCE = 64


def ask_for_refusals(opened: socket.socket) -> None:
    """Let the kernel queue what is said about datagrams that were sent; harmless where it cannot."""
    if IS_SUPPORTED:
        with suppress(OSError):
            opened.setsockopt(*RECVERR[opened.family], 1)


def take_refusals(opened: socket.socket) -> list[tuple[str, int]]:
    """The addresses that refused their port since the last call, a bounded number at a time.

    A refusal counts when the machine itself says it: what a firewall on the way says is no proof
    that anybody is there. All other errors are taken out of the queue and forgotten.
    """
    refusing: list[tuple[str, int]] = []
    for _ in range(MOST_AT_ONCE if IS_SUPPORTED else 0):
        try:
            _, ancillary, _, target = opened.recvmsg(0, ANCILLARY_BYTES, socket.MSG_ERRQUEUE)
        except OSError:  # empty
            break
        said = (data for level, kind, data in ancillary if (level, kind) == RECVERR[opened.family])
        if any(_is_refusal(data, opened.family, target[0]) for data in said):
            refusing.append((target[0], target[1]))
    return refusing


def _is_refusal(data: bytes, family: int, host: str) -> bool:
    if len(data) < OFFENDER[family].stop:
        return False
    number, origin, *_ = EXTENDED.unpack_from(data)
    by = data[OFFENDER[family]]
    is_its_own = by == socket.inet_pton(family, host.split("%", 1)[0])
    return number == errno.ECONNREFUSED and origin in BY_ICMP and is_its_own


WANTED_BUFFER_BYTES = 8 * 1024 * 1024  # the default loses answers beyond some 330 outstanding
SO_RCVBUFFORCE = 33  # Linux: beyond net.core.rmem_max, for root only; Python has no name for it
LARGEST_DATAGRAM = 65_535
# A slice takes a millisecond or two. What is left wakes the loop again, after everyone else.
SLICE = 64
# What was said about earlier datagrams fails the sending of another one, once each.
TRIES_TO_SEND = 3

# Takes a datagram and its sender; whether more are awaited.
Arrived = Callable[[bytes, tuple[str, int]], bool]
# Takes an address that says that nobody listens at its port.
Refused = Callable[[tuple[str, int]], None]


class Datagrams:
    """Sends datagrams and hands over those that arrive; belongs to the loop that opened it."""

    def __init__(self, arrived: Arrived, refused: Refused) -> None:
        self._arrived = arrived
        self._refused = refused
        self._sockets: dict[int, socket.socket] = {}

    def send(self, payload: bytes, family: int, target: tuple[str, int]) -> None:
        """Send at once; a datagram that the kernel will not take now counts as lost."""
        opened = self._sockets.get(family) or self._open(family)
        for _ in range(TRIES_TO_SEND):
            try:
                opened.sendto(payload, target)
            except OSError:
                # Said of another datagram, an unreachable network, or a full buffer: in the end it
                # is to the caller the same as silence.
                self._take_refusals(opened)
            else:
                return

    def drain(self) -> bool:
        """Hand over what has arrived, a slice of each socket; whether there may be more."""
        are_full = [self._drain(opened) for opened in self._sockets.values()]
        return any(are_full)

    def receive_buffer_bytes(self) -> int:
        """What the kernel granted for IPv4; it may be less than was asked for."""
        opened = self._sockets.get(socket.AF_INET) or self._open(socket.AF_INET)
        granted: int = opened.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
        return granted

    def dropped(self) -> int | None:
        """Replies the kernel threw away because the buffer was full; None where it does not tell."""
        ours = {os.fstat(opened.fileno()).st_ino for opened in self._sockets.values()}
        try:
            tables = [Path(f"/proc/net/{name}").read_text("ascii") for name in ("udp", "udp6")]
        except OSError:
            return None
        rows = [line.split() for table in tables for line in table.splitlines()[1:]]
        return sum(int(row[12]) for row in rows if int(row[9]) in ours)

    def close(self) -> None:
        for opened in self._sockets.values():
            asyncio.get_running_loop().remove_reader(opened)
            opened.close()
        self._sockets.clear()

    def _open(self, family: int) -> socket.socket:
        opened = socket.socket(family, socket.SOCK_DGRAM)
        opened.setblocking(False)
        ask_for_refusals(opened)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WANTED_BUFFER_BYTES)
        with suppress(OSError):
            opened.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, WANTED_BUFFER_BYTES)
        asyncio.get_running_loop().add_reader(opened, self._drain, opened)
        self._sockets[family] = opened
        return opened

    def _drain(self, opened: socket.socket) -> bool:
        receive, arrived = opened.recvfrom, self._arrived
        for count in range(SLICE):
            try:
                payload, sender = receive(LARGEST_DATAGRAM)
            except BlockingIOError:
                if not count:
                    self._take_refusals(opened)  # woken, though nothing arrived
                return False
            except OSError:  # said of something sent before: the next may be an answer
                self._take_refusals(opened)
                continue
            if not arrived(payload, sender[:2]):
                # Finding out that nothing is left costs as much as reading something; what nobody
                # waits for may as well wake the loop again.
                return False
        return True

    def _take_refusals(self, opened: socket.socket) -> None:
        for target in take_refusals(opened):
            self._refused(target)
