"""A file of assets as it comes from a spreadsheet: bytes into rows, or a sentence that says why not."""

import csv
import io
from collections import Counter
from collections.abc import Iterator

import msgspec

from core.csv_files import bare
from core.errors import Invalid, Message, say
from inventory.asset_columns import Column, column_of
from inventory.imports import workbooks

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 20_000
DELIMITERS = (",", ";", "\t")
# Strict, and in this order: GB18030 accepts much of what is UTF-8, never the other way round.
ENCODINGS = ("utf-8-sig", "gb18030")
FIELD = "file"
# .xls of twenty years ago; we do not read it.
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"


class RawRow(msgspec.Struct, frozen=True):
    """One row by its headers; ``line`` is where it begins in the file, from 1."""

    line: int
    cells: dict[str, str]


class Sheet(msgspec.Struct, frozen=True):
    """A readable file: its encoding, its headers as written, and its rows."""

    encoding: str
    headers: tuple[str, ...]
    rows: tuple[RawRow, ...]


def read_sheet(data: bytes) -> Sheet:
    """The rows of a CSV file, whatever the encoding, line ends and delimiter, or of a workbook's
    first sheet; else Invalid."""
    if len(data) > MOST_BYTES:
        raise _unreadable(say("At most {most} MB in one file", most=MOST_BYTES >> 20), "too_large")
    if data.startswith((workbooks.STARTS_WITH, OLD_WORKBOOK)):
        encoding, lines = "xlsx", _workbook_lines(data)
    else:
        text, encoding = _decode(data)
        lines = list(_lines(text, _delimiter(text)))
    if not lines:
        raise _unreadable(say("The file is empty"), "empty")
    (_, headers), *rows = lines
    names = _checked_headers(headers)
    if not rows:
        raise _unreadable(say("The file has headers but no rows"), "no_rows")
    if len(rows) > MOST_ROWS:
        raise _unreadable(
            say("At most {most} rows in one file; split it", most=MOST_ROWS), "too_many"
        )
    return Sheet(encoding, names, tuple(_row(line, names, cells) for line, cells in rows))


def _row(line: int, names: tuple[str, ...], cells: list[str]) -> RawRow:
    while len(cells) > len(names) and not cells[-1]:
        cells = cells[:-1]
    if len(cells) > len(names):
        raise _unreadable(
            say(
                "Line {line} has {cells} cells for {columns} columns;"
                " put text with commas in quotes",
                line=line,
                cells=len(cells),
                columns=len(names),
            ),
            "cells",
        )
    padded = cells + [""] * (len(names) - len(cells))
    return RawRow(line, dict(zip(names, padded, strict=True)))


def _workbook_lines(data: bytes) -> list[tuple[int, list[str]]]:
    try:
        return [(line, [bare(cell) for cell in cells]) for line, cells in workbooks.read_rows(data)]
    except workbooks.Unreadable as error:
        raise _unreadable(
            say("This workbook cannot be read; save it as XLSX or as CSV, then choose it again"),
            "workbook",
        ) from error


def _decode(data: bytes) -> tuple[str, str]:
    for encoding in ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _is_text(text):
            return text, "utf-8" if encoding == "utf-8-sig" else encoding
    raise _unreadable(say("The file is not text in UTF-8 or GB18030"), "encoding")


def _is_text(text: str) -> bool:
    return not any(character < " " and character not in "\t\r\n" for character in text)


def _delimiter(text: str) -> str:
    """The delimiter under which the first row has the most headers that we know."""
    first = next((line for line in io.StringIO(text, newline=None) if line.strip()), "")

    def known(delimiter: str) -> int:
        return sum(column_of(cell.strip('" \n')) is not None for cell in first.split(delimiter))

    return max(DELIMITERS, key=known)


def _lines(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    # newline="": a quoted cell keeps its line ends, and CR, LF and CRLF all end a row.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    before = 0
    try:
        for cells in reader:
            line, before = before + 1, reader.line_num
            stripped = [bare(cell) for cell in cells]
            if any(stripped):
                yield line, stripped
    except csv.Error as error:
        raise _unreadable(
            say("Line {line} cannot be read: a quote is not closed", line=reader.line_num), "quote"
        ) from error


def _checked_headers(headers: list[str]) -> tuple[str, ...]:
    while headers and not headers[-1]:
        headers = headers[:-1]
    if "" in headers:
        raise _unreadable(
            say("Column {column} has no header", column=headers.index("") + 1), "header"
        )
    meanings = Counter(column_of(header) or header for header in headers)
    for meaning, count in meanings.items():
        if count > 1:
            twice = [header for header in headers if (column_of(header) or header) == meaning]
            raise _unreadable(
                say("These headers mean the same column: {headers}", headers=", ".join(twice)),
                "duplicate_header",
            )
    if not {Column.tag, Column.model, Column.serial_number} & meanings.keys():
        raise _unreadable(
            say("No header says tag, model or serial number; the template shows how"), "headers"
        )
    return tuple(headers)


def _unreadable(message: Message, code: str) -> Invalid:
    return Invalid.of(FIELD, message, code=code)
