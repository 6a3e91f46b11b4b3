"""Whether a cell says what the books say already, however it is written."""

from core.sheets.cells import tidy
from inventory.assets.school_numbers import folded


def same(now: object, given: object) -> bool:
    """Whether two values of a field are one: full width, ㎡ for m2 and spaces are no difference, for
    cells are read in plain characters and the books may hold others."""
    if isinstance(now, str) and isinstance(given, str):
        return same_text(now, given)
    if isinstance(now, tuple) and isinstance(given, tuple):
        return [folded(str(one)) for one in now] == [folded(str(one)) for one in given]
    return now == given


def same_text(now: str | None, given: str | None) -> bool:
    """The same of texts."""
    return now == given or plain(now or "") == plain(given or "")


def plain(text: str) -> str:
    """A text as cells are read: in plain characters and on one line."""
    return " ".join(tidy(text).split())
