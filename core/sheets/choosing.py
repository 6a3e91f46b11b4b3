"""Which sheet of a workbook holds the data: not the instructions, not the hidden lists."""

import re
from collections.abc import Collection
from itertools import islice

import msgspec

from core.errors import say
from core.sheets.columns import headers_key
from core.sheets.headers import Header, find_header
from core.sheets.refusals import refused
from core.sheets.shapes import PassedOver, PassedOverReason
from core.sheets.tables import Table
from core.sheets.workbooks import Workbook, WorkbookSheet

# Lines of a table that are looked at to find its header.
TOP_LINES = 60
MOST_SHEETS = 60
_ASIDE = re.compile(
    r"说明|說明|须知|帮助|字典|代码表|对照表|下拉|选项|枚举|样例|示例|范例|模板说明|填报要求"
    r"|instruction|read ?me|help|example|sample|lookup|dictionary",
    re.IGNORECASE,
)


class Candidate(msgspec.Struct, frozen=True):
    """A visible sheet that was looked at; ``header`` is None if it holds no table."""

    name: str
    header: Header | None
    rows: int

    @property
    def is_aside(self) -> bool:
        """Whether its name says that it explains or lists what another one uses."""
        return bool(_ASIDE.search(self.name))

    @property
    def likeness(self) -> tuple[bool, bool, bool, int, int]:
        """The larger, the more it looks like what is asked for."""
        known = self.header.known if self.header else 0
        return (self.rows > 0, known > 1, not self.is_aside, known, self.rows)

    @property
    def key(self) -> str:
        return headers_key(head.name for head in self.header.heads) if self.header else ""


class Chosen(msgspec.Struct, frozen=True):
    """The sheet to read, and those that are not read, each with the reason."""

    sheet: WorkbookSheet
    name: str
    header: Header
    passed_over: tuple[PassedOver, ...]


def choose_sheet(book: Workbook, heads: Collection[str], wanted: str | None) -> Chosen:
    """The visible sheet that looks most like data, or the ``wanted`` one; Invalid if there is none."""
    looked_at: list[Candidate] = []
    best: tuple[Candidate, WorkbookSheet] | None = None
    for name in book.visible[:MOST_SHEETS]:
        sheet = book.sheet(name)
        one = _look_at(sheet, name, heads)
        looked_at.append(one)
        # The sheets that are worse are let go: each is in memory as a whole.
        if name == wanted or (wanted is None and (best is None or one.likeness > best[0].likeness)):
            best = (one, sheet)
    if best is None and wanted is not None:
        raise refused(say("There is no sheet {name} in this file", name=wanted), "sheet")
    if best is None or best[0].header is None:
        raise refused(say("The file is empty"), "empty")
    chosen, sheet = best
    others = tuple(_passed_over(one, chosen) for one in looked_at if one is not chosen)
    hidden = tuple(PassedOver(name, PassedOverReason.hidden) for name in book.hidden)
    return Chosen(sheet, chosen.name, best[0].header, others + hidden)


def look_at_top(table: Table, heads: Collection[str]) -> Header | None:
    """The header of a table, found in its first lines."""
    return find_header(list(islice(table.lines(), TOP_LINES)), table.merged, heads)


def _look_at(sheet: WorkbookSheet, name: str, heads: Collection[str]) -> Candidate:
    header = look_at_top(sheet, heads)
    rows = sheet.last_line - header.lines[-1] if header else 0
    return Candidate(name, header, rows)


def _passed_over(one: Candidate, chosen: Candidate) -> PassedOver:
    reason = PassedOverReason.another_fits_better
    if one.is_aside:
        reason = PassedOverReason.instructions
    elif one.rows == 0:
        reason = PassedOverReason.no_table
    return PassedOver(one.name, reason, one.rows, bool(one.rows) and one.key == chosen.key)
