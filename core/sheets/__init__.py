"""Sheets of strangers: opened in the process with limits, understood, and given out row by row.

``open_sheet`` reads a file, ``suggest_columns`` and ``suggest_values`` say what its columns and
words probably mean, ``cells`` reads each kind of cell, ``group_spellings`` joins spellings of names.
"""

from core.sheets.cells import CellRefused
from core.sheets.columns import ColumnSuggestion, headers_key, suggest_columns
from core.sheets.fields import CellKind, Field, Match
from core.sheets.heads import plain_head
from core.sheets.opening import iter_rows, open_sheet
from core.sheets.shapes import (
    CellFault,
    Choice,
    LeftOut,
    LeftOutReason,
    PassedOver,
    PassedOverReason,
    SheetColumn,
    SheetFacts,
    SheetFormat,
    SheetRow,
)
from core.sheets.spellings import KnownName, SpellingGroup, group_spellings, spelling_key
from core.sheets.values import ValueSuggestion, share_known, suggest_values

__all__ = [
    "CellFault",
    "CellKind",
    "CellRefused",
    "Choice",
    "ColumnSuggestion",
    "Field",
    "KnownName",
    "LeftOut",
    "LeftOutReason",
    "Match",
    "PassedOver",
    "PassedOverReason",
    "SheetColumn",
    "SheetFacts",
    "SheetFormat",
    "SheetRow",
    "SpellingGroup",
    "ValueSuggestion",
    "group_spellings",
    "headers_key",
    "iter_rows",
    "open_sheet",
    "plain_head",
    "share_known",
    "spelling_key",
    "suggest_columns",
    "suggest_values",
]
