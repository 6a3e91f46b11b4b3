"""A table of cells, whatever file it comes from."""

from collections.abc import Iterator
from functools import cached_property
from typing import Protocol

import msgspec

from core.characters import without_control
from core.csv_files import bare

# What a cell of a spreadsheet program may hold.
MOST_CHARACTERS = 32_767


class Merged(msgspec.Struct, frozen=True):
    """A merged range; lines and columns count from 1 and from 0, the last ones are inside."""

    first_line: int
    first_column: int
    last_line: int
    last_column: int

    @property
    def width(self) -> int:
        return self.last_column - self.first_column + 1


class Line(msgspec.Struct, frozen=True, dict=True):
    """A line of a table with a filled cell; ``filled_down`` are the columns of cells that are part
    of a merged range and got its value."""

    number: int
    cells: list[str]
    filled_down: frozenset[int] = frozenset()

    @cached_property
    def own_filled(self) -> list[int]:
        """The columns of the cells that are filled themselves."""
        return [
            column
            for column, cell in enumerate(self.cells)
            if cell and column not in self.filled_down
        ]


class Extent(msgspec.Struct, frozen=True):
    """How far a table goes below its header: its columns with a filled cell, and its filled lines."""

    columns: frozenset[int]
    lines: int


def cell_text(cell: str) -> str:
    """A cell as it is given out: without control characters, spaces around it, and the stroke that
    keeps it from being a formula; its line breaks are line feeds."""
    if not cell.isprintable():
        cell = without_control(cell.replace("\r\n", "\n").replace("\r", "\n"))
    return bare(cell)


class Table(Protocol):
    """A sheet of a workbook, or a text with delimiters; it can be gone through again."""

    @property
    def merged(self) -> list[Merged]:
        """Its merged ranges; none in a text."""
        ...

    def lines(self) -> Iterator[Line]:
        """The lines that hold something, in order."""
        ...

    def extent(self, header: int, width: int) -> Extent:
        """What is filled below the line of the header, which has so many columns."""
        ...
