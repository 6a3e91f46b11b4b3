"""CSV files that a spreadsheet program opens by a click, and none of whose cells it runs."""

import csv
from collections.abc import Iterable
from io import StringIO

# Without it Excel takes Chinese in UTF-8 for another encoding.
BYTE_ORDER_MARK = "\ufeff"
# A cell that begins so is run as a formula by spreadsheet programs.
# The full-width ones too: spreadsheet programs in China take them for the plain ones.
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


def written(rows: Iterable[Iterable[object]], *, mark: bool = True) -> str:
    """The rows as CSV (RFC 4180), every text in them harmless; numbers stay numbers."""
    table = StringIO()
    if mark:
        table.write(BYTE_ORDER_MARK)
    writer = csv.writer(table)
    for row in rows:
        writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in row])
    return table.getvalue()


def harmless(cell: str) -> str:
    """A cell that no spreadsheet program runs as a formula; :func:`bare` takes it back."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def bare(cell: str) -> str:
    """A cell without spaces around it and without the stroke that keeps it from being a formula."""
    stripped = cell.strip()
    if stripped.startswith("'") and stripped[1:].startswith(FORMULA_STARTS):
        return stripped[1:]
    return stripped
