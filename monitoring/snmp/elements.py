"""The elements of BER, read strictly in one pass: plain Python values, or BadReply.

What is accepted is read exactly as pysnmp reads it; what no careful agent sends (indefinite
lengths, bytes left over, numbers beyond their type) is refused. Nothing recurses, and every length
is held against the bounds of what surrounds it before the bytes are used, because a slice of
Python would shorten silently. An index beyond the last byte is caught by whoever opened the message.
"""

from functools import partial
from ipaddress import IPv4Address
from typing import NamedTuple

from monitoring.snmp.errors import bad_reply
from monitoring.snmp.values import MOST_ID, MOST_SUB_IDENTIFIERS, Oid, Value, VarBind

INTEGER, OCTETS, NULL, OBJECT_ID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
IP_ADDRESS, OPAQUE = 0x40, 0x44
NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_MIB_VIEW = 0x80, 0x81, 0x82
TWO_MORE = 0x82  # the length follows, in two bytes

MOST_32, MOST_64 = 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF
# The greatest value of every type of number: INTEGER, Counter32, Gauge32, TimeTicks, Counter64.
LIMITS_1 = {INTEGER: MOST_ID, 0x41: MOST_32, 0x42: MOST_32, 0x43: MOST_32}
LIMITS_2 = {**LIMITS_1, 0x46: MOST_64}
EMPTY_1 = frozenset({NULL})
EMPTY_2 = frozenset({NULL, NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_MIB_VIEW})

MOST_PREFIXES = 4096
MOST_OID_BYTES = 5 * MOST_SUB_IDENTIFIERS

# Encoded beginnings of OIDs, all but the last number. Emptied when full: no list of ages to keep.
_PREFIXES: dict[bytes, Oid] = {}


def enter(payload: bytes, tag: int, at: int, end: int) -> tuple[int, int]:
    """Where the content of the element at ``at`` begins and ends; it must end within ``end``."""
    if payload[at] != tag:
        raise bad_reply()
    size = payload[at + 1]
    at += 2
    if size == TWO_MORE:  # so begins every message of more than 255 bytes
        size, at = payload[at] << 8 | payload[at + 1], at + 2
    elif size > 127:
        size, at = _long_size(payload, at, size)
    after = at + size
    if after > end:
        raise bad_reply()
    return at, after


def read_number(payload: bytes, at: int, end: int) -> tuple[int, int]:
    """A number of the protocol itself (32 bits, signed), and where it ends."""
    if payload[at] == INTEGER and payload[at + 1] == 4 and at + 6 <= end and payload[at + 2] < 0x80:
        return int.from_bytes(payload[at + 2 : at + 6], "big"), at + 6  # an id of ours
    at, after = enter(payload, INTEGER, at, end)
    number = int.from_bytes(payload[at:after], "big", signed=True)
    if at == after or not -MOST_ID - 1 <= number <= MOST_ID:
        raise bad_reply()
    return number, after


class Asked(NamedTuple):
    """The names in a question; each as an encoded element, and the size of that with what tells
    the type and length of its value."""

    names: list[Oid]
    encoded: tuple[tuple[bytes, int], ...]


new_varbind = partial(tuple.__new__, VarBind)  # half the cost of VarBind(oid, value)


def read_asked(
    payload: bytes, at: int, end: int, asked: Asked, *, is_v1: bool
) -> list[VarBind] | None:
    """The varbinds of an answer to a GET, whose names are known; None if it is not so plain.

    Names are compared and not decoded, lengths are of one byte: so are nearly all answers. Whatever
    is otherwise is left to ``read_varbinds``, which takes twice the time.
    """
    limits = LIMITS_1 if is_v1 else LIMITS_2
    number = int.from_bytes
    values: list[Value] = []
    for encoded, size_before in asked.encoded:
        size = payload[at + 1]
        if payload[at] != SEQUENCE or size > 127 or not payload.startswith(encoded, at + 2):
            return None
        bound = at + 2 + size
        at += 2 + size_before
        if payload[at - 1] != size - size_before:
            return None
        tag = payload[at - 2]
        if tag in limits and at < bound:
            value: Value = number(payload[at:bound])
            if payload[at] > 127 or value > limits[tag]:  # type: ignore[operator]
                value = _negative(payload[at:bound], tag)
        elif tag == OCTETS:
            value = payload[at:bound]
        else:
            value = _seldom(payload[at:bound], tag, is_v1=is_v1)
        values.append(value)
        at = bound
    if at != end:
        return None
    return list(map(new_varbind, zip(asked.names, values, strict=True)))


def read_varbinds(payload: bytes, at: int, end: int, *, is_v1: bool) -> list[VarBind]:
    """The varbinds that fill the space from ``at`` to ``end``.

    The loop reads varbinds with lengths of one byte and a name whose beginning is known: rows of a
    table differ in the last number only. Whatever is otherwise takes the slow way.
    """
    limits = LIMITS_1 if is_v1 else LIMITS_2
    prefixes = _PREFIXES
    number = int.from_bytes
    varbinds: list[VarBind] = []
    while at < end:
        size = payload[at + 1]
        bound = at + 2 + size
        value_at = at + 4 + payload[at + 3]
        if (
            payload[at] != SEQUENCE
            or size > 127
            or payload[at + 2] != OBJECT_ID
            or bound > end
            or value_at + 2 > bound
            or value_at + 2 + payload[value_at + 1] != bound
            or (prefix := prefixes.get(payload[at + 4 : value_at - 1])) is None
            or (last := payload[value_at - 1]) > 127
        ):
            varbind, at = _read_varbind(payload, at, end, is_v1=is_v1)
            varbinds.append(varbind)
            continue
        tag = payload[value_at]
        at = value_at + 2
        if tag == OCTETS:
            value: Value = payload[at:bound]
        elif tag in limits and at < bound:
            value = number(payload[at:bound])
            if payload[at] > 127 or value > limits[tag]:
                value = _negative(payload[at:bound], tag)
        else:
            value = _seldom(payload[at:bound], tag, is_v1=is_v1)
        varbinds.append(new_varbind(((*prefix, last), value)))
        at = bound
    return varbinds


def _read_varbind(payload: bytes, at: int, end: int, *, is_v1: bool) -> tuple[VarBind, int]:
    """One varbind of any shape, and where it ends."""
    at, bound = enter(payload, SEQUENCE, at, end)
    at, name_end = enter(payload, OBJECT_ID, at, bound)
    name = read_name(payload[at:name_end])
    tag = payload[name_end]
    at, value_end = enter(payload, tag, name_end, bound)
    if value_end != bound:
        raise bad_reply()
    return VarBind(name, _read_value(payload[at:bound], tag, is_v1=is_v1)), bound


def _read_value(content: bytes, tag: int, *, is_v1: bool) -> Value:
    if tag == OCTETS:
        return content
    limit = (LIMITS_1 if is_v1 else LIMITS_2).get(tag)
    if limit is None or not content:
        return _seldom(content, tag, is_v1=is_v1)
    number = int.from_bytes(content, "big")
    return number if content[0] < 0x80 and number <= limit else _negative(content, tag)


def read_name(encoded: bytes) -> Oid:
    """An OID from its content; the beginning is remembered for the next row."""
    last_at = len(encoded) - 1
    if not 0 <= last_at < MOST_OID_BYTES or encoded[last_at] > 127:
        raise bad_reply()
    while last_at and encoded[last_at - 1] > 127:
        last_at -= 1
    if not last_at:
        return _sub_identifiers(encoded)
    beginning = encoded[:last_at]
    prefix = _PREFIXES.get(beginning)
    if prefix is None:
        prefix = _sub_identifiers(beginning)
        if len(prefix) >= MOST_SUB_IDENTIFIERS:
            raise bad_reply()
        if len(_PREFIXES) >= MOST_PREFIXES:
            _PREFIXES.clear()
        _PREFIXES[beginning] = prefix
    return (*prefix, *_base_128(encoded[last_at:]))


def _sub_identifiers(encoded: bytes) -> Oid:
    first, *others = _base_128(encoded)
    # The first two numbers travel as one (X.690, 8.19.4).
    top = min(first // 40, 2)
    return (top, first - 40 * top, *others)


def _base_128(encoded: bytes) -> list[int]:
    numbers: list[int] = []
    number = 0
    for byte in encoded:
        if byte == 0x80 and not number:
            raise bad_reply()  # a leading zero: one OID must not have two spellings
        number = number << 7 | byte & 0x7F
        if number > MOST_32:
            raise bad_reply()
        if byte < 0x80:
            numbers.append(number)
            number = 0
    if byte > 0x7F:
        raise bad_reply()
    return numbers


def _long_size(payload: bytes, at: int, size: int) -> tuple[int, int]:
    """A length that has bytes of its own; leading zeros are allowed, net-snmp sends them."""
    after = at + (size & 0x7F)
    if not at < after <= at + 4 or after > len(payload):
        raise bad_reply()
    return int.from_bytes(payload[at:after], "big"), after


def _negative(content: bytes, tag: int) -> int:
    """A number below zero, which only INTEGER may be."""
    number = int.from_bytes(content, "big", signed=True)
    if tag != INTEGER or not -MOST_ID - 1 <= number < 0:
        raise bad_reply()
    return number


def _seldom(content: bytes, tag: int, *, is_v1: bool) -> Value:
    """A value of one of the types that few objects have."""
    if tag in (EMPTY_1 if is_v1 else EMPTY_2) and not content:
        return None
    if tag == OBJECT_ID:
        return read_name(content)
    if tag == IP_ADDRESS and len(content) == 4:
        return IPv4Address(content)
    if tag == OPAQUE:
        return content
    raise bad_reply()
