"""The columns of an asset's books, and those of a school's custom fields, as an import reads them."""

from collections.abc import Callable

from api.kit.list_tables import Cell, Column
from api.wording.language import Language
from core.access import Actor
from core.errors import Message, say
from inventory import asset_columns, custom_fields
from inventory.assets.with_books import AssetWithBooks, Books
from inventory.custom_fields.values import plain_name
from inventory.imports.book_columns import BETWEEN
from inventory.imports.columns import word

Value = Callable[[Books, Language], Cell]


def _of_books(column: asset_columns.Column, name: Message, value: Value) -> Column[AssetWithBooks]:
    return Column(
        column.value,
        name,
        lambda row, speech: value(row.books, speech),
        on_page=False,
        head=lambda speech: asset_columns.headers(speech.code)[column],
    )


def _currency(books: Books, _: Language) -> str:
    # Without a value it says nothing.
    return "" if books.cost is None else books.currency


def _basis(books: Books, speech: Language) -> str:
    return "" if books.cost_basis is None else word(books.cost_basis, speech.code)


OF_BOOKS = [
    _of_books(asset_columns.Column.cost, say("Value in the books"), lambda one, _: one.cost),
    _of_books(asset_columns.Column.cost_basis, say("Value by"), _basis),
    _of_books(asset_columns.Column.currency, say("Currency"), _currency),
    _of_books(asset_columns.Column.acquired_on, say("Bought on"), lambda one, _: one.acquired_on),
    _of_books(
        asset_columns.Column.warranty_until,
        say("Warranty until"),
        lambda one, _: one.warranty_until,
    ),
    _of_books(asset_columns.Column.supplier, say("Supplier"), lambda one, _: one.supplier),
    _of_books(asset_columns.Column.class_code, say("Class code"), lambda one, _: one.class_code),
    _of_books(
        asset_columns.Column.class_edition,
        say("Edition of the classes"),
        lambda one, _: one.class_edition,
    ),
    _of_books(
        asset_columns.Column.numbers,
        say("Numbers of the school"),
        lambda one, _: BETWEEN.join(one.numbers),
    ),
]


async def columns_of_fields(actor: Actor) -> list[Column[AssetWithBooks]]:
    """A column for each custom field that the actor's schools ask for, headed by its name."""
    fields = await custom_fields.find_fields_at(actor.school_ids)
    named = {plain_name(field.name): field for field in fields}
    return [_of_field(field.id, field.name) for field in named.values()]


def _of_field(field_id: int, name: str) -> Column[AssetWithBooks]:
    def value(row: AssetWithBooks, _: Language) -> str:
        said = {plain_name(own): text for own, text in row.books.fields.items()}
        return said.get(plain_name(name), "")

    return Column(
        f"field_{field_id}", Message("{name}", {"name": name}), value, on_page=False,
        head=lambda _: name,
    )  # fmt: skip
