"""What calamine passes over in silence in an .xls: a password, a version before Excel 97, damage.

The records of the workbook's stream are gone through once ([MS-XLS] 2.1.4, [MS-CFB] 2).
"""

import struct
from collections.abc import Iterator
from enum import StrEnum

_BEGIN, _END, _PASSWORD = 0x809, 0x0A, 0x2F
_EXCEL_97 = 0x600
_STREAMS = frozenset({"workbook", "book"})
_ENTRY = 128
_IN_HEADER = 109
# Above these are no numbers of sectors but signs: the chain's end, free, table.
_HIGHEST_SECTOR = 0xFFFFFFFA
# A smaller stream is kept in pieces elsewhere; no program writes a workbook that is.
_SMALLEST = 4096


class Fault(StrEnum):
    """Why a workbook is not read as it stands."""

    locked = "locked"
    too_old = "too_old"
    damaged = "damaged"


class _Damaged(Exception):
    """A sector or a record that should be there is not."""


def find_fault(data: bytes) -> Fault | None:
    """What is wrong with the workbook in a compound file; None also where it is made otherwise than
    spreadsheet programs do, and calamine judges."""
    try:
        stream = _workbook(data)
        return _fault_of(stream) if stream else None
    except (_Damaged, struct.error):
        return Fault.damaged


def _fault_of(stream: bytes) -> Fault | None:
    depth = 0
    for kind, at, length in _records(stream):
        if kind == _BEGIN:
            if length >= 2 and struct.unpack_from("<H", stream, at)[0] < _EXCEL_97:
                return Fault.too_old
            depth += 1
        elif kind == _PASSWORD:
            return Fault.locked
        elif kind == _END:
            depth -= 1
        elif depth == 0:
            # Behind the last part the stream is filled up with anything.
            return None
        elif kind == 0:
            return Fault.damaged
    return Fault.damaged if depth > 0 else None


def _records(stream: bytes) -> Iterator[tuple[int, int, int]]:
    at, unpack, most = 0, struct.Struct("<HH").unpack_from, len(stream)
    while at + 4 <= most:
        kind, length = unpack(stream, at)
        yield kind, at + 4, length
        at += 4 + length


def _workbook(data: bytes) -> bytes | None:
    """The stream of the workbook, put together from its sectors."""
    size = 1 << min(struct.unpack_from("<H", data, 30)[0], 16)
    table = _table(data, size)
    first_of_directory = struct.unpack_from("<I", data, 48)[0]
    directory = _chained(data, size, table, first_of_directory)
    for at in range(0, len(directory) - _ENTRY + 1, _ENTRY):
        named = min(struct.unpack_from("<H", directory, at + 64)[0], 64)
        name = directory[at : at + max(named - 2, 0)].decode("utf-16-le", "replace")
        start, length = struct.unpack_from("<II", directory, at + 116)
        if name.casefold() in _STREAMS and length >= _SMALLEST:
            stream = _chained(data, size, table, start)
            if len(stream) < length:
                raise _Damaged
            return stream[:length]
    return None


def _table(data: bytes, size: int) -> list[int]:
    """Which sector follows each: the sectors that hold it are named in the header and beyond."""
    named = list(struct.unpack_from(f"<{_IN_HEADER}I", data, 76))
    more, count = struct.unpack_from("<II", data, 68)
    for _ in range(min(count, len(data) // size)):
        if more >= _HIGHEST_SECTOR:
            break
        *sectors, more = struct.unpack(f"<{size // 4}I", _sector(data, size, more))
        named += sectors
    table: list[int] = []
    for sector in named[: len(data) // size]:
        if sector < _HIGHEST_SECTOR:
            table += struct.unpack(f"<{size // 4}I", _sector(data, size, sector))
    return table


def _chained(data: bytes, size: int, table: list[int], sector: int) -> bytes:
    parts: list[bytes] = []
    while sector < _HIGHEST_SECTOR:
        if sector >= len(table) or len(parts) > len(data) // size:
            raise _Damaged
        parts.append(_sector(data, size, sector))
        sector = table[sector]
    return b"".join(parts)


def _sector(data: bytes, size: int, number: int) -> bytes:
    found = data[(number + 1) * size : (number + 2) * size]
    if not found:
        raise _Damaged
    # The last one of a file may be cut short by programs that write no padding.
    return found.ljust(size, b"\0")
