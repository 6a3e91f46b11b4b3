"""What one thing of a row cost: a price of one, or the price of all pieces shared among them."""

import re
from decimal import Decimal

from core.errors import Message, say
from core.sheets import CellRefused
from core.sheets.cells import amount_unit, read_amount, read_number, tidy
from inventory.asset_columns import Column
from inventory.imports.asset_fields import QUANTITY, TOTAL
from inventory.imports.mapped_cells import MappedCells

CENT = Decimal("0.01")
# A header that says that its price is of one.
_OF_ONE = re.compile("单价|單價|每|unit|each", re.IGNORECASE)


def read(cells: MappedCells) -> Decimal | None:
    """What each thing of the row cost; complained of: prices of one and of all that do not agree, a
    price of all that cannot be shared in cents."""
    of_one, of_all = _amount(cells, Column.cost), _amount(cells, TOTAL)
    if of_all is None:
        return of_one
    count = count_of(cells)
    if of_one is not None:
        # Prices of one are rounded to cents.
        if abs(of_one * count - of_all) > count * CENT / 2:
            message = say(
                "{total} is not {count} × {price}; mend the row, or do not import one of the columns",
                total=str(of_all),
                count=count,
                price=str(of_one),
            )
            cells.complain(TOTAL, message)
        return of_one
    each = (of_all / count).quantize(CENT)
    if each * count != of_all:
        message = say(
            "{total} cannot be shared among {count}; write the price of one",
            total=str(of_all),
            count=count,
        )
        cells.complain(TOTAL, message)
    return each


def is_filled(cells: MappedCells) -> bool:
    """Whether the row names a price, even one that cannot be read."""
    return bool(cells[Column.cost] or cells[TOTAL])


def count_of(cells: MappedCells) -> int:
    """How many pieces the row says; 1 if it says none, or what is no count (complained of elsewhere)."""
    try:
        count = read_number(cells[QUANTITY])
    except CellRefused:
        return 1
    return int(count) if count is not None and count >= 1 and count == int(count) else 1


def doubt(cells: MappedCells, cost: object) -> Message | None:
    """What to look at where a price may be of one or of all: its header says neither."""
    if cost is None or cells[TOTAL] or _OF_ONE.search(tidy(cells.header(Column.cost))):
        return None
    return say(
        "Each of the {count} gets the value {price}. If that is the price of all, say so at the"
        " columns",
        count=count_of(cells),
        price=str(cost),
    )


def _amount(cells: MappedCells, field: str) -> Decimal | None:
    unit = amount_unit(cells.header(field))
    return cells.read(field, lambda text: read_amount(text, unit=unit))
