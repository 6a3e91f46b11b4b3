"""The rows of a table are written, one a line, and what its columns hold is counted."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from core.sheets.headers import Head, Header
from core.sheets.left_out import is_empty_row, section_lines, why_left_out
from core.sheets.letters import letter_of
from core.sheets.shapes import LeftOut, SheetColumn, SheetRow
from core.sheets.tables import Line, Table

# A column with more different values is no choice.
MOST_VALUES = 60
LONGEST_VALUE = 60
MOST_SAMPLES = 10
MOST_NAMED = 100


class Written(msgspec.Struct, frozen=True):
    """What was written, and what was not."""

    rows: int
    columns: tuple[SheetColumn, ...]
    left_out: tuple[LeftOut, ...]
    left_out_count: int


class _Column:
    """Counts what one column holds."""

    def __init__(self, head: Head) -> None:
        self.head = head
        self.filled = 0
        self.filled_down = 0
        self.values: Counter[str] | None = Counter()
        self.samples: tuple[str, ...] = ()

    def take(self, line: Line) -> str:
        """The cell of a line, counted."""
        at = self.head.column
        cell = line.cells[at] if at < len(line.cells) else ""
        if cell:
            self.filled += 1
            self.filled_down += at in line.filled_down
            if self.values is not None:
                self._count(self.values, cell)
        return cell

    def _count(self, values: Counter[str], cell: str) -> None:
        values[cell] += 1
        if len(values) > len(self.samples) < MOST_SAMPLES:
            self.samples += (cell[:LONGEST_VALUE],)
        if len(values) > MOST_VALUES or len(cell) > LONGEST_VALUE:
            self.values = None

    def said(self) -> SheetColumn:
        return SheetColumn(
            self.head.name,
            letter_of(self.head.column),
            self.head.group,
            self.filled,
            self.filled_down,
            None if self.values is None else dict(self.values),
            self.samples,
        )


def write_rows(table: Table, header: Header, heads: Sequence[Head], rows: Path) -> Written:
    """Write each row of data below the header into ``rows``: its cells below ``heads``."""
    columns = [_Column(head) for head in heads]
    left_out: list[LeftOut] = []
    left_out_count = written = 0
    encode = msgspec.json.Encoder().encode
    with rows.open("wb") as file:
        for line, gone in _below(table, header):
            if gone is None:
                cells = tuple([column.take(line) for column in columns])
                file.write(encode(SheetRow(line.number, cells)) + b"\n")
                written += 1
                continue
            left_out_count += 1
            if len(left_out) < MOST_NAMED:
                left_out.append(gone)
    return Written(
        written, tuple(column.said() for column in columns), tuple(left_out), left_out_count
    )


def _below(table: Table, header: Header) -> Iterator[tuple[Line, LeftOut | None]]:
    """The filled lines below the header, each with why it is no row, if it is none."""
    sections = section_lines(table.merged, header)
    for line in table.lines():
        if line.number <= header.lines[-1]:
            continue
        reason = why_left_out(line, header, sections)
        if reason is not None:
            text = " ".join(cell for cell in line.cells if cell)[:LONGEST_VALUE]
            yield line, LeftOut(line.number, reason, text)
        elif not is_empty_row(line, header):
            yield line, None
