"""Parts come, go, are counted, change their place: each a row of moves that the balance follows."""

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import msgspec

from core import clock
from core.access import Actor
from core.database import Refusals, execute, fetch, fetch_value, transaction
from core.errors import Conflict, Invalid, NotFound, say
from core.numbers import Id
from core.permissions import EDIT_EQUIPMENT
from core.rows import insert_row
from core.texts import Line, Text
from inventory import tables
from inventory.lots.moving import FOREIGN_PLACE, MOST_THERE, Counted, Quantity
from inventory.models import AssetKind, ModelFacts, ensure_model
from inventory.places import PLACE_OUT_OF_USE, require_place_in_use
from inventory.scope import school_id_of
from inventory.stock.reading import MISSING, TITLE, MoveKind, StockItem, get_stock

NOTE = Text(tables.StockMove.note)
ORDER_NUMBER = Line(tables.StockMove.order_number)
NO_PART = Invalid.of("model_id", say("Choose a model of the kind “part”"), code="model")
REFUSALS: Refusals = {
    "stock_balance_on_hand_is_not_negative": Conflict(
        say("Not so many of them are there any more"), field="quantity", code="too_few"
    ),
    "stock_is_free": Conflict(
        say("The rest is reserved by work orders"), field="quantity", code="reserved"
    ),
    "stock_balance_on_hand_is_bounded": Conflict(
        say("At one place {most} at most", most=MOST_THERE), field="quantity", code="too_many"
    ),
    "stock_order_is_open": Conflict(
        say("This work order is closed; it takes no parts any more"), code="work_order_closed"
    ),
    "stock_place_is_in_use": PLACE_OUT_OF_USE,
    "stock_balance_place_is_of_the_school": FOREIGN_PLACE,
    **dict.fromkeys(
        ("stock_move_donation_fkey", "stock_move_donation_is_of_the_school"),
        Invalid.of("donation_id", say("There is no such donation at this school"), code="donation"),
    ),
}
# In yuan, of one.
UnitCost = Annotated[Decimal, msgspec.Meta(description="In yuan, of one, two decimals")]


class Taken(StrEnum):
    """Given out to somebody, or used up here."""

    issued = "issued"
    used = "used"


class NewStock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many of a part come to a place of a school; they join what is there already."""

    school: str
    model_id: Id
    place_id: Id
    quantity: Quantity
    order_number: str = ""
    unit_cost: UnitCost | None = None
    donation_id: Id | None = None
    note: str = ""


class StockIssue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Some are given out, or used up."""

    quantity: Quantity
    kind: Taken = Taken.issued
    note: str = ""


class StockReturn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Some that were given out come back unused."""

    quantity: Quantity
    note: str = ""


class StockTransfer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Some go to another place of the school."""

    place_id: Id
    quantity: Quantity
    note: str = ""


class StockCount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many were counted; ``expected`` is how many the counter was told there should be."""

    counted: Counted
    expected: Counted
    note: str = ""


class Locked(msgspec.Struct):
    """A balance whose row is locked."""

    id: int
    school_id: int
    model_id: int
    title: str
    on_hand: int
    reserved: int


LOCK = f"""
SELECT b.id, b.school AS school_id, b.model AS model_id, {TITLE} AS title, b.on_hand, b.reserved
  FROM stock_balance b JOIN asset_model m ON m.id = b.model
 WHERE b.id = any($1::bigint[]) AND b.school = any($2::bigint[]) ORDER BY b.id FOR UPDATE OF b
"""


async def receive_stock(
    actor: Actor, new: NewStock, *, new_model: ModelFacts | None = None
) -> StockItem:
    """Take parts in, at the place that is said; with ``new_model`` it is added to the models too."""
    school_id = await school_id_of(actor, new.school)
    actor.require(school_id, EDIT_EQUIPMENT)
    facts: dict[str, Any] = {
        "note": NOTE.checked("note", new.note),
        "order_number": ORDER_NUMBER.checked("order_number", new.order_number),
        "unit_cost": checked_cost(new.unit_cost),
        "donation_id": new.donation_id,
    }
    async with transaction(actor, REFUSALS):
        await require_place_in_use(new.place_id)
        model_id = await ensure_model(as_part(new_model)) if new_model else new.model_id
        stock_id = await ensure_balance(school_id, model_id, new.place_id)
        await write_move(actor, stock_id, school_id, MoveKind.received, new.quantity, **facts)
    return await get_stock(actor, stock_id)


async def issue_stock(actor: Actor, stock_id: int, issue: StockIssue) -> StockItem:
    """Give some out; Conflict if fewer are there, or the rest is reserved."""
    note = NOTE.checked("note", issue.note)
    async with transaction(actor, REFUSALS):
        (stock,) = await lock_stock(actor, [stock_id])
        refuse_too_few(stock, issue.quantity)
        kind = MoveKind(issue.kind)
        await write_move(actor, stock.id, stock.school_id, kind, issue.quantity, note=note)
    return await get_stock(actor, stock_id)


async def return_stock(actor: Actor, stock_id: int, given: StockReturn) -> StockItem:
    """Take some back that were given out to nobody's work order."""
    note = NOTE.checked("note", given.note)
    async with transaction(actor, REFUSALS):
        (stock,) = await lock_stock(actor, [stock_id])
        await write_move(
            actor, stock.id, stock.school_id, MoveKind.returned, given.quantity, note=note
        )
    return await get_stock(actor, stock_id)


async def count_stock(actor: Actor, stock_id: int, count: StockCount) -> StockItem:
    """Put the balance right by what was counted.

    Conflict if some have come or gone since the counter was told how many there should be.
    """
    note = NOTE.checked("note", count.note)
    async with transaction(actor, REFUSALS):
        (stock,) = await lock_stock(actor, [stock_id])
        if stock.on_hand != count.expected:
            raise Conflict(
                say(
                    "Some came or went meanwhile: {count} should be there now. Count again",
                    count=stock.on_hand,
                ),
                field="counted",
                code="moved_meanwhile",
            )
        difference = count.counted - stock.on_hand
        await write_move(
            actor,
            stock.id,
            stock.school_id,
            MoveKind.counted,
            abs(difference),
            change=difference,
            note=note,
        )
    return await get_stock(actor, stock_id)


async def move_stock(actor: Actor, stock_id: int, transfer: StockTransfer) -> StockItem:
    """Put some at another place; gives what is there."""
    note = NOTE.checked("note", transfer.note)
    item = await get_stock(actor, stock_id)
    if transfer.place_id == item.place_id:
        raise Invalid.of("place_id", say("They are at this place already"), code="same_place")
    actor.require(item.school_id, EDIT_EQUIPMENT)
    async with transaction(actor, REFUSALS):
        await require_place_in_use(transfer.place_id)
        other_id = await ensure_balance(item.school_id, item.model_id, transfer.place_id)
        # Both in one order, against another who moves some the other way.
        locked = await lock_stock(actor, [stock_id, other_id])
        source = next(one for one in locked if one.id == stock_id)
        refuse_too_few(source, transfer.quantity)
        for at, to, kind in (
            (source.id, other_id, MoveKind.moved_out),
            (other_id, source.id, MoveKind.moved_in),
        ):
            await write_move(
                actor, at, source.school_id, kind, transfer.quantity, other=to, note=note
            )
    return await get_stock(actor, other_id)


async def lock_stock(actor: Actor, stock_ids: Iterable[int]) -> list[Locked]:
    """Balances, locked in the order of their ids; NotFound unless all are in sight, Forbidden
    unless the actor keeps them."""
    wanted = list(set(stock_ids))
    found = await fetch(Locked, LOCK, wanted, actor.school_ids)
    if len(found) != len(wanted):
        raise NotFound(MISSING)
    for stock in found:
        actor.require(stock.school_id, EDIT_EQUIPMENT)
    return found


def refuse_too_few(stock: Locked, quantity: int, *, own: int = 0) -> None:
    """Conflict where fewer are there, or free for one who has reserved ``own`` of them."""
    if quantity > stock.on_hand:
        raise Conflict(
            say("Of {title} only {count} are there", title=stock.title, count=stock.on_hand),
            field="quantity",
            code="too_few",
        )
    free = max(stock.on_hand - stock.reserved + own, own)
    if quantity > free:
        raise Conflict(
            say(
                "Of {title} only {count} are free, the rest is reserved by work orders",
                title=stock.title,
                count=free,
            ),
            field="quantity",
            code="reserved",
        )


async def ensure_balance(school_id: int, model_id: int, place_id: int) -> int:
    """The balance of a part at a place, made if there is none; in the caller's transaction."""
    await require_part(model_id)
    await execute(
        "INSERT INTO stock_balance (school, model, place) VALUES ($1, $2, $3)"
        " ON CONFLICT (model, place) DO NOTHING",
        school_id,
        model_id,
        place_id,
    )
    stock_id: int | None = await fetch_value(
        "SELECT id FROM stock_balance WHERE model = $1 AND place = $2 AND school = $3",
        model_id,
        place_id,
        school_id,
    )
    if stock_id is None:
        raise FOREIGN_PLACE
    return stock_id


async def require_part(model_id: int) -> None:
    """Refuse a model that is no part, or is not there."""
    kind: str | None = await fetch_value("SELECT kind FROM asset_model WHERE id = $1", model_id)
    if kind != AssetKind.part:
        raise NO_PART


async def write_move(
    actor: Actor,
    stock_id: int,
    school_id: int,
    kind: MoveKind,
    quantity: int,
    *,
    change: int | None = None,
    **more: object,
) -> None:
    """Record that some came or went, and what that belongs to, in the caller's transaction.

    The database moves the balance, and refuses what would make it less than nothing or take what
    others have reserved.
    """
    leaves = kind in (MoveKind.issued, MoveKind.used, MoveKind.moved_out)
    await insert_row(
        tables.StockMove,
        school_id=school_id,
        balance=stock_id,
        kind=kind,
        quantity=quantity,
        change=change if change is not None else -quantity if leaves else quantity,
        at=clock.now(),
        by=actor.person_id,
        **more,
    )


def as_part(model: ModelFacts) -> ModelFacts:
    """A new model that comes to the stock is a part, whatever else was chosen."""
    return msgspec.structs.replace(model, kind=AssetKind.part)


def checked_cost(cost: Decimal | None) -> Decimal | None:
    """An amount of yuan of 0 or more, with two decimals at most."""
    if cost is not None and not (cost.is_finite() and 0 <= cost < 10**9 and cost == round(cost, 2)):
        raise Invalid.of(
            "unit_cost", say("The price must be yuan, with two decimals at most"), code="range"
        )
    return cost
