"""Workbooks (.xlsx, .xlsb, .xls, .ods) by calamine: which sheets there are, and their lines as text."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path

import msgspec
from python_calamine import (
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from core import zip_files
from core.errors import say
from core.sheets import ods_parts, xls_parts, xlsx_parts
from core.sheets.cells import EXACT_BELOW
from core.sheets.refusals import refused
from core.sheets.shapes import SheetFormat
from core.sheets.tables import MOST_CHARACTERS, Extent, Line, Merged, cell_text

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What 100,000 rows of 20 columns unpack to, twice.
MOST_UNPACKED_BYTES = 384 * 1024 * 1024
# The stream in which Office keeps a workbook that has a password.
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


class Details(msgspec.Struct, frozen=True):
    """What calamine does not say: texts of cells without a value, by line and column; merged ranges
    (of .ods; None: calamine knows them); when serial dates begin."""

    faults: dict[tuple[int, int], str] = {}
    merged: list[Merged] | None = None
    starts_1904: bool = False


class WorkbookSheet:
    """One sheet: its lines, with merged cells filled down, and numbers as a person types them."""

    def __init__(self, sheet: CalamineSheet, details: Details) -> None:
        self._sheet = sheet
        self.details = details
        self.merged = details.merged if details.merged is not None else _merged(sheet)
        self._tall = sorted(
            (one for one in self.merged if one.last_line > one.first_line),
            key=lambda one: one.first_line,
        )

    def lines(self) -> Iterator[Line]:
        """The lines in which a cell is filled itself."""
        waiting = iter(self._tall)
        coming = next(waiting, None)
        # By column: the last line of the range that goes through it, and its text.
        open_ranges: dict[int, tuple[int, str]] = {}
        for number, values in enumerate(self._sheet.iter_rows(), start=1):
            cells = [
                value and cell_text(value) if type(value) is str else _text(value)
                for value in values
            ]
            if any(len(cell) > MOST_CHARACTERS for cell in cells):
                raise refused(
                    say(
                        "Line {line} holds a cell of more than {most} characters; shorten it",
                        line=number,
                        most=MOST_CHARACTERS,
                    ),
                    "long_cell",
                )
            self._put_faults(number, cells)
            while coming is not None and coming.first_line <= number:
                if coming.first_column < len(cells):
                    text = cells[coming.first_column]
                    open_ranges[coming.first_column] = (coming.last_line, text)
                coming = next(waiting, None)
            is_filled = any(cells)
            filled_down = _fill_down(number, cells, open_ranges) if open_ranges else frozenset()
            if is_filled:
                yield Line(number, cells, filled_down)

    def extent(self, header: int, width: int) -> Extent:
        """What is filled below the header, right of it too."""
        filled: set[int] = set()
        lines = 0
        for number, values in enumerate(self._sheet.iter_rows(), start=1):
            if number > header and any(value != "" for value in values):
                lines += 1
                filled.update(column for column, value in enumerate(values) if value != "")
        return Extent(frozenset(filled), lines)

    @property
    def last_line(self) -> int:
        """The last line with a filled cell; 0 if there is none."""
        return self._sheet.end[0] + 1 if self._sheet.end else 0

    def _put_faults(self, number: int, cells: list[str]) -> None:
        if not self.details.faults:
            return
        for column, cell in enumerate(cells):
            if not cell and (text := self.details.faults.get((number, column))):
                cells[column] = text


class Workbook:
    """A workbook that has been opened; Invalid if it is locked or too large inside.

    Damaged and hostile files make zipfile, zlib and calamine raise nearly anything, here and when
    its sheets are read.
    """

    def __init__(self, path: Path) -> None:
        self._data = path.read_bytes()
        self.format = _format(self._data)
        try:
            self._book = CalamineWorkbook.from_filelike(BytesIO(self._data))
        except PasswordError as error:
            raise _locked() from error

    @property
    def hidden(self) -> tuple[str, ...]:
        """The sheets that the person does not see in the program."""
        return tuple(
            one.name
            for one in self._book.sheets_metadata
            if one.visible is not SheetVisibleEnum.Visible
        )

    @property
    def visible(self) -> tuple[str, ...]:
        """The sheets with cells that the person sees, in their order."""
        return tuple(
            one.name
            for one in self._book.sheets_metadata
            if one.visible is SheetVisibleEnum.Visible and one.typ is SheetTypeEnum.WorkSheet
        )

    def sheet(self, name: str) -> WorkbookSheet:
        """One sheet by its name."""
        return WorkbookSheet(self._book.get_sheet_by_name(name), self._details(name))

    def _details(self, name: str) -> Details:
        if self.format is SheetFormat.xlsx:
            parts = xlsx_parts.read(self._data, name)
            return Details(parts.faults, None, parts.starts_1904)
        if self.format is SheetFormat.ods:
            found = ods_parts.read(self._data, name)
            return Details(found.faults, found.merged)
        return Details()


def is_workbook(head: bytes) -> bool:
    """Whether a file that begins so is a workbook, or at least no text."""
    return head.startswith((ZIP, OLE))


def _format(data: bytes) -> SheetFormat:
    if data.startswith(OLE):
        if _ENCRYPTED in data:
            raise _locked()
        _refuse_old(data)
        return SheetFormat.xls
    with zip_files.opened(BytesIO(data)) as archive:
        if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED_BYTES:
            raise refused(
                say("What is packed into this file is too large; save the rows alone as CSV"),
                "too_large_inside",
            )
        names = set(archive.namelist())
    if "content.xml" in names:
        return SheetFormat.ods
    return SheetFormat.xlsb if "xl/workbook.bin" in names else SheetFormat.xlsx


def _refuse_old(data: bytes) -> None:
    """What calamine reads as signs or as fewer rows, without a word."""
    fault = xls_parts.find_fault(data)
    if fault is xls_parts.Fault.locked:
        raise _locked()
    if fault is xls_parts.Fault.too_old:
        raise refused(
            say(
                "This is a workbook of Excel 95 or older. Open it in a spreadsheet program,"
                " save it as XLSX and choose that"
            ),
            "too_old",
        )
    if fault is xls_parts.Fault.damaged:
        raise refused(
            say(
                "This workbook is damaged: a part of it is missing. Open it in a spreadsheet"
                " program, look whether all rows are there, save it as XLSX and choose that"
            ),
            "damaged",
        )


def _locked() -> Exception:
    return refused(
        say("This workbook has a password; save it without one and choose it again"), "locked"
    )


def _merged(sheet: CalamineSheet) -> list[Merged]:
    return [
        Merged(first[0] + 1, first[1], last[0] + 1, last[1])
        for first, last in sheet.merged_cell_ranges or ()
    ]


def _fill_down(
    number: int, cells: list[str], open_ranges: dict[int, tuple[int, str]]
) -> frozenset[int]:
    filled = set()
    for column, (last_line, text) in list(open_ranges.items()):
        if number > last_line:
            del open_ranges[column]
        elif not cells[column] and text:
            cells[column] = text
            filled.add(column)
    return frozenset(filled)


def _text(value: object) -> str:
    if isinstance(value, str):
        return cell_text(value)
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, datetime):
        day = value.replace(microsecond=0)
        return day.date().isoformat() if day.time() == time.min else day.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if isinstance(value, timedelta) else ""


def _number(value: float) -> str:
    if abs(value) >= EXACT_BELOW:
        # Written as the program shows it: the digits after the 15th are not those that were typed.
        return f"{float(value):.14E}"
    if value == int(value):
        # A number that a person typed without a point.
        return str(int(value))
    return f"{value:.15g}"
