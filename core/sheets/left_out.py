"""Rows below a header that are no data: totals, headings between parts, notes, headers again."""

import re
from collections.abc import Collection, Sequence

from core.sheets.cells import tidy
from core.sheets.headers import Header
from core.sheets.shapes import LeftOutReason
from core.sheets.tables import Line, Merged

# A total says so in one of the first columns.
FIRST_COLUMNS = 4
_TOTAL = re.compile(
    r"[^0-9]{0,8}?(?:[合小总總共累][计計])(?:数|數|金额|金額|数量|數量)?(?:[(:].*|[0-9][0-9.,]*\w{0,2})?",
)
# A brand is called Total: such a row holds nothing but numbers beside the word.
_ENGLISH_TOTAL = re.compile(r"(?:(?:grand|sub|page|overall)[- ]?)?totals?(?::.*)?", re.IGNORECASE)
_NUMERIC = re.compile(r"[￥¥$]?[0-9.,]*[0-9]\w{0,2}")
# One of these is in every total: most lines are looked at no closer.
_MAY_BE_TOTAL = re.compile("[计計]|total", re.IGNORECASE)
_NOTE = re.compile(
    r"(?:制表|填表|填报|审核|复核|经手|经办|保管|盘点|负责|单位负责|资产管理|校长|联系|打印|导出"
    r"|製表|填報|審核|覆核|經手|保管|負責|校長|聯絡|列印)[^:]{0,6}:.*"
    r"|(?:注|备注|说明|附注|備註|說明)\s*[0-9]?:.*|(?:prepared|checked|approved|printed) (?:by|on):?.*",
    re.IGNORECASE | re.DOTALL,
)
_EXAMPLE = re.compile(r"(?:例|例如|示例|样例|範例|范例|填写示例|example|sample)[:]?", re.IGNORECASE)


def why_left_out(line: Line, header: Header, sections: Collection[int]) -> LeftOutReason | None:
    """Why a line below the header is no row of data, or None; ``sections`` as
    :func:`section_lines` gives them."""
    own = line.own_filled
    if line.number in sections and len(own) == 1:
        return LeftOutReason.section
    if _is_total(line):
        return LeftOutReason.total
    first = tidy(line.cells[own[0]])
    if len(own) <= max(1, len(header.heads) // 2) and _NOTE.fullmatch(first):
        return LeftOutReason.note
    if _EXAMPLE.fullmatch(first):
        return LeftOutReason.example
    return LeftOutReason.header if _is_header(line, header, own) else None


def section_lines(merged: Sequence[Merged], header: Header) -> frozenset[int]:
    """The lines of which one cell is merged over most of the table."""
    enough = max(2, (len(header.heads) + 1) // 2)
    return frozenset(
        one.first_line
        for one in merged
        if one.width >= enough and one.first_line == one.last_line > header.lines[-1]
    )


def is_empty_row(line: Line, header: Header) -> bool:
    """Whether nothing but a number of the row (序号) stands in the line itself."""
    own = line.own_filled
    return len(own) == 1 and own[0] in header.ordinals


def _is_header(line: Line, header: Header, own: Sequence[int]) -> bool:
    same = sum(line.cells[column] in header.texts for column in own)
    return same >= 2 and same * 3 >= len(header.heads) * 2


def _is_total(line: Line) -> bool:
    own = line.own_filled
    first = [line.cells[column] for column in own if column < FIRST_COLUMNS] or [line.cells[own[0]]]
    if not _MAY_BE_TOTAL.search("".join(first)):
        return False
    plain = ["".join(tidy(cell).split()) for cell in first]
    if any(_TOTAL.fullmatch(one) for one in plain):
        return True
    at = next((n for n, one in enumerate(first) if _ENGLISH_TOTAL.fullmatch(tidy(one))), None)
    return at is not None and all(
        _NUMERIC.fullmatch("".join(line.cells[column].split()))
        for column in own
        if line.cells[column] != first[at]
    )
