"""Messages of one shape: patterns that find the places of their values, and those of one agent's habit."""

from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from ipaddress import IPv4Address
from struct import Struct
from typing import Any, NamedTuple, Self

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
from monitoring.snmp.values import Answer, Value


class Field(NamedTuple):
    """A place whose bytes differ, and how they are unpacked (a code of ``struct``).

    ``fixed``: the bits of its first byte that do not differ: a sign, or a leading zero.
    """

    at: int
    end: int
    code: str
    fixed: int = 0


class Pattern(NamedTuple):
    """Bytes of one size that agree in each bit of ``mask``."""

    size: int
    mask: int
    fixed: int
    unpack: Callable[[bytes], tuple[Any, ...]]

    @classmethod
    def of(cls, data: bytes, fields: list[Field]) -> Self:
        """The pattern of ``data``, fixed but for the fields, which come in their order."""
        mask, layout, reached = bytearray(b"\xff") * len(data), [">"], 0
        for at, end, code, fixed in fields:
            mask[at:end] = bytes((fixed,))[: end - at].ljust(end - at, b"\x00")
            layout.append(f"{at - reached}x{code}")
            reached = end
        layout.append(f"{len(data) - reached}x")
        bits = int.from_bytes(mask, "big")
        fixed_bits = int.from_bytes(data, "big") & bits
        return cls(len(data), bits, fixed_bits, _unpacking("".join(layout)))

    def match(self, data: bytes) -> tuple[Any, ...] | None:
        """What the fields hold; None if anything else is not as it was."""
        size, mask, fixed, unpack = self
        if len(data) != size or int.from_bytes(data, "big") & mask != fixed:
            return None
        return unpack(data)


@lru_cache(maxsize=1024)  # devices of one model share theirs
def _unpacking(layout: str) -> Callable[[bytes], tuple[Any, ...]]:
    return Struct(layout).unpack


RESPONSE = 0xA2
LEARN_EVERY = 16
SIGN = 0x80
SIGNED = {1: "b", 2: "h", 4: "i", 8: "q"}
BEHIND_ZERO = {4: "xI", 8: "xQ"}  # numbers so great that a zero goes before them

Convert = Callable[[bytes], Value]


class Content(NamedTuple):
    """One value in an answer, and what its bytes become if unpacking them is not all."""

    field: Field
    convert: Convert | None = None


class Shape(NamedTuple):
    """How an agent answers one question: sizes, names and types, everything but the values.

    They were read strictly once. Bytes that agree in all of that are bytes the strict reader
    would take, whatever the values are: only the sign is fixed of numbers that have none.
    """

    asked: Asked
    pattern: Pattern
    converted: tuple[tuple[int, Convert], ...]

    def read(self, data: bytes, asked: Asked) -> tuple[int, Answer] | None:
        """The request id and answer of a scoped PDU; None if it is of another shape."""
        if asked is not self.asked or not (found := self.pattern.match(data)):
            return None
        request_id, *values = found
        for place, convert in self.converted:
            values[place] = convert(values[place])
        varbinds = list(map(new_varbind, zip(asked.names, values, strict=True)))
        return request_id, _answer((0, 0, varbinds, False, True))


class Habit:
    """The shape of one agent's answers, learnt from them.

    Learning takes as long as reading several answers. Of those that are of another shape it is
    done for one in ``LEARN_EVERY``, so that an agent of many shapes costs little more than without.
    """

    __slots__ = ("_others", "_shape")

    def __init__(self) -> None:
        self._shape: Shape | None = None
        self._others = 0

    def read(self, data: bytes, asked: Asked) -> tuple[int, Answer] | None:
        return self._shape.read(data, asked) if self._shape else None

    def learn(self, data: bytes, asked: Asked) -> None:
        """Take the shape of a scoped PDU that was read strictly and answers what was asked."""
        if self._others % LEARN_EVERY == 0:
            self._shape = shape_of(data, asked)
        self._others += 1


def shape_of(data: bytes, asked: Asked) -> Shape | None:
    """The shape of a scoped PDU that was read; None if it is an unusual one."""
    contents = [_content(data, tag, at, end) for tag, at, end in _elements(data)]
    usual = [content for content in contents if content]
    fields = [content.field for content in usual]
    if len(usual) < len(contents) or fields[-1].end != len(data) or usual[0].convert:
        return None
    converted = tuple((at, one.convert) for at, one in enumerate(usual[1:]) if one.convert)
    return Shape(asked, Pattern.of(data, fields), converted)


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
    text = Field(at, end, f"{size}s")
    if tag in (OCTETS, OPAQUE):
        return Content(text)
    if tag not in LIMITS_2:
        return Content(text, CONVERSIONS.get(tag, _nothing))
    widest = 4 if LIMITS_2[tag] <= MOST_32 else 8
    if size > widest:
        is_great = tag != INTEGER and size == widest + 1
        return Content(Field(at, end, BEHIND_ZERO[widest], 0xFF)) if is_great else None
    sign = 0 if tag == INTEGER else SIGN
    if size in SIGNED:
        return Content(Field(at, end, SIGNED[size], sign))
    return Content(text._replace(fixed=sign), _number)


def _nothing(content: bytes) -> None:
    """What an object that is not there has."""


_number = partial(int.from_bytes, byteorder="big", signed=True)
_answer = partial(tuple.__new__, Answer)
CONVERSIONS: dict[int, Convert] = {IP_ADDRESS: IPv4Address, OBJECT_ID: read_name}
