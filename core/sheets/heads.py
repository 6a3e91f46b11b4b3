"""Headers, as such are compared."""

import re

from core.sheets.cells import folded

_IN_BRACKETS = re.compile(r"[(\[【〔][^)\]】〕]*[)\]】〕]")
_AROUND = re.compile(r"[*:：_\s]+")
# HB.serial_number: what a program writes before each of its own columns.
_PREFIX = re.compile(r"[a-z]{2}\.(?=[a-z])")


# What is longer is no head: a cell of thousands of brackets would be gone through once for each.
LONGEST_COMPARED = 200


def plain_head(text: str) -> str:
    """A header without case, width, spaces, stars, a program's prefix and what is in brackets."""
    text = text[:LONGEST_COMPARED]
    whole = _PREFIX.sub("", folded(text), count=1) if text[2:3] == "." else folded(text)
    return _AROUND.sub("", _IN_BRACKETS.sub("", whole)) or _AROUND.sub("", whole)


def key_of_head(text: str) -> str:
    """A header without case, width and spaces: two that differ by more are two."""
    return _AROUND.sub("", folded(text))
