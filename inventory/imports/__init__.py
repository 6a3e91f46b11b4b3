"""Imports of assets: staged, looked through, then applied all or nothing; and the way back."""

from inventory.imports.applying import apply_import
from inventory.imports.files import MOST_BYTES, MOST_ROWS, read_sheet
from inventory.imports.reading import get_import, list_imports, list_rows
from inventory.imports.shapes import (
    Counts,
    FieldDiff,
    ImportJob,
    ImportRow,
    ImportState,
    Remark,
    Verdict,
)
from inventory.imports.staging import discard, stage_assets
from inventory.imports.templates import template

__all__ = [
    "MOST_BYTES",
    "MOST_ROWS",
    "Counts",
    "FieldDiff",
    "ImportJob",
    "ImportRow",
    "ImportState",
    "Remark",
    "Verdict",
    "apply_import",
    "discard",
    "get_import",
    "list_imports",
    "list_rows",
    "read_sheet",
    "stage_assets",
    "template",
]
