"""What a noun asks of a sheet: its fields, and the words by which people head their columns."""

from enum import StrEnum

import msgspec


class CellKind(StrEnum):
    """How the cells of a field are read (``core.sheets.cells``)."""

    # Names, numbers of things: full width becomes plain, and long numbers must be exact.
    text = "text"
    # Sentences, kept as they were written.
    prose = "prose"
    number = "number"
    amount = "amount"
    date = "date"
    choice = "choice"


class Match(StrEnum):
    """How well a suggestion fits."""

    exact = "exact"
    near = "near"
    none = "none"


class Field(msgspec.Struct, frozen=True):
    """One field of a noun that a column may fill.

    ``heads`` are the headers that mean it, in Chinese and English, any case and width; the surest
    first. Of a choice ``words`` are the words that mean each code. ``is_many``: several columns may
    fill it. ``pattern``: what its cells look like (a regular expression for the whole), if it can
    be told; one head may mean several fields, and what is below it decides.
    """

    name: str
    heads: tuple[str, ...]
    kind: CellKind = CellKind.text
    words: dict[str, tuple[str, ...]] = {}
    is_many: bool = False
    pattern: str = ""
