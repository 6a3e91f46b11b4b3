"""A workbook as Excel and WPS write it: the rows of its first sheet as text."""

import io
from collections.abc import Iterator
from datetime import date, datetime

import openpyxl

from storage import zip_files

STARTS_WITH = b"PK\x03\x04"
# A few kilobytes can be packed from gigabytes of blanks: this much is unpacked, and no more.
MOST_UNPACKED_BYTES = 96 * 1024 * 1024
MOST_LINES = 60_000
MOST_COLUMNS = 60
# Spreadsheet programs keep 15 digits of a number.
EXACT_BELOW = 10**15


class Unreadable(Exception):
    """The bytes are no workbook, or one that nobody should unpack."""


def read_rows(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Each filled row of the first sheet with its number in the sheet; :class:`Unreadable`."""
    try:
        with zip_files.opened(io.BytesIO(data)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED_BYTES:
                raise Unreadable
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = sheet.iter_rows(max_row=MOST_LINES, max_col=MOST_COLUMNS, values_only=True)
        for line, values in enumerate(rows, start=1):
            cells = [_text(value) for value in values]
            if any(cells):
                yield line, cells
    except Exception as error:
        # Damaged and hostile files make zipfile, zlib, expat and openpyxl raise nearly anything.
        raise Unreadable from error


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        return value.date().isoformat()
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, int | float) and abs(value) >= EXACT_BELOW:
        # Written as the program shows it: the digits after the 15th are not those that were typed.
        return f"{float(value):.14E}"
    if isinstance(value, float) and value.is_integer():
        # A number that a person typed without a point.
        return str(int(value))
    return str(value).strip()
