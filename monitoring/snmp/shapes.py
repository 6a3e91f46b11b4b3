"""Answers of a shape that was read before: one comparison and one unpacking for all their bytes."""

from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from ipaddress import IPv4Address
from struct import Struct
from typing import NamedTuple

from monitoring.snmp.elements import (
    INTEGER,
    IP_ADDRESS,
    LIMITS_2,
    MOST_32,
    OBJECT_ID,
    OCTETS,
    OPAQUE,
    SEQUENCE,
    Asked,
    enter,
    new_varbind,
    read_name,
)
from monitoring.snmp.questions import Answer
from monitoring.snmp.values import Value

RESPONSE = 0xA2
SIGNED = {1: "b", 2: "h", 4: "i", 8: "q"}
BEHIND_ZERO = {4: "xI", 8: "xQ"}  # numbers so great that a zero goes before them

Convert = Callable[[bytes], Value]


class Content(NamedTuple):
    """One value in an answer: where it is, how it is unpacked, and what its bytes become then.

    ``steady``: the bits of its first byte that must be as they were: a sign, or a leading zero.
    """

    at: int
    end: int
    code: str
    steady: int = 0
    convert: Convert | None = None


class Shape(NamedTuple):
    """How an agent answers one question: sizes, names and types, everything but the values.

    They were read strictly once. Bytes that agree in all of that are bytes the strict reader
    would take, whatever the values are: their places in ``mask`` are zero, but for the sign of
    numbers that have none.
    """

    asked: Asked
    size: int
    mask: int
    steady: int
    unpack: Callable[[bytes], tuple[Value, ...]]
    converted: tuple[tuple[int, Convert], ...]

    def read(self, data: bytes, asked: Asked) -> tuple[int, Answer] | None:
        """The request id and answer of a scoped PDU; None if it is of another shape."""
        if (
            len(data) != self.size
            or int.from_bytes(data, "big") & self.mask != self.steady
            or asked is not self.asked
        ):
            return None
        request_id, *values = self.unpack(data)
        for place, convert in self.converted:
            values[place] = convert(values[place])  # type: ignore[arg-type]
        varbinds = list(map(new_varbind, zip(asked.names, values, strict=True)))
        return request_id, _answer((0, 0, varbinds, False, True))  # type: ignore[return-value]


class Habit:
    """The shape of one agent's answers, learnt from them.

    Learning takes as long as reading several answers. It is done for the first, second, fourth,
    eighth … answer that is of another shape, so that whoever always answers differently costs
    little more than without.
    """

    __slots__ = ("_others", "_shape")

    def __init__(self) -> None:
        self._shape: Shape | None = None
        self._others = 0

    def read(self, data: bytes, asked: Asked) -> tuple[int, Answer] | None:
        return self._shape.read(data, asked) if self._shape else None

    def learn(self, data: bytes, asked: Asked) -> None:
        """Take the shape of a scoped PDU that was read strictly and answers what was asked."""
        self._others += 1
        if self._others & (self._others - 1) == 0:
            self._shape = shape_of(data, asked)


def shape_of(data: bytes, asked: Asked) -> Shape | None:
    """The shape of a scoped PDU that was read; None if it is an unusual one."""
    contents = [_content(data, tag, at, end) for tag, at, end in _elements(data)]
    usual = [content for content in contents if content]
    if len(usual) < len(contents) or usual[-1].end != len(data) or usual[0].convert:
        return None
    mask, layout, reached = bytearray(b"\xff") * len(data), [">"], 0
    for at, end, code, steady, _ in usual:
        mask[at:end] = bytes((steady,))[: end - at].ljust(end - at, b"\x00")
        layout.append(f"{at - reached}x{code}")
        reached = end
    bits = int.from_bytes(mask, "big")
    return Shape(
        asked,
        len(data),
        bits,
        int.from_bytes(data, "big") & bits,
        _unpacking("".join(layout)),
        tuple((place, one.convert) for place, one in enumerate(usual[1:]) if one.convert),
    )


@lru_cache(maxsize=1024)  # devices of one model share theirs
def _unpacking(layout: str) -> Callable[[bytes], tuple[Value, ...]]:
    return Struct(layout).unpack


def _elements(data: bytes) -> Iterator[tuple[int, int, int]]:
    """The request id and the values: their tags, where their contents begin and end."""
    at, end = enter(data, SEQUENCE, 0, len(data))
    for tag in (OCTETS, OCTETS):  # contextEngineID, contextName
        _, at = enter(data, tag, at, end)
    at, end = enter(data, RESPONSE, at, end)
    id_at, at = enter(data, INTEGER, at, end)
    yield INTEGER, id_at, at
    for tag in (INTEGER, INTEGER):  # status and index
        _, at = enter(data, tag, at, end)
    at, end = enter(data, SEQUENCE, at, end)
    while at < end:
        at, bound = enter(data, SEQUENCE, at, end)
        _, at = enter(data, OBJECT_ID, at, bound)
        yield data[at], *enter(data, data[at], at, bound)
        at = bound


def _content(data: bytes, tag: int, at: int, end: int) -> Content | None:
    """How to unpack one value; None for a number with more zeros before it than one."""
    size = end - at
    code = f"{size}s"
    if tag in (OCTETS, OPAQUE):
        return Content(at, end, code)
    if tag not in LIMITS_2:
        return Content(at, end, code, convert=CONVERSIONS.get(tag, _nothing))
    widest = 4 if LIMITS_2[tag] <= MOST_32 else 8
    if size > widest:
        is_great = tag != INTEGER and size == widest + 1
        return Content(at, end, BEHIND_ZERO[widest], 0xFF) if is_great else None
    sign = 0 if tag == INTEGER else 0x80
    if size in SIGNED:
        return Content(at, end, SIGNED[size], sign)
    return Content(at, end, code, sign, _number)


def _nothing(content: bytes) -> None:
    """What an object that is not there has."""


_number = partial(int.from_bytes, byteorder="big", signed=True)
_answer = partial(tuple.__new__, Answer)
CONVERSIONS: dict[int, Convert] = {IP_ADDRESS: IPv4Address, OBJECT_ID: read_name}
