"""Parts that a work order takes from stock, in the transaction of the entry that says so."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

import msgspec

from core.access import Actor
from core.database import fetch
from core.errors import Invalid, say
from core.numbers import Id
from inventory.lots.moving import Quantity
from inventory.stock.moving import (
    Locked,
    UnitCost,
    checked_cost,
    lock_stock,
    refuse_too_few,
    write_move,
)
from inventory.stock.reading import MoveKind

MOST_PARTS = 20


class PartUse(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many of a part at a place; without a price the last one that was paid counts."""

    stock_id: Id
    quantity: Annotated[Quantity, msgspec.Meta(examples=[1])] = 1
    unit_cost: UnitCost | None = None


class _Known(msgspec.Struct):
    stock_id: int
    own: int
    unit_cost: Decimal | None


# What the order has reserved of each, and what was paid for such parts last.
KNOWN = """
SELECT b.id AS stock_id, coalesce(r.quantity, 0) AS own, paid.unit_cost
  FROM stock_balance b
  LEFT JOIN stock_reservation r ON r.balance = b.id AND r.work_order = $2
  LEFT JOIN LATERAL (
       SELECT v.unit_cost FROM stock_move v JOIN stock_balance o ON o.id = v.balance
        WHERE o.school = b.school AND o.model = b.model AND v.kind = 'received'
          AND v.unit_cost IS NOT NULL ORDER BY v.id DESC LIMIT 1) paid ON true
 WHERE b.id = any($1::bigint[])
"""


async def use_parts(
    actor: Actor, work_order_id: int, school_id: int, entry_id: int, parts: Sequence[PartUse]
) -> None:
    """Take them from stock for an open order whose row is locked, with what it has reserved first.

    Conflict where too few are there or free; nothing is written then.
    """
    wanted = Counter[int]()
    for part in parts:
        wanted[part.stock_id] += part.quantity
    costs = {part.stock_id: checked_cost(part.unit_cost) for part in parts}
    locked = await lock_stock(actor, wanted)
    known = {one.stock_id: one for one in await fetch(_Known, KNOWN, list(wanted), work_order_id)}
    for stock in locked:
        refuse_foreign(stock, school_id)
        refuse_too_few(stock, wanted[stock.id], own=known[stock.id].own)
        cost = costs[stock.id]
        await write_move(
            actor,
            stock.id,
            school_id,
            MoveKind.issued,
            wanted[stock.id],
            work_order_id=work_order_id,
            entry=entry_id,
            unit_cost=known[stock.id].unit_cost if cost is None else cost,
        )


def refuse_foreign(stock: Locked, school_id: int) -> None:
    """Invalid where parts are of another school than the order."""
    if stock.school_id != school_id:
        raise Invalid.of(
            "stock_id", say("Choose parts of the school of the work order"), code="two_schools"
        )
