"""What is typed on a job card: words, minutes, cost, parts from stock."""

from core.numbers import Id, Version
from inventory.assets import Condition
from inventory.lots.moving import Quantity
from inventory.repairs import Fix, NewEntry, PartUse

# The domain's names of what may be refused about parts, by those of the form.
PART_FIELDS = {"stock_id": "stock_0", "quantity": "quantity_0"}


class EntryForm(NewEntry, frozen=True, kw_only=True):
    """What was found and done, and up to three parts that were taken from stock for it."""

    stock_0: Id | None = None
    quantity_0: Quantity = 1
    stock_1: Id | None = None
    quantity_1: Quantity = 1
    stock_2: Id | None = None
    quantity_2: Quantity = 1

    @property
    def uses(self) -> list[PartUse]:
        """The parts that were chosen."""
        taken = [
            (self.stock_0, self.quantity_0),
            (self.stock_1, self.quantity_1),
            (self.stock_2, self.quantity_2),
        ]
        return [PartUse(stock, many) for stock, many in taken if stock is not None]

    def entry(self) -> NewEntry:
        """The entry that it asks for."""
        return NewEntry(
            found=self.found,
            done=self.done,
            minutes=self.minutes,
            cost=self.cost,
            parts=self.uses,
        )


class FixForm(EntryForm, frozen=True, kw_only=True):
    """The last entry, and what the thing is like now."""

    condition: Condition | None = None
    version: Version | None = None

    def fix(self) -> Fix:
        """What it asks for."""
        return Fix(
            found=self.found,
            done=self.done,
            minutes=self.minutes,
            cost=self.cost,
            parts=self.uses,
            condition=self.condition,
            version=self.version,
        )
