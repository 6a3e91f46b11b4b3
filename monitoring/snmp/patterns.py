"""Bytes of a form that was read before: one comparison of all that is fixed, one unpacking."""

from collections.abc import Callable
from functools import lru_cache
from struct import Struct
from typing import Any, NamedTuple, Self


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
