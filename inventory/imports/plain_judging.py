"""What the judges of plain nouns have in common: twins, and a change with its difference."""

from collections.abc import Mapping

from core.errors import Message, say
from inventory.imports.importers import Judged
from inventory.imports.mapped_cells import MappedCells
from inventory.imports.shapes import FieldDiff, Remark, Verdict


class Twins:
    """Things that an earlier row of the file was about already."""

    def __init__(self) -> None:
        self._lines: dict[object, int] = {}

    def line_before(self, thing: object, line: int) -> int | None:
        """The earlier line about the same thing; else this one is the first."""
        first = self._lines.setdefault(thing, line)
        return None if first == line else first


def read_choice(cells: MappedCells, field: str, why_not: Message) -> str | None:
    """The code that a filled cell means; None and ``why_not`` said of it if none is known."""
    text = cells[field]
    if not text:
        return None
    word = cells.word(field)
    if word is None:
        cells.complain(field, why_not)
    return word or None


def wrong(cells: MappedCells, label: str = "") -> Judged:
    """A row with complaints."""
    return Judged(cells.line, Verdict.error, label, remarks=tuple(cells.remarks))


def skipped(line: int, label: str, why: Message, *, target: int | None = None) -> Judged:
    """A row that changes nothing, and why."""
    return Judged(line, Verdict.skip, label, target, remarks=(Remark("", why),))


def said_before(cells: MappedCells, field: str, line: int) -> None:
    """Complain of a thing that another row of the file is about too."""
    cells.complain(field, say("Line {line} is about the same one", line=line))


def created(
    line: int, label: str, fields: Mapping[str, object], shown: Mapping[str, object], **more: object
) -> Judged:
    """A new thing: its columns, and what is shown of it."""
    diff = tuple(FieldDiff(name, None, value) for name, value in shown.items() if value)
    return Judged(line, Verdict.create, label, diff=diff, change={"fields": dict(fields), **more})


def changed(
    line: int,
    label: str,
    target: int,
    fields: Mapping[str, object],
    known: Mapping[str, object],
    **more: object,
) -> Judged:
    """A thing that is there: what of ``fields`` differs from what is ``known``."""
    differs = {name: value for name, value in fields.items() if known[name] != value}
    if not differs and not more:
        return Judged(line, Verdict.same, label, target)
    diff = tuple(FieldDiff(name, known[name], value) for name, value in differs.items())
    before = {name: known[name] for name in differs}
    return Judged(
        line,
        Verdict.update,
        label,
        target,
        diff=diff,
        change={"fields": differs, "before": before, **more},
    )
