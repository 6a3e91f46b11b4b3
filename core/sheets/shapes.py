"""What is known of a sheet once it has been read: said aloud before anything is made of its rows."""

from enum import StrEnum

import msgspec


class SheetFormat(StrEnum):
    """What kind of file it is; ``csv`` are all texts with delimiters."""

    xlsx = "xlsx"
    xlsb = "xlsb"
    xls = "xls"
    ods = "ods"
    csv = "csv"


class Choice(msgspec.Struct, frozen=True):
    """What a person decided about a file that would be read otherwise; None: decide by the file."""

    sheet: str | None = None
    encoding: str | None = None


class LeftOutReason(StrEnum):
    """Why a filled row is no row of data."""

    # 合计, 小计, Total.
    total = "total"
    # A heading over the whole width between two parts of the table.
    section = "section"
    # 制表人：, 注：, below the table.
    note = "note"
    # The header once more, as at the top of each printed page.
    header = "header"
    # 例: a row that shows how to fill in the others.
    example = "example"


class LeftOut(msgspec.Struct, frozen=True):
    """A filled row below the header that is not among the rows; ``text`` is how it begins."""

    line: int
    reason: LeftOutReason
    text: str


class PassedOverReason(StrEnum):
    """Why a sheet of a workbook was not the one to read."""

    hidden = "hidden"
    instructions = "instructions"
    no_table = "no_table"
    # It holds a table too, but another one looks more like what is asked for.
    another_fits_better = "another_fits_better"


class PassedOver(msgspec.Struct, frozen=True):
    """A sheet that was not read; a person may choose it (``Choice.sheet``) unless it is hidden.

    ``has_same_headers``: it may be the next part of the very list, such as one sheet a room.
    """

    name: str
    reason: PassedOverReason
    rows: int = 0
    has_same_headers: bool = False


class SheetColumn(msgspec.Struct, frozen=True):
    """A column that has a header or a filled cell.

    ``name`` is its header as written, unique in the sheet; ``group`` the head over several columns
    above it (two-row headers). ``letter`` is its place as spreadsheet programs show it.
    ``filled_down`` counts cells of merged ranges that got the value of their first cell.
    ``values`` are the different values with how often each occurs, or None if they are too many;
    ``samples`` the first few of them.
    """

    name: str
    letter: str
    group: str = ""
    filled: int = 0
    filled_down: int = 0
    values: dict[str, int] | None = None
    samples: tuple[str, ...] = ()


class CellFault(msgspec.Struct, frozen=True):
    """A cell without a value that can be read: a formula never calculated, or one with an error."""

    cell: str
    text: str


class SheetFacts(msgspec.Struct, frozen=True):
    """What was read: from which sheet, in which encoding, under which header, and what was not.

    Lines count from 1 as the program shows them (of a CSV: as a text editor counts them).
    ``left_out`` and ``faults`` name the first hundred; the counts count all.
    """

    format: SheetFormat
    columns: tuple[SheetColumn, ...]
    rows: int
    header_lines: tuple[int, ...]
    sheet: str = ""
    encoding: str = ""
    # False where several encodings could be meant and the likeliest was taken.
    is_encoding_sure: bool = True
    delimiter: str = ""
    left_out: tuple[LeftOut, ...] = ()
    left_out_count: int = 0
    passed_over: tuple[PassedOver, ...] = ()
    faults: tuple[CellFault, ...] = ()
    fault_count: int = 0
    # Serial dates count from 1904 and not from 1900 (workbooks of old Macintosh programs).
    starts_1904: bool = False

    @property
    def read_as(self) -> str:
        """The encoding of a text, the format of a workbook."""
        return self.encoding or self.format.value


class SheetRow(msgspec.Struct, frozen=True, array_like=True):
    """One row of data: where it begins in the file, and its cells beside ``SheetFacts.columns``.

    Cells are text: a date as 2012-09-01, a number as a person would type it (12, 0.5), one of
    1e15 and more as 2.01909010001235E+19, so that nobody takes its last digits for the typed ones.
    """

    line: int
    cells: tuple[str, ...]
