"""Echo requests and replies of ICMP (RFC 792) and ICMPv6 (RFC 4443): bytes in, bytes out."""

import struct
from typing import NamedTuple

ECHO_REQUEST, ECHO_REPLY = 8, 0
ECHO_REQUEST_V6, ECHO_REPLY_V6 = 128, 129
TOKEN_BYTES = 16
_HEADER = struct.Struct("!BBHHH")
_LEAST_IP_HEADER = 20


class Echo(NamedTuple):
    """A reply: ``token`` is what we had written into the request."""

    sequence: int
    token: bytes


def request(sequence: int, token: bytes, *, is_v6: bool) -> bytes:
    """An echo request. The identifier is left zero: the kernel, or the token, tells us apart."""
    kind = ECHO_REQUEST_V6 if is_v6 else ECHO_REQUEST
    bare = _HEADER.pack(kind, 0, 0, 0, sequence) + token
    # The kernel sums ICMPv6 up by itself, since its checksum covers addresses (RFC 4443, 2.3).
    checksum = 0 if is_v6 else internet_checksum(bare)
    return _HEADER.pack(kind, 0, checksum, 0, sequence) + token


def read(datagram: bytes, *, is_v6: bool, has_ip_header: bool) -> Echo | None:
    """The reply in a datagram, or None for anything else: raw sockets hear all ICMP there is."""
    if has_ip_header and not is_v6:
        if len(datagram) < _LEAST_IP_HEADER:
            return None
        datagram = datagram[4 * (datagram[0] & 0x0F) :]
    if len(datagram) != _HEADER.size + TOKEN_BYTES:
        return None
    kind, code, _checksum, _identifier, sequence = _HEADER.unpack_from(datagram)
    if (kind, code) != (ECHO_REPLY_V6 if is_v6 else ECHO_REPLY, 0):
        return None
    return Echo(sequence, datagram[_HEADER.size :])


def internet_checksum(data: bytes) -> int:
    """The ones' complement sum of 16-bit words (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
