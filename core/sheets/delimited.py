"""Texts with delimiters: CSV, TSV, and what spreadsheet programs call "text"."""

import csv
import re
from collections import Counter
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path

from core.errors import say
from core.sheets.encodings import Encoding
from core.sheets.heads import plain_head
from core.sheets.refusals import refused
from core.sheets.tables import MOST_CHARACTERS, Extent, Line, Merged, cell_text

DELIMITERS = (",", "\t", ";", "|")
_SAMPLED_LINES = 30
# Excel's own hint in the first line.
_HINT = re.compile(r"sep=(.)\s*")


class DelimitedText:
    """The lines of a text file, each cell without spaces around it."""

    merged: list[Merged] = []  # noqa: RUF012 - a text has none

    def __init__(self, path: Path, encoding: Encoding, heads: Collection[str]) -> None:
        self._path = path
        self._encoding = encoding
        hint = _HINT.fullmatch(self._first_line())
        self._skipped = 1 if hint else 0
        self.delimiter = hint[1] if hint else self._likeliest(heads)

    def lines(self) -> Iterator[Line]:
        """The filled lines; Invalid at a quote that is not closed and at an endless cell."""
        for number, cells in self._read(self.delimiter):
            stripped = [cell_text(cell) for cell in cells]
            if any(stripped):
                yield Line(number, stripped)

    def extent(self, header: int, width: int) -> Extent:
        """What is filled below the header; Invalid if a line has more cells than it."""
        filled: set[int] = set()
        lines = 0
        for number, cells in self._read(self.delimiter):
            if number <= header or not any(cells):
                continue
            lines += 1
            filled.update(column for column, cell in enumerate(cells) if cell)
            if len(cells) > width and any(cell.strip() for cell in cells[width:]):
                raise refused(
                    say(
                        "Line {line} has {cells} cells for {columns} columns;"
                        " put text with commas in quotes",
                        line=number,
                        cells=len(cells),
                        columns=width,
                    ),
                    "cells",
                )
        return Extent(frozenset(filled), lines)

    def _read(self, delimiter: str) -> Iterator[tuple[int, list[str]]]:
        csv.field_size_limit(MOST_CHARACTERS)
        # newline="": a quoted cell keeps its line ends, and CR, LF and CRLF all end a row.
        with self._path.open(encoding=self._encoding.codec, newline="") as file:
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            before = 0
            try:
                for cells in reader:
                    number, before = before + 1, reader.line_num
                    if number > self._skipped:
                        yield number, cells
            except csv.Error as error:
                raise refused(
                    say(
                        "Line {line} cannot be read: a quote is not closed, or a cell is longer"
                        " than {most} characters",
                        line=before + 1,
                        most=MOST_CHARACTERS,
                    ),
                    "quote",
                ) from error

    def _first_line(self) -> str:
        with self._path.open(encoding=self._encoding.codec, newline="") as file:
            return file.readline(16).strip().strip('"')

    def _likeliest(self, heads: Collection[str]) -> str:
        """The delimiter that finds the most known heads in a line, else the evenest lines."""
        return max(DELIMITERS, key=lambda delimiter: self._evidence(delimiter, heads))

    def _evidence(self, delimiter: str, heads: Collection[str]) -> tuple[int, int]:
        sample = list(islice(self._sampled(delimiter), _SAMPLED_LINES))
        known = max(
            (len({plain_head(c) for c in cells} & set(heads)) for cells in sample), default=0
        )
        widths = Counter(len(cells) for cells in sample if len(cells) > 1)
        return known, max(widths.values(), default=0)

    def _sampled(self, delimiter: str) -> Iterator[list[str]]:
        with self._path.open(encoding=self._encoding.codec, newline="") as file:
            short = (line[:MOST_CHARACTERS] for line in file)
            try:
                yield from csv.reader(short, delimiter=delimiter)
            except csv.Error:
                return
