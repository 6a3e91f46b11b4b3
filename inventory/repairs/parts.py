"""Parts that a work order has reserved, used and given back."""

from decimal import Decimal
from typing import Annotated

import msgspec

from core.access import Actor
from core.database import execute, fetch, fetch_one, fetch_value, transaction
from core.errors import Conflict, say
from core.numbers import Id
from core.permissions import EDIT_EQUIPMENT
from inventory.lots.moving import Quantity
from inventory.repairs.part_uses import refuse_foreign
from inventory.repairs.views import get_work_order
from inventory.stock.moving import NOTE, REFUSALS, lock_stock, refuse_too_few, write_move
from inventory.stock.reading import TITLE, MoveKind

MOST_RESERVED = 10_000


class OrderPart(msgspec.Struct, frozen=True):
    """A part of a work order: how many are ``reserved`` for it at a place, how many it ``used`` from
    there and kept, and what those cost as far as prices are known."""

    stock_id: int
    title: str
    place: str
    reserved: int
    used: int
    cost: Decimal
    on_hand: int
    available: int


class PartReservation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many of a part an order will need in all from now on; 0 frees them."""

    stock_id: Id
    quantity: Annotated[int, msgspec.Meta(ge=0, le=MOST_RESERVED)] = 1


class PartReturn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Some of what an order took come back unused, to where they were."""

    stock_id: Id
    quantity: Quantity = 1
    note: str = ""


class _Used(msgspec.Struct):
    quantity: int
    unit_cost: Decimal | None


PARTS = f"""
SELECT b.id AS stock_id, {TITLE} AS title, pp.path AS place, coalesce(r.quantity, 0) AS reserved,
       coalesce(t.used, 0)::int AS used, coalesce(t.cost, 0) AS cost, b.on_hand,
       greatest(b.on_hand - b.reserved, 0) AS available
  FROM stock_balance b JOIN asset_model m ON m.id = b.model JOIN place_path pp ON pp.place = b.place
  LEFT JOIN stock_reservation r ON r.balance = b.id AND r.work_order = $1
  LEFT JOIN (SELECT balance, -sum(change) AS used, sum(-change * coalesce(unit_cost, 0)) AS cost
               FROM stock_move WHERE work_order = $1 GROUP BY balance) t ON t.balance = b.id
 WHERE r.quantity > 0 OR t.used > 0 ORDER BY title, b.id
"""
LOCK_ORDER = "SELECT id FROM work_order WHERE id = $1 FOR NO KEY UPDATE"
RESERVE = """
INSERT INTO stock_reservation (school, balance, work_order, quantity) VALUES ($1, $2, $3, $4)
    ON CONFLICT ON CONSTRAINT stock_reservation_once DO UPDATE SET quantity = excluded.quantity
"""
OWN = "SELECT quantity FROM stock_reservation WHERE balance = $1 AND work_order = $2"
TAKEN = """
SELECT coalesce(-sum(change), 0)::int AS quantity,
       (array_agg(unit_cost ORDER BY id DESC) FILTER (WHERE kind = 'issued'))[1] AS unit_cost
  FROM stock_move WHERE work_order = $1 AND balance = $2
"""


async def list_parts(actor: Actor, work_order_id: int) -> list[OrderPart]:
    """What an order has reserved and used."""
    order = await get_work_order(actor, work_order_id)
    return await fetch(OrderPart, PARTS, order.id)


async def reserve_part(
    actor: Actor, work_order_id: int, wanted: PartReservation
) -> list[OrderPart]:
    """Keep parts for an open order; Conflict where fewer are free, or the order is closed."""
    order = await get_work_order(actor, work_order_id)
    actor.require(order.school_id, EDIT_EQUIPMENT)
    async with transaction(actor, REFUSALS):
        # The order before its parts, as whoever closes it does.
        await execute(LOCK_ORDER, order.id)
        (stock,) = await lock_stock(actor, [wanted.stock_id])
        refuse_foreign(stock, order.school_id)
        own: int | None = await fetch_value(OWN, stock.id, order.id)
        more = wanted.quantity - (own or 0)
        if more > 0:
            refuse_too_few(stock, more)
        await execute(RESERVE, order.school_id, stock.id, order.id, wanted.quantity)
    return await list_parts(actor, order.id)


async def return_part(actor: Actor, work_order_id: int, given: PartReturn) -> list[OrderPart]:
    """Put unused parts of an order back, closed or not; Conflict if it did not take so many.

    What they cost is taken off its cost.
    """
    note = NOTE.checked("note", given.note)
    order = await get_work_order(actor, work_order_id)
    actor.require(order.school_id, EDIT_EQUIPMENT)
    async with transaction(actor, REFUSALS):
        await execute(LOCK_ORDER, order.id)
        (stock,) = await lock_stock(actor, [given.stock_id])
        taken = await fetch_one(_Used, TAKEN, order.id, stock.id)
        if taken is None or given.quantity > taken.quantity:
            raise Conflict(
                say("Not so many of them were used for this work order"),
                field="quantity",
                code="too_many",
            )
        await write_move(
            actor,
            stock.id,
            order.school_id,
            MoveKind.returned,
            given.quantity,
            work_order_id=order.id,
            unit_cost=taken.unit_cost,
            note=note,
        )
    return await list_parts(actor, order.id)
