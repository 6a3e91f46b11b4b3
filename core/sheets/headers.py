"""Where the header of a table is: under title rows, in one row or in two."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from functools import cached_property

import msgspec

from core.sheets.cells import tidy
from core.sheets.heads import plain_head
from core.sheets.letters import letter_of
from core.sheets.tables import Line, Merged

# The header is looked for in the first filled rows of a table.
MOST_LINES_BEFORE = 20
LONGEST_HEAD = 60
# A longer text in the header is shortened: it is shown, stored and sent with every form.
MOST_CHARACTERS_OF_HEAD = 120
_ORDINAL = frozenset({"序号", "序號", "no.", "no", "#", "行号"})
_NUMBER = re.compile(r"[￥¥]?[0-9][0-9.,:/年月日\s-]*")


class Head(msgspec.Struct, frozen=True):
    """One column's head; ``group`` stands above several."""

    column: int
    name: str
    group: str = ""


class Header(msgspec.Struct, frozen=True, dict=True):
    """The lines that hold the header, and the heads of its columns from left to right.

    ``texts`` are its cells, ``known`` counts the heads that the noun knows.
    """

    lines: tuple[int, ...]
    heads: tuple[Head, ...]
    texts: frozenset[str] = frozenset()
    known: int = 0

    @cached_property
    def ordinals(self) -> frozenset[int]:
        """The columns that only number the rows."""
        return frozenset(head.column for head in self.heads if plain_head(head.name) in _ORDINAL)

    @property
    def width(self) -> int:
        return self.heads[-1].column + 1


def find_header(
    top: Sequence[Line], merged: Sequence[Merged], known_heads: Collection[str]
) -> Header | None:
    """The header among the first lines of a table, or None; ``known_heads`` are plain heads.

    The line with the most heads that are known; if fewer than two are, the first line that is
    about as wide as the table and holds words.
    """
    lines = top[:MOST_LINES_BEFORE]
    if not lines:
        return None
    at = _most_known(lines, known_heads)
    if at is None:
        at = _first_wide(lines, [len(line.own_filled) for line in top])
    first, second = _two_rows(lines, at, merged)
    return _header(first, second, merged, known_heads)


def _known(line: Line, known_heads: Collection[str]) -> int:
    return len({head for cell in line.cells if (head := plain_head(cell)) in known_heads and cell})


def _most_known(lines: Sequence[Line], known_heads: Collection[str]) -> int | None:
    counts = [_known(line, known_heads) for line in lines]
    most = max(counts)
    at = counts.index(most)
    return at if most > 1 or (most == 1 and len(lines[at].own_filled) == 1) else None


def _first_wide(lines: Sequence[Line], widths: Sequence[int]) -> int:
    usual = Counter(widths).most_common(1)[0][0]
    enough = max(1, 0.6 * min(usual, max(widths)))
    wide = [at for at, line in enumerate(lines) if len(line.own_filled) >= enough]
    return next((at for at in wide if _is_wordy(lines[at])), wide[0] if wide else 0)


def _is_wordy(line: Line) -> bool:
    """Whether a line holds words, each once, as a header does, and no numbers."""
    texts = [tidy(line.cells[column]) for column in line.own_filled]
    words = [one for one in texts if len(one) <= LONGEST_HEAD and not _NUMBER.fullmatch(one)]
    return len(words) >= 0.8 * len(texts) and len(set(texts)) >= 0.8 * len(texts)


def _two_rows(lines: Sequence[Line], at: int, merged: Sequence[Merged]) -> tuple[Line, Line | None]:
    """The header's line and the one below it that belongs to it, if any."""
    if at > 0 and _belongs(lines[at - 1], lines[at], merged):
        return lines[at - 1], lines[at]
    if at + 1 < len(lines) and _belongs(lines[at], lines[at + 1], merged):
        return lines[at], lines[at + 1]
    return lines[at], None


def _belongs(first: Line, second: Line, merged: Sequence[Merged]) -> bool:
    """Whether the second line holds the heads below those of the first."""
    if second.number != first.number + 1 or not second.own_filled or not _is_wordy(second):
        return False
    width = max(first.own_filled, default=0) + 1
    groups = [
        one
        for one in merged
        if one.first_line == one.last_line == first.number and 1 < one.width < max(width, 3)
    ]
    below = [column for column in second.own_filled if column not in _tall(first, merged)]
    if groups:
        inside = {c for one in groups for c in range(one.first_column, one.last_column + 1)}
        return bool(below) and set(below) <= inside
    return not merged and _fills_gaps(first, below)


def _tall(first: Line, merged: Sequence[Merged]) -> set[int]:
    return {
        one.first_column
        for one in merged
        if one.first_line <= first.number < one.last_line and one.width == 1
    }


def _fills_gaps(first: Line, below: list[int]) -> bool:
    """Without merged ranges (CSV): all that is filled below is in a gap or begins one, and some
    heads have nothing below."""
    filled = set(first.own_filled)
    if len(filled) < 2 or not below:
        return False
    gaps = {column for column in below if column not in filled}
    begins = {column for column in below if column in filled}
    has_gap_after = all(column + 1 in gaps for column in begins)
    return (
        bool(gaps)
        and min(filled) < min(gaps)
        and has_gap_after
        and bool(begins)
        and (len(filled - begins) > 0)
    )


def _header(
    first: Line, second: Line | None, merged: Sequence[Merged], known_heads: Collection[str]
) -> Header:
    lines = (first.number,) if second is None else (first.number, second.number)
    heads = _heads_of(first.cells) if second is None else _heads_of_two(first, second, merged)
    heads = heads or [Head(0, f"({letter_of(0)})")]
    known = {plain_head(head.name) for head in heads} & set(known_heads)
    texts = {cell for line in (first, second) if line is not None for cell in line.cells if cell}
    return Header(lines, tuple(_unique(heads)), frozenset(texts), len(known))


def _heads_of(cells: Sequence[str]) -> list[Head]:
    return [Head(column, _said(cell)) for column, cell in enumerate(cells) if cell]


def _heads_of_two(first: Line, second: Line, merged: Sequence[Merged]) -> list[Head]:
    groups = _groups(first, second, merged)
    heads: list[Head] = []
    for column in range(max(len(first.cells), len(second.cells))):
        own = _said(_at(second.cells, column)) if column not in second.filled_down else ""
        above = groups.get(column) or _said(_at(first.cells, column))
        if own and above and own != above:
            heads.append(Head(column, f"{above} {own}", above))
        elif own or above:
            heads.append(Head(column, own or above))
    return heads


def _groups(first: Line, second: Line, merged: Sequence[Merged]) -> dict[int, str]:
    """The head that stands above each column, though it is written in the first of them alone."""
    found = {
        column: _said(first.cells[one.first_column])
        for one in merged
        if one.first_line == one.last_line == first.number
        for column in range(one.first_column, one.last_column + 1)
        if one.first_column < len(first.cells)
    }
    if merged:
        return found
    above = ""
    for column in range(len(second.cells)):
        above = _said(_at(first.cells, column)) or (above if second.cells[column] else "")
        if above:
            found[column] = above
    return found


def _unique(heads: Sequence[Head]) -> list[Head]:
    seen: Counter[str] = Counter()
    taken: set[str] = set()
    unique = []
    for head in heads:
        name = head.name
        while name in taken:
            seen[head.name] += 1
            name = f"{head.name} ({seen[head.name] + 1})"
        taken.add(name)
        unique.append(msgspec.structs.replace(head, name=name))
    return unique


def _at(cells: Sequence[str], column: int) -> str:
    return cells[column] if column < len(cells) else ""


def _said(cell: str) -> str:
    text = " ".join(cell.split())
    most = MOST_CHARACTERS_OF_HEAD
    return text if len(text) <= most else text[: most - 1] + "…"
