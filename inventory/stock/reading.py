"""Parts at their places, and what came and went there."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from core.access import Actor
from core.database import fetch
from core.errors import say
from core.numbers import Id
from core.paging import DEFAULT_LIMIT, Page
from core.query import Key, Order, Orders, Where, get_row, in_sight, list_page
from inventory.models import like
from inventory.scope import school_id_of

MISSING = say("There is no such part in stock, or it is not of your school")


class MoveKind(StrEnum):
    """Why some of a part came or went."""

    received = "received"
    returned = "returned"
    dismantled = "dismantled"
    issued = "issued"
    used = "used"
    counted = "counted"
    moved_in = "moved_in"
    moved_out = "moved_out"


class StockItem(msgspec.Struct, frozen=True):
    """So many of one part at one place; ``available`` are those that no work order has reserved."""

    id: int
    school_id: int
    school: str
    model_id: int
    title: str
    place_id: int
    place: str
    on_hand: int
    reserved: int
    available: int


class StockFilters(msgspec.Struct, frozen=True):
    """Which parts a list shows; ``q`` may be the code on a packing, ``there`` leaves out those of
    which nothing is there now."""

    q: str = ""
    there: bool = False
    school: str | None = None
    place: Id | None = None
    model: Id | None = None


class StockMove(msgspec.Struct, frozen=True):
    """Some came or went: ``change`` of what is there, and what it belongs to."""

    id: int
    school: str
    kind: MoveKind
    quantity: int
    change: int
    at: datetime
    by: str | None
    note: str
    order_number: str
    unit_cost: Decimal | None
    other_id: int | None
    other: str | None
    work_order_id: int | None
    kit: str | None
    asset: str | None
    donation_id: int | None


NO_FILTERS = StockFilters()
TITLE = "model_title(m.brand, m.name)"
READ = f"""
SELECT b.id, b.school AS school_id, s.code AS school, b.model AS model_id, {TITLE} AS title,
       b.place AS place_id, pp.path AS place, b.on_hand, b.reserved,
       greatest(b.on_hand - b.reserved, 0) AS available
  FROM stock_balance b JOIN school s ON s.id = b.school JOIN asset_model m ON m.id = b.model
  JOIN place_path pp ON pp.place = b.place
"""
HAS_CODE = """EXISTS (SELECT FROM part_code c
     WHERE c.school = b.school AND c.model = b.model AND c.code = :code)"""
ORDERS = Orders(
    "title",
    Key("b.id", int, "id"),
    title=Key(TITLE, str, "title"),
    place=Key("pp.path", str, "place"),
    on_hand=Key("b.on_hand", int, "on_hand"),
)
MOVES = """
SELECT v.id, s.code AS school, v.kind, v.quantity, v.change, v.at, p.name AS by, v.note,
       v.order_number, v.unit_cost, v.other AS other_id, pp.path AS other,
       v.work_order AS work_order_id, kit.tag AS kit, a.tag AS asset, v.donation AS donation_id
  FROM stock_move v JOIN school s ON s.id = v.school LEFT JOIN person p ON p.id = v.by
  LEFT JOIN stock_balance other ON other.id = v.other
  LEFT JOIN place_path pp ON pp.place = other.place
  LEFT JOIN asset a ON a.id = v.asset
  LEFT JOIN kit_move km ON km.id = v.kit_move LEFT JOIN kit_gap g ON g.id = km.gap
  LEFT JOIN asset kit ON kit.id = g.asset
"""
MOST_CHOICES = 200
CHOICES = f"""{READ}
 WHERE b.school = any($1::bigint[]) AND b.school = $2 AND b.on_hand > 0
 ORDER BY part_key(m.name) <> ALL (SELECT part_key(name) FROM unnest($3::text[]) AS name),
          (SELECT max(v.id) FROM stock_move v WHERE v.balance = b.id) DESC, b.id LIMIT $4
"""
NEWEST_MOVES = Order(Key("v.id", int, "id"), descending=True)


async def list_stock(
    actor: Actor,
    filters: StockFilters = NO_FILTERS,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
    sort: str | None = None,
) -> Page[StockItem]:
    """The parts of the actor's schools, place by place, by their names or by ``sort``."""
    where = Where("b.school = any(:schools)", schools=actor.school_ids)
    where.add_given("b.place = :place", place=filters.place)
    where.add_given("b.model = :model", model=filters.model)
    if filters.there:
        where.add("b.on_hand > 0")
    if filters.school:
        where.add("b.school = :school", school=await school_id_of(actor, filters.school))
    if q := filters.q.strip():
        where.add(
            f"(({TITLE} || ' ' || pp.path) ILIKE :pattern OR {HAS_CODE})", pattern=like(q), code=q
        )
    return await list_page(StockItem, READ, where, ORDERS.chosen(sort), cursor=cursor, limit=limit)


async def get_stock(actor: Actor, stock_id: int) -> StockItem:
    """A part at a place of a school in the actor's sight, else NotFound."""
    return await get_row(StockItem, READ, in_sight(actor, "b", stock_id), MISSING)


async def list_stock_moves(
    actor: Actor, stock_id: int, *, cursor: str | None = None, limit: int = DEFAULT_LIMIT
) -> Page[StockMove]:
    """What came and went, the newest first."""
    item = await get_stock(actor, stock_id)
    where = Where("v.balance = :balance", balance=item.id)
    return await list_page(StockMove, MOVES, where, NEWEST_MOVES, cursor=cursor, limit=limit)


async def find_choices(actor: Actor, school_id: int, *, like_parts: list[str]) -> list[StockItem]:
    """What a school has of parts, to choose from: first those of which the name is one of
    ``like_parts``, then those that were moved last."""
    return await fetch(StockItem, CHOICES, actor.school_ids, school_id, like_parts, MOST_CHOICES)
