"""Which addresses have said by ICMP that nobody listens at the port that was asked (Linux).

A socket that is connected to nobody hears of such errors only where it asks for them by IP_RECVERR,
and then in a queue of its own, see ip(7). Without them silence stays silence.
"""

import errno
import socket
import struct
import sys
from contextlib import suppress

IS_TOLD = sys.platform == "linux"
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
    if IS_TOLD:
        with suppress(OSError):
            opened.setsockopt(*RECVERR[opened.family], 1)


def take_refusals(opened: socket.socket) -> list[tuple[str, int]]:
    """The addresses that refused their port since the last call, a bounded number at a time.

    A refusal counts when the machine itself says it: what a firewall on the way says is no proof
    that anybody is there. All other errors are taken out of the queue and forgotten.
    """
    refusing: list[tuple[str, int]] = []
    for _ in range(MOST_AT_ONCE if IS_TOLD else 0):
        try:
            _, ancillary, _, target = opened.recvmsg(0, ANCILLARY_BYTES, socket.MSG_ERRQUEUE)
        except OSError:  # empty
            break
        told = (data for level, kind, data in ancillary if (level, kind) == RECVERR[opened.family])
        if any(_is_refusal(data, opened.family, target[0]) for data in told):
            refusing.append((target[0], target[1]))
    return refusing


def _is_refusal(data: bytes, family: int, host: str) -> bool:
    if len(data) < OFFENDER[family].stop:
        return False
    number, origin, *_ = EXTENDED.unpack_from(data)
    by = data[OFFENDER[family]]
    is_its_own = by == socket.inet_pton(family, host.split("%", 1)[0])
    return number == errno.ECONNREFUSED and origin in BY_ICMP and is_its_own
