"""Keyset pages: the thousandth page takes as long as the first."""

import base64
import binascii
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from core.errors import Invalid, say

T = TypeVar("T")

DEFAULT_LIMIT = 50
MAX_LIMIT = 200


class FileLimit(int):
    """How many rows of a list a file takes at once: by no number may a request ask for so many."""


# An order without an index sorts the whole list for each page.
FILE_LIMIT = FileLimit(5000)


class Page(msgspec.Struct, Generic[T], frozen=True):
    """One page of a list; ``next_cursor`` is None on the last.

    ``changed_until`` stands on the last page of a list asked for with ``changed_since``: what to
    ask for the next time.
    """

    items: list[T]
    next_cursor: str | None = None
    changed_until: datetime | msgspec.UnsetType = msgspec.UNSET


def encode_cursor(*values: object) -> str:
    """The sort key of the last row shown, opaque to the reader."""
    return base64.urlsafe_b64encode(msgspec.json.encode(values)).rstrip(b"=").decode()


def decode_cursor(cursor: str, *types: Any) -> tuple[Any, ...]:
    """The values of :func:`encode_cursor`, each converted to its type; Invalid on anything else."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        return msgspec.json.decode(base64.urlsafe_b64decode(padded), type=tuple[types])  # type: ignore[valid-type]
    except (msgspec.DecodeError, binascii.Error, UnicodeError, ValueError) as error:
        raise Invalid.of(
            "cursor",
            say("This cursor is not one of ours; start from the first page"),
            code="cursor",
        ) from error


def checked_limit(limit: int, most: int = MAX_LIMIT) -> int:
    """``limit`` if it is 1 to ``most``, or that of a file; else Invalid."""
    if not 1 <= limit <= most and not isinstance(limit, FileLimit):
        raise Invalid.of("limit", say("limit must be 1 to {most}", most=most), code="limit")
    return limit


def page_of(rows: list[T], limit: int, key: Any) -> Page[T]:
    """Cut ``rows``, fetched with ``LIMIT limit + 1``; ``key(row)`` gives its sort key as a tuple."""
    if len(rows) <= limit:
        return Page(rows)
    return Page(rows[:limit], encode_cursor(*key(rows[limit - 1])))
