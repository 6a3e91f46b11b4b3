"""Questions whose cursor moves, as bytes: a walk's next step cannot come from a template."""

from functools import lru_cache

from monitoring.snmp.requests import Request
from monitoring.snmp.values import Oid

INTEGER, OCTETS, OBJECT_ID, SEQUENCE = 0x02, 0x04, 0x06, 0x30
NULL_VALUE = b"\x05\x00"


def element(tag: int, content: bytes) -> bytes:
    """Tag, length and content (BER, lengths as short as they can be)."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    if size < 0x100:
        return bytes((tag, 0x81, size)) + content
    return bytes((tag, 0x82, size >> 8, size & 0xFF)) + content


def integer(number: int) -> bytes:
    content = number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True)
    return bytes((INTEGER, len(content))) + content


def write_pdu(request: Request, request_id: int) -> bytes:
    """The PDU of ``request``; the two numbers behind the id count for bulk only."""
    varbinds = b"".join(
        [
            element(SEQUENCE, element(OBJECT_ID, oid_content(name)) + NULL_VALUE)
            for name in request.oids
        ]
    )
    return element(
        request.verb,
        integer(request_id)
        + integer(0)
        + integer(request.max_repetitions)
        + element(SEQUENCE, varbinds),
    )


def oid_content(name: Oid) -> bytes:
    if len(name) < 3:
        return _beginning(name)
    return _beginning(name[:-1]) + _base_128(name[-1])


@lru_cache(maxsize=1024)  # steps through a column differ in the last number
def _beginning(name: Oid) -> bytes:
    first = 40 * name[0] + name[1] if len(name) > 1 else 40 * name[0]
    return b"".join(map(_base_128, (first, *name[2:])))


def _base_128(number: int) -> bytes:
    if number < 0x80:
        return bytes((number,))
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(number & 0x7F | 0x80)
    return bytes(reversed(digits))
