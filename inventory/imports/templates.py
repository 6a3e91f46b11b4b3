"""The file to fill in for an import: CSV as spreadsheet programs in China open it."""

from core import csv_files
from inventory.asset_columns import Column, headers
from inventory.assets.shapes import Condition, LifecycleState
from inventory.imports.columns import word
from inventory.models import AssetKind


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
