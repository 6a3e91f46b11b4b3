"""CSV as spreadsheet programs in China open it: UTF-8 with its mark, words that the import reads."""

from collections.abc import Iterable

from core import csv_files
from inventory.assets.shapes import AssetRow, Condition, LifecycleState
from inventory.imports.columns import Column, headers, word
from inventory.models import AssetKind

EXPORTED = (
    Column.tag,
    Column.kind,
    Column.brand,
    Column.model,
    Column.serial_number,
    Column.place,
    Column.lifecycle,
    Column.condition,
    Column.name,
    Column.school,
)
HOLDER = {"en": ("Holder", "Due"), "zh_CN": ("领用人", "应还日期")}
# Of what is out, for readers who may not know with whom.
IS_OUT = {"en": "It is out", "zh_CN": "已领用"}


def template(locale: str) -> bytes:
    """A file to fill in: the headers, and one row that shows how."""
    titles = headers(locale)
    columns = [column for column in Column if column is not Column.school]
    sample = {
        Column.kind: word(AssetKind.computer, locale),
        Column.brand: "Lenovo",
        Column.model: "ThinkCentre M720",
        Column.serial_number: "PF2K7Q9Z",
        Column.lifecycle: word(LifecycleState.in_service, locale),
        Column.condition: word(Condition.ok, locale),
    }
    rows = [[titles[column] for column in columns], [sample.get(column, "") for column in columns]]
    return csv_files.written(rows).encode()


def export(rows: Iterable[AssetRow], locale: str) -> bytes:
    """Assets as a table; imported again, every row is the same as in the books."""
    return export_head(locale) + export_rows(rows, locale)


def export_head(locale: str) -> bytes:
    """The first line of an export, with the file's mark before it."""
    titles = headers(locale)
    head = [titles[column] for column in EXPORTED] + list(HOLDER.get(locale, HOLDER["zh_CN"]))
    return csv_files.written([head]).encode()


def export_rows(rows: Iterable[AssetRow], locale: str) -> bytes:
    """More lines of an export."""
    return csv_files.written((_exported(row, locale) for row in rows), mark=False).encode()


def _exported(row: AssetRow, locale: str) -> list[str]:
    return [
        row.tag,
        word(row.kind, locale),
        row.brand,
        row.model,
        row.serial_number or "",
        row.place or "",
        word(row.lifecycle, locale),
        word(row.condition, locale),
        row.name,
        row.school,
        row.holder or (IS_OUT.get(locale, IS_OUT["zh_CN"]) if row.holder_kind else ""),
        row.due_on.isoformat() if row.due_on else "",
    ]
