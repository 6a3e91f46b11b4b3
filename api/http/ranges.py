"""Ranges and conditions of a download (RFC 9110 §13 and §14), as pure decisions."""

import re

import msgspec

# Digits beyond these are no file's size and no position in it.
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class Slice(msgspec.Struct, frozen=True):
    """The bytes to send: the whole file (200) or a part of it (206)."""

    start: int
    length: int
    is_part: bool


class NotModified(msgspec.Struct, frozen=True):
    """The reader has it already (304)."""


class Unsatisfiable(msgspec.Struct, frozen=True):
    """The range lies beyond the file (416)."""


def decide(
    *,
    size: int,
    etag: str,
    range_header: str | None = None,
    if_range: str | None = None,
    if_none_match: str | None = None,
) -> Slice | NotModified | Unsatisfiable:
    """What to answer to a GET; ``etag`` is our strong one.

    A range that is misspelt, in another unit or of several parts is ignored, as the RFC allows;
    If-Range counts only when it is exactly our ETag, for a date or a weak one proves nothing.
    """
    if if_none_match is not None and _matches(if_none_match, etag):
        return NotModified()
    whole = Slice(0, size, is_part=False)
    if range_header is None or (if_range is not None and if_range.strip() != etag):
        return whole
    asked = _RANGE.fullmatch(range_header.strip().lower())
    if asked is None or asked.group(1) == asked.group(2) == "":
        return whole
    first, last = asked.groups()
    if first == "":
        return _last_bytes(int(last), size)
    if last != "" and int(last) < int(first):
        return whole
    if int(first) >= size:
        return Unsatisfiable()
    end = min(size - 1, int(last) if last else size - 1)
    return Slice(int(first), end - int(first) + 1, is_part=True)


def _last_bytes(count: int, size: int) -> Slice | Unsatisfiable:
    if count == 0:
        return Unsatisfiable()
    length = min(count, size)
    return Slice(size - length, length, is_part=True)


def _matches(if_none_match: str, etag: str) -> bool:
    given = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return "*" in given or etag in given
