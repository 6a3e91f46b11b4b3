"""ZIP files of strangers, judged by their directory before anybody reads it.

``zipfile`` makes an object of each entry of the central directory as soon as it opens a file: a
directory of a million entries takes a gigabyte. How long it is stands at the file's end (APPNOTE
4.3.14–4.3.16).
"""

import struct
import zipfile
from pathlib import Path
from typing import BinaryIO

# Some 80,000 entries with names of usual length.
MOST_DIRECTORY_BYTES = 8 * 1024 * 1024

_END = b"PK\x05\x06"
_END_BYTES = 22
_LOCATOR = b"PK\x06\x07"
_LOCATOR_BYTES = 20
_END_64 = b"PK\x06\x06"
_END_64_BYTES = 56
_LONGEST_COMMENT = 0xFFFF
_SEE_64_BITS = 0xFFFFFFFF


class DirectoryTooLarge(ValueError):
    """This archive has more entries than anybody should look at."""


def opened(source: Path | BinaryIO, **options: str) -> zipfile.ZipFile:
    """The archive, as ``zipfile.ZipFile`` opens it; DirectoryTooLarge before it is read."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            _judge(file)
    else:
        _judge(source)
    return zipfile.ZipFile(source, **options)  # type: ignore[call-overload, no-any-return]


def _judge(file: BinaryIO) -> None:
    if directory_bytes(file) > MOST_DIRECTORY_BYTES:
        raise DirectoryTooLarge("this archive has too many entries")


def directory_bytes(file: BinaryIO) -> int:
    """How long the archive says its directory is; 0 if it has no end that can be read."""
    size = file.seek(0, 2)
    start = max(0, size - _END_BYTES - _LONGEST_COMMENT - _LOCATOR_BYTES - _END_64_BYTES)
    file.seek(start)
    tail = file.read()
    at = _end_of_directory(tail)
    if at is None:
        return 0
    said = int(struct.unpack_from("<I", tail, at + 12)[0])
    longer = _said_in_64_bits(tail, at)
    return longer if said == _SEE_64_BITS else max(said, longer)


def _end_of_directory(tail: bytes) -> int | None:
    # The same order in which zipfile looks: without a comment first, then the last signature.
    last = len(tail) - _END_BYTES
    if last >= 0 and tail[last : last + 4] == _END and tail[-2:] == b"\0\0":
        return last
    at = tail.rfind(_END)
    return at if 0 <= at <= last else None


def _said_in_64_bits(tail: bytes, end: int) -> int:
    locator = end - _LOCATOR_BYTES
    record = locator - _END_64_BYTES
    if (
        record < 0
        or tail[locator : locator + 4] != _LOCATOR
        or tail[record : record + 4] != _END_64
    ):
        return 0
    return int(struct.unpack_from("<Q", tail, record + 40)[0])
