"""Things come to a lot, leave it, are counted, go to another place: each a row of its moves."""

from enum import StrEnum
from typing import Annotated

import msgspec

from core import clock
from core.access import Actor
from core.database import Refusals, execute, fetch, fetch_value, transaction
from core.errors import Conflict, Invalid, NotFound, say
from core.numbers import Id
from core.permissions import EDIT_EQUIPMENT
from core.rows import insert_row
from core.texts import Text
from inventory import tables
from inventory.lots.reading import MISSING, TITLE, Lot, get_lot
from inventory.models import ModelFacts, ensure_model
from inventory.places import PLACE_OUT_OF_USE, require_place_in_use
from inventory.scope import school_id_of

MOST = 100_000
# What several deliveries to one lot may come to, as its table says.
MOST_THERE = 1_000_000
Quantity = Annotated[int, msgspec.Meta(ge=1, le=MOST)]
Counted = Annotated[int, msgspec.Meta(ge=0, le=MOST_THERE)]
NOTE = Text(tables.LotMove.note)
TOO_FEW = Conflict(say("Not so many of them are there any more"), field="quantity", code="too_few")
FOREIGN_PLACE = Invalid.of("place_id", say("Choose a place of this school"), code="place")
REFUSALS: Refusals = {
    "lot_on_hand_is_not_negative": TOO_FEW,
    "lot_on_hand_is_bounded": Conflict(
        say("A lot is of {most} at most", most=MOST_THERE), field="quantity", code="too_many"
    ),
    "lot_place_is_in_use": PLACE_OUT_OF_USE,
    "lot_place_is_of_the_school": FOREIGN_PLACE,
    "lot_model_fkey": Invalid.of("model_id", say("There is no such model"), code="model"),
}


class LossKind(StrEnum):
    """Why things are there no more."""

    lost = "lost"
    broken = "broken"


class NewLot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many of a model come to a place of a school; they join the lot that is there already."""

    school: str
    model_id: Id
    place_id: Id
    quantity: Quantity
    note: str = ""


class LotCount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many were counted; ``expected`` is how many the counter was told there should be."""

    counted: Counted
    expected: Counted
    note: str = ""


class LotLoss(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Some that were there are lost or broken."""

    kind: LossKind
    quantity: Quantity
    note: str = ""


class LotTransfer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Some go to another place of the school."""

    place_id: Id
    quantity: Quantity


class Locked(msgspec.Struct):
    """A lot whose row is locked."""

    id: int
    school_id: int
    model_id: int
    title: str
    on_hand: int


LOCK = f"""
SELECT l.id, l.school AS school_id, l.model AS model_id, {TITLE} AS title, l.on_hand
  FROM lot l JOIN asset_model m ON m.id = l.model
 WHERE l.id = any($1::bigint[]) AND l.school = any($2::bigint[]) ORDER BY l.id FOR UPDATE OF l
"""


async def receive_lot(actor: Actor, new: NewLot, *, new_model: ModelFacts | None = None) -> Lot:
    """Take things in: at a new lot, or at the one of this model and place.

    With ``new_model`` the model is added to the list as well, if it is not there.
    """
    school_id = await school_id_of(actor, new.school)
    actor.require(school_id, EDIT_EQUIPMENT)
    note = NOTE.checked("note", new.note)
    async with transaction(actor, REFUSALS):
        await require_place_in_use(new.place_id)
        model_id = await ensure_model(new_model) if new_model else new.model_id
        lot_id = await ensure_lot(school_id, model_id, new.place_id)
        await write_move(actor, lot_id, school_id, "received", new.quantity, note=note)
    return await get_lot(actor, lot_id)


async def count_lot(actor: Actor, lot_id: int, count: LotCount) -> Lot:
    """Put the balance right by what was counted.

    Conflict if some have come or gone since the counter was told how many there should be.
    """
    note = NOTE.checked("note", count.note)
    async with transaction(actor, REFUSALS):
        (lot,) = await lock_lots(actor, [lot_id])
        if lot.on_hand != count.expected:
            raise Conflict(
                say(
                    "Some came or went meanwhile: {count} should be there now. Count again",
                    count=lot.on_hand,
                ),
                field="counted",
                code="moved_meanwhile",
            )
        difference = count.counted - lot.on_hand
        await write_move(
            actor, lot.id, lot.school_id, "counted", abs(difference), change=difference, note=note
        )
    return await get_lot(actor, lot_id)


async def lose_of_lot(actor: Actor, lot_id: int, loss: LotLoss) -> Lot:
    """Write off some that were there."""
    note = NOTE.checked("note", loss.note)
    async with transaction(actor, REFUSALS):
        (lot,) = await lock_lots(actor, [lot_id])
        refuse_too_few(lot, loss.quantity)
        await write_move(
            actor, lot.id, lot.school_id, loss.kind, loss.quantity, change=-loss.quantity, note=note
        )
    return await get_lot(actor, lot_id)


async def move_lot(actor: Actor, lot_id: int, transfer: LotTransfer) -> Lot:
    """Put some at another place; gives the lot there."""
    lot = await get_lot(actor, lot_id)
    if transfer.place_id == lot.place_id:
        raise Invalid.of("place_id", say("They are at this place already"), code="same_place")
    actor.require(lot.school_id, EDIT_EQUIPMENT)
    async with transaction(actor, REFUSALS):
        await require_place_in_use(transfer.place_id)
        other_id = await ensure_lot(lot.school_id, lot.model_id, transfer.place_id)
        # Both in one order, against another who moves some the other way.
        locked = await lock_lots(actor, [lot_id, other_id])
        source = next(one for one in locked if one.id == lot_id)
        refuse_too_few(source, transfer.quantity)
        quantity, school_id = transfer.quantity, source.school_id
        await write_move(
            actor, source.id, school_id, "moved_out", quantity, change=-quantity, other=other_id
        )
        await write_move(actor, other_id, school_id, "moved_in", quantity, other=source.id)
    return await get_lot(actor, other_id)


async def lock_lots(actor: Actor, lot_ids: list[int]) -> list[Locked]:
    """The rows of lots, locked in the order of their ids; NotFound unless all are in sight,
    Forbidden unless the actor keeps them."""
    found = await fetch(Locked, LOCK, lot_ids, actor.school_ids)
    if len(found) != len(set(lot_ids)):
        raise NotFound(MISSING)
    for lot in found:
        actor.require(lot.school_id, EDIT_EQUIPMENT)
    return found


def refuse_too_few(lot: Locked, quantity: int) -> None:
    """Conflict where fewer are there."""
    if quantity > lot.on_hand:
        raise Conflict(
            say("Of {title} only {count} are there", title=lot.title, count=lot.on_hand),
            field="quantity",
            code="too_few",
        )


async def ensure_lot(school_id: int, model_id: int, place_id: int) -> int:
    """The lot of a model at a place, made if there is none; in the caller's transaction."""
    await execute(
        "INSERT INTO lot (school, model, place) VALUES ($1, $2, $3)"
        " ON CONFLICT (model, place) DO NOTHING",
        school_id,
        model_id,
        place_id,
    )
    lot_id: int | None = await fetch_value(
        "SELECT id FROM lot WHERE model = $1 AND place = $2 AND school = $3",
        model_id,
        place_id,
        school_id,
    )
    if lot_id is None:
        raise FOREIGN_PLACE
    return lot_id


async def write_move(
    actor: Actor,
    lot_id: int,
    school_id: int,
    kind: str,
    quantity: int,
    *,
    change: int | None = None,
    **more: object,
) -> None:
    """Record that some came or went; ``change`` of the balance is all of them where it is not said.

    The database moves the balance, and refuses what would make it less than nothing.
    """
    await insert_row(
        tables.LotMove,
        school_id=school_id,
        lot=lot_id,
        kind=kind,
        quantity=quantity,
        on_hand_change=quantity if change is None else change,
        at=clock.now(),
        by=actor.person_id,
        **more,
    )
