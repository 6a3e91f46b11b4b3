"""The columns of the asset list. Its file without a choice is the one that an import reads back."""

from collections.abc import Callable

from api import urls
from api.inventory.assets.book_columns import OF_BOOKS, columns_of_fields
from api.inventory.unnamed import unnamed
from api.kit.list_files import list_files
from api.kit.list_tables import Cell, Column, ListTable
from api.wording.language import Language
from core.errors import Message, say
from core.permissions import READ_EQUIPMENT
from inventory import asset_columns
from inventory.assets import AssetFilters, AssetRow
from inventory.assets.sorting import ORDERS
from inventory.assets.with_books import AssetWithBooks, list_with_books
from inventory.imports import columns


def _of_import(
    column: asset_columns.Column,
    word: Message,
    value: Callable[[AssetWithBooks, Language], Cell],
    *,
    on_page: bool = False,
    line: str | Callable[[AssetWithBooks], str] = "",
) -> Column[AssetWithBooks]:
    """A column that an import reads, below the head by which it knows it."""
    return Column(
        column.value,
        word,
        value,
        on_page=on_page,
        line=line,
        head=lambda speech: asset_columns.headers(speech.code)[column],
    )


def _holder(row: AssetRow, speech: Language) -> str:
    is_out = speech.words(unnamed(row.holder_kind)) if row.holder_kind else ""
    return row.holder or is_out


TABLE = ListTable[AssetWithBooks](
    "assets",
    [
        _of_import(asset_columns.Column.tag, say("Tag"), lambda row, _: row.tag, on_page=True),
        Column("title", say("What it is"), lambda row, _: row.title, line="title"),
        _of_import(
            asset_columns.Column.kind,
            say("Kind"),
            lambda row, speech: columns.word(row.kind, speech.code),
        ),
        _of_import(asset_columns.Column.brand, say("Brand"), lambda row, _: row.brand),
        _of_import(asset_columns.Column.model, say("Model"), lambda row, _: row.model),
        _of_import(
            asset_columns.Column.serial_number,
            say("Serial number"),
            lambda row, _: row.serial_number,
        ),
        _of_import(
            asset_columns.Column.lifecycle,
            say("Status"),
            lambda row, speech: columns.word(row.lifecycle, speech.code),
            on_page=True,
            line="state",
        ),
        _of_import(
            asset_columns.Column.condition,
            say("Condition"),
            lambda row, speech: columns.word(row.condition, speech.code),
            on_page=True,
        ),
        _of_import(
            asset_columns.Column.place,
            say("Place"),
            lambda row, _: row.place,
            on_page=True,
            line=lambda row: "" if row.holder_kind else "where",
        ),
        Column(
            "holder",
            say("Holder"),
            _holder,
            line=lambda row: "where" if row.holder_kind else "",
        ),
        Column("due_on", say("Due"), lambda row, _: row.due_on, on_page=False),
        _of_import(asset_columns.Column.name, say("Own name"), lambda row, _: row.name),
        *OF_BOOKS,
        _of_import(
            asset_columns.Column.school, say("School"), lambda row, _: row.school, on_page=True
        ),
    ],
    ORDERS,
    in_files=(
        "tag",
        "kind",
        "brand",
        "model",
        "serial_number",
        "place",
        "lifecycle",
        "condition",
        "name",
        *(column.name for column in OF_BOOKS),
        "school",
        "holder",
        "due_on",
    ),
    sorts=[("added", say("Added on"))],
)
FILES = list_files(
    TABLE,
    AssetFilters,
    list_with_books,
    more=columns_of_fields,
    csv=urls.assets_csv,
    xlsx=urls.assets_xlsx,
    read=READ_EQUIPMENT,
)
