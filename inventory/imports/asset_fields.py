"""What a column of a list of assets may fill: our own fields, a quantity, a school's custom fields."""

from core.sheets import CellKind, Field
from inventory import tags
from inventory.asset_columns import HEADERS, Column
from inventory.asset_heads import heads_of
from inventory.custom_fields import AskedField, find_fields_at
from inventory.custom_fields.fields import FieldKind
from inventory.imports.columns import BASES, CONDITIONS, KINDS, STATES

QUANTITY = "quantity"
QUANTITY_HEADS = (
    "Quantity", "Qty", "Count", "Amount of pieces", "数量", "台数", "件数", "套数", "台（套）数",
)  # fmt: skip
TOTAL = "total_cost"
# 金额 beside 数量 is the price of all pieces, and without it that of the one.
TOTAL_HEADS = (
    "Total price", "金额", "总价", "总金额", "合计金额", "总价值", "总值", "金額", "總價", "總金額", "Total cost",
    "Total value", "Total amount", "Amount", "购置金额", "采购金额",
)  # fmt: skip
CUSTOM = "field:"
# Else 资产编号 are the school's own numbers, which may hold any characters.
TAG = tags.TAG.pattern.replace("A-Z", "A-Za-z")
CELLS = {
    Column.note: CellKind.prose,
    Column.cost: CellKind.amount,
    Column.acquired_on: CellKind.date,
    Column.warranty_until: CellKind.date,
}
WORDS: dict[Column, dict[str, tuple[str, ...]]] = {
    Column.kind: {code.value: words for code, words in KINDS.items()},
    Column.condition: {code.value: words for code, words in CONDITIONS.items()},
    Column.lifecycle: {code.value: words for code, words in STATES.items()},
    Column.cost_basis: {code.value: words for code, words in BASES.items()},
}
OWN = (
    *(
        Field(
            column.value,
            heads_of(column),
            CellKind.choice if column in WORDS else CELLS.get(column, CellKind.text),
            {
                code: (code.replace("_", " "), *words)
                for code, words in WORDS.get(column, {}).items()
            },
            is_many=column is Column.numbers,
            pattern=TAG if column is Column.tag else "",
        )
        for column in HEADERS
    ),
    Field(QUANTITY, QUANTITY_HEADS, CellKind.number),
    Field(TOTAL, TOTAL_HEADS, CellKind.amount),
)
CELL_OF = {
    FieldKind.text: CellKind.text,
    FieldKind.number: CellKind.number,
    FieldKind.date: CellKind.date,
    FieldKind.choice: CellKind.choice,
}


async def fields_of(school_id: int) -> tuple[Field, ...]:
    """All that a file of this school may fill; our own fields come first."""
    asked = await find_fields_at([school_id])
    return (*OWN, *(_custom(field) for field in {plain.name: plain for plain in asked}.values()))


def _custom(field: AskedField) -> Field:
    return Field(
        CUSTOM + field.name,
        (field.name,),
        CELL_OF[field.kind],
        {choice: (choice,) for choice in field.choices},
    )
