"""Imports: files read, mapped, looked through row by row, applied all or nothing, and undone."""

from inventory.imports.questions import AskedColumn, ImportField, ask, list_fields
from inventory.imports.reading import RowFilters, get_import, list_imports, list_rows
from inventory.imports.retired_places import restore_places
from inventory.imports.shapes import (
    Counts,
    FieldDiff,
    FileColumn,
    Findings,
    ImportJob,
    ImportRow,
    ImportState,
    Mapping,
    NewName,
    Noun,
    Quantity,
    Remark,
    Verdict,
)
from inventory.imports.sheet_reading import MOST_ROWS
from inventory.imports.slips import count_slips, print_slips
from inventory.imports.staging import (
    MOST_BYTES,
    apply_import,
    discard,
    leave_out,
    map_columns,
    undo_import,
    upload,
)
from inventory.imports.templates import template
from inventory.imports.working import work_waiting

__all__ = [
    "MOST_BYTES",
    "MOST_ROWS",
    "AskedColumn",
    "Counts",
    "FieldDiff",
    "FileColumn",
    "Findings",
    "ImportField",
    "ImportJob",
    "ImportRow",
    "ImportState",
    "Mapping",
    "NewName",
    "Noun",
    "Quantity",
    "Remark",
    "RowFilters",
    "Verdict",
    "apply_import",
    "ask",
    "count_slips",
    "discard",
    "get_import",
    "leave_out",
    "list_fields",
    "list_imports",
    "list_rows",
    "map_columns",
    "print_slips",
    "restore_places",
    "template",
    "undo_import",
    "upload",
    "work_waiting",
]
