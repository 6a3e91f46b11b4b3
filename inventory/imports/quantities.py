"""Rows that stand for several things: 数量 30 is a question, and its answer holds for the file."""

import msgspec

from core.errors import say
from core.sheets.cells import read_number
from inventory.imports.asset_fields import QUANTITY
from inventory.imports.books import Known
from inventory.imports.mapped_cells import MappedCells
from inventory.imports.shapes import Quantity, Remark

MOST_A_ROW = 1_000
MOST_A_FILE = 100_000


class Pieces(msgspec.Struct, frozen=True):
    """How many assets a row makes; ``skipped`` says why it makes none, ``is_lot`` that they come to
    a lot."""

    count: int = 1
    skipped: Remark | None = None
    is_lot: bool = False


class Quantities:
    """The quantities of one file: how many rows have one, and how many things all rows make."""

    def __init__(self, answer: Quantity | None) -> None:
        self._answer = answer
        self.asked = 0
        self.things = 0

    def read(
        self,
        cells: MappedCells,
        known: Known | None,
        tag: str | None,
        serial: str | None,
        numbers: object,
    ) -> Pieces:
        """How many assets the row makes; what is wrong with that is complained of."""
        count = cells.read(QUANTITY, read_number)
        if count is None or count == 1:
            return Pieces()
        if count == 0:
            return Pieces(skipped=Remark(cells.header(QUANTITY), say("None of it is there")))
        if count < 0 or count != int(count) or count > MOST_A_ROW:
            message = say("A whole number up to {most}", most=MOST_A_ROW)
            cells.complain(QUANTITY, message)
            return Pieces()
        if known is not None or tag or serial or numbers:
            message = say("Several things cannot have one tag or number; give each a row")
            cells.complain(QUANTITY, message)
            return Pieces()
        self.asked += 1
        if self._answer in (None, Quantity.ask):
            message = say("Shall it become {count} assets? Answer that first", count=int(count))
            cells.complain(QUANTITY, message)
        elif self._answer is Quantity.leave_out:
            message = say("Left out: {count} pieces in one row", count=int(count))
            return Pieces(skipped=Remark(cells.header(QUANTITY), message))
        elif self._answer is Quantity.as_lot:
            return Pieces(int(count), is_lot=True)
        elif self.things + int(count) > MOST_A_FILE:
            message = say("At most {most} assets from one file; split it", most=MOST_A_FILE)
            cells.complain(QUANTITY, message)
        return Pieces(int(count))
