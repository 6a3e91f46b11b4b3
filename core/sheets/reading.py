"""A file becomes rows: which kind it is, where its table is, and its rows one after the other.

Called in the process with limits, where the file's reader may take what it wants.
"""

from collections.abc import Collection
from pathlib import Path

import msgspec

from core.errors import Invalid, say
from core.sheets.choosing import choose_sheet, look_at_top
from core.sheets.delimited import DelimitedText
from core.sheets.encodings import NoText, find_encoding
from core.sheets.headers import Head, Header
from core.sheets.heads import plain_head
from core.sheets.letters import letter_of
from core.sheets.opening import Answer, Asked
from core.sheets.refusals import refused
from core.sheets.shapes import (
    CellFault,
    Choice,
    SheetFacts,
    SheetFormat,
)
from core.sheets.tables import Table
from core.sheets.workbooks import Workbook, WorkbookSheet, is_workbook
from core.sheets.writing import MOST_NAMED, write_rows

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 100_000
MOST_COLUMNS = 200
MOST_CELLS = 5_000_000
# Web systems call a page a workbook: 导出.xls.
_MARKUP = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<head", b"<meta")


def answer(_: bytes, source: str, rows: str, asked: str) -> bytes:
    """:func:`read_file` for the process with limits: paths and what is asked as text, JSON out."""
    wanted = msgspec.json.decode(asked, type=Asked)
    try:
        facts = read_file(Path(source), Path(rows), wanted.heads, wanted.choice)
    except Invalid as refusal:
        return msgspec.json.encode(Answer(errors=list(refusal.errors)))
    return msgspec.json.encode(Answer(facts=facts))


def read_file(
    source: Path, rows: Path, heads: Collection[str] = (), choice: Choice | None = None
) -> SheetFacts:
    """What ``core.sheets.open_sheet`` promises, in this very process."""
    choice = choice or Choice()
    plain = {plain_head(head) for head in heads}
    if source.stat().st_size > MOST_BYTES:
        raise refused(say("At most {most} MB in one file", most=MOST_BYTES >> 20), "too_large")
    with source.open("rb") as file:
        head = file.read(1024)
    if is_workbook(head):
        return _read_workbook(source, rows, plain, choice)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP):
        raise refused(
            say(
                "This is a web page or XML under the name of a sheet. Open it in a spreadsheet"
                " program, save it as XLSX and choose that"
            ),
            "web_page",
        )
    return _read_text(source, rows, plain, choice)


def _read_workbook(source: Path, rows: Path, heads: set[str], choice: Choice) -> SheetFacts:
    try:
        book = Workbook(source)
        chosen = choose_sheet(book, heads, choice.sheet)
        sheet = chosen.sheet
        facts = msgspec.structs.replace(
            _read_table(sheet, chosen.header, rows),
            format=book.format,
            sheet=chosen.name,
            passed_over=chosen.passed_over,
            starts_1904=sheet.details.starts_1904,
        )
    except (Invalid, MemoryError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        # Damaged and hostile files make zipfile, zlib, expat and calamine raise nearly anything,
        # and a panic of Rust is no Exception.
        raise refused(
            say("This workbook cannot be read; save it as XLSX or as CSV, then choose it again"),
            "workbook",
        ) from error
    return _with_faults(facts, sheet)


def _with_faults(facts: SheetFacts, sheet: WorkbookSheet) -> SheetFacts:
    faults = [
        CellFault(f"{letter_of(column)}{line}", text)
        for (line, column), text in sorted(sheet.details.faults.items())
        if line > facts.header_lines[-1]
    ]
    return msgspec.structs.replace(
        facts, faults=tuple(faults[:MOST_NAMED]), fault_count=len(faults)
    )


def _read_text(source: Path, rows: Path, heads: set[str], choice: Choice) -> SheetFacts:
    try:
        encoding = find_encoding(source, choice.encoding)
    except NoText as error:
        raise refused(
            say("The file is text in no encoding that we know; save it as CSV in UTF-8"),
            "encoding",
        ) from error
    table = DelimitedText(source, encoding, heads)
    header = look_at_top(table, heads)
    if header is None:
        raise refused(say("The file is empty"), "empty")
    return msgspec.structs.replace(
        _read_table(table, header, rows),
        encoding=encoding.name,
        is_encoding_sure=encoding.is_sure,
        delimiter=table.delimiter,
    )


def _read_table(table: Table, header: Header, rows: Path) -> SheetFacts:
    columns = _columns(table, header)
    written = write_rows(table, header, columns, rows)
    if not written.rows:
        raise refused(say("The file has headers but no rows"), "no_rows")
    return SheetFacts(
        format=SheetFormat.csv,
        columns=written.columns,
        rows=written.rows,
        header_lines=header.lines,
        left_out=written.left_out,
        left_out_count=written.left_out_count,
    )


def _columns(table: Table, header: Header) -> list[Head]:
    """The columns that have a head or, in some row, a cell; Invalid if there are too many."""
    extent = table.extent(header.lines[-1], header.width)
    rows = extent.lines
    if rows > MOST_ROWS:
        raise refused(say("At most {most} rows in one file; split it", most=MOST_ROWS), "too_many")
    named = {head.column: head for head in header.heads}
    every = sorted(named.keys() | extent.columns)
    if len(every) > MOST_COLUMNS or len(every) * rows > MOST_CELLS:
        raise refused(
            say(
                "This table has {columns} columns and {rows} rows; at most {most} columns and"
                " {cells} cells",
                columns=len(every),
                rows=rows,
                most=MOST_COLUMNS,
                cells=MOST_CELLS,
            ),
            "too_many_columns",
        )
    return [named.get(column) or Head(column, f"({letter_of(column)})") for column in every]
