"""Which column of a sheet is which field: suggested, decided by a person, remembered by headers."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

import msgspec
from rapidfuzz import fuzz, process

from core.sheets.cells import (
    CellRefused,
    is_empty,
    read_amount,
    read_date,
    read_number,
    tidy,
)
from core.sheets.fields import CellKind, Field, Match
from core.sheets.heads import key_of_head, plain_head
from core.sheets.shapes import SheetColumn
from core.sheets.values import share_known

# Below this a near header is another one: 资产编号 and 资产名称 have 50.
NEAR_ENOUGH = 85
# Short heads differ by one sign and mean something else: 单位, 单价.
SHORTEST_NEAR = 4
# Less of a column than this can be read as its field: another field of the same head is meant.
FITS = 0.5
# A column without a known head whose words are these is that choice.
CLEARLY_FITS = 0.8
_READERS: dict[CellKind, Callable[[str], object]] = {
    CellKind.number: read_number,
    CellKind.amount: read_amount,
    CellKind.date: read_date,
}


class ColumnSuggestion(msgspec.Struct, frozen=True):
    """A column by its name, and the field that it probably fills; None: it is not read."""

    column: str
    field: str | None
    match: Match


class _Claim(msgspec.Struct, frozen=True):
    """A field that a column may fill; of two columns the one with the lower rank has it."""

    field: Field
    column: SheetColumn
    match: Match
    rank: float


def headers_key(headers: Iterable[str]) -> str:
    """The same for the same set of headers in any order: by it a mapping is remembered."""
    plain = sorted({key_of_head(header) for header in headers} - {""})
    return hashlib.sha256("\n".join(plain).encode()).hexdigest()


def suggest_columns(
    columns: Sequence[SheetColumn], fields: Sequence[Field]
) -> tuple[ColumnSuggestion, ...]:
    """A suggestion for each column, in their order; a field is suggested once unless it is many.

    By headers first, the surest head of a field before its others; then by headers that are nearly
    known ones; then, of choices, by the words in the column. A head of several fields means the one
    that can read what is below it.
    """
    heads: dict[str, list[tuple[int, Field]]] = defaultdict(list)
    for field in fields:
        for rank, head in enumerate((*field.heads, field.name)):
            heads[plain_head(head)].append((rank, field))
    found: dict[str, _Claim] = {}
    taken: set[str] = set()
    for claims in (
        [one for column in columns for one in _exact(column, heads)],
        [one for column in columns for one in _near(column, heads)],
        [one for column in columns for one in _by_words(column, fields)],
    ):
        for claim in sorted(claims, key=lambda one: one.rank):
            name = claim.field.name
            if claim.column.name not in found and (claim.field.is_many or name not in taken):
                found[claim.column.name] = claim
                taken.add(name)
    return tuple(_suggestion(column, found.get(column.name)) for column in columns)


def fit(field: Field, column: SheetColumn) -> float:
    """How much of what is known to be in a column (0 to 1) the field can read; 1 if nothing is."""
    every = column.values or column.samples
    values = [text for text in every if not is_empty(text)]
    if field.words and (values or share_known(every, field)):
        return share_known(every, field)
    if not values:
        return 1.0
    if field.pattern:
        return sum(bool(re.fullmatch(field.pattern, tidy(text))) for text in values) / len(values)
    reader = _READERS.get(field.kind)
    return 1.0 if reader is None else sum(_reads(reader, text) for text in values) / len(values)


def _reads(reader: Callable[[str], object], text: str) -> bool:
    try:
        return reader(text) is not None
    except CellRefused:
        return False


def _suggestion(column: SheetColumn, claim: _Claim | None) -> ColumnSuggestion:
    if claim is None:
        return ColumnSuggestion(column.name, None, Match.none)
    return ColumnSuggestion(column.name, claim.field.name, claim.match)


def _exact(column: SheetColumn, heads: dict[str, list[tuple[int, Field]]]) -> list[_Claim]:
    """The fields of the column's head; those that can read what is below it, if any can."""
    known = next((heads[one] for one in _spellings(column) if one in heads), [])
    claims = [_Claim(field, column, Match.exact, rank) for rank, field in known]
    fitting = [claim for claim in claims if fit(claim.field, column) >= FITS]
    return fitting or claims[:1]


def _near(column: SheetColumn, heads: dict[str, list[tuple[int, Field]]]) -> list[_Claim]:
    claims = []
    for spelling in _spellings(column):
        if len(spelling) < SHORTEST_NEAR or spelling in heads:
            continue
        hit = process.extractOne(
            spelling, heads.keys(), scorer=fuzz.ratio, score_cutoff=NEAR_ENOUGH
        )
        if hit is not None:
            claims += [_Claim(one, column, Match.near, -hit[1]) for _, one in heads[hit[0]]]
    return [claim for claim in claims if fit(claim.field, column) >= FITS]


def _by_words(column: SheetColumn, fields: Sequence[Field]) -> list[_Claim]:
    if not column.values:
        return []
    shares = [(fit(field, column), field) for field in fields if field.words]
    return [
        _Claim(field, column, Match.near, -share)
        for share, field in shares
        if share >= CLEARLY_FITS
    ]


def _spellings(column: SheetColumn) -> tuple[str, ...]:
    """What a column may be called: with the head above it, by its own head, by that above."""
    own = column.name.removeprefix(column.group).strip() if column.group else column.name
    names = (column.name, own, column.group) if column.group else (column.name,)
    return tuple(dict.fromkeys(plain_head(name) for name in names if name))
