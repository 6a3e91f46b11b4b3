"""A kit is counted, and gets parts: each a row of moves from which the database sums its gaps."""

from enum import StrEnum
from typing import Annotated

import msgspec

from core import clock
from core.access import Actor
from core.database import Refusals, execute, transaction
from core.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, say
from core.numbers import Id
from core.permissions import COUNT_KITS, EDIT_EQUIPMENT
from core.rows import insert_row
from core.texts import Text, refuse
from inventory import tables
from inventory.assets.locking import Locked, lock_visible
from inventory.assets.shapes import ENDS
from inventory.kits.parts_lists import MOST_PARTS
from inventory.kits.reading import KitDetails, KitPart, get_kit
from inventory.stock import moving
from inventory.stock.moving import lock_stock, refuse_too_few, write_move
from inventory.stock.reading import MoveKind

Some = Annotated[int, msgspec.Meta(ge=0, le=999)]
NOTE = Text(tables.KitCount.note)
LIST_CHANGED = Conflict(
    say("The list of parts has changed meanwhile; count by the new one"), code="list_changed"
)
TOO_MANY = Conflict(
    say("Not so many of them are missing any more"), field="quantity", code="too_many"
)
REFUSALS: Refusals = {
    **moving.REFUSALS,
    "kit_gap_is_not_negative": TOO_MANY,
    "kit_count_line_is_of_its_list": LIST_CHANGED,
}


class Phase(StrEnum):
    """When a kit was counted: before it went out, when it came back, or in between."""

    out = "out"
    in_ = "in"
    check = "check"


class Deviation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the list of which some are missing or damaged."""

    line_id: Id
    missing: Some = 0
    damaged: Some = 0


class NewKitCount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was counted: parts that are not named are all there and sound.

    ``parts_list_id`` is the list that the counter had before them.
    """

    parts_list_id: Id
    parts: Annotated[list[Deviation], msgspec.Meta(max_length=MOST_PARTS)] = []
    phase: Phase = Phase.check
    note: str = ""


class Supply(StrEnum):
    """How a gap is closed: missing parts are found, issued from stock or bought; damaged ones are
    repaired or replaced."""

    found = "found"
    issued = "issued"
    bought = "bought"
    repaired = "repaired"
    replaced = "replaced"


class KitSupply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Parts that came to a kit; issued from stock, or taken from there to replace others, from the
    place and part of ``stock_id``."""

    line_id: Id
    kind: Supply
    quantity: Annotated[int, msgspec.Meta(ge=1, le=999)] = 1
    note: str = ""
    stock_id: Id | None = None


FROM_STOCK = {Supply.issued, Supply.replaced}
OF_MISSING = {Supply.found, Supply.issued, Supply.bought}
ENSURE_GAPS = """
INSERT INTO kit_gap (asset, folded, part) SELECT $1, folded, part FROM parts_list_line
 WHERE id = any($2::bigint[]) ON CONFLICT (asset, folded) DO NOTHING
"""
INSERT_LINES = """
INSERT INTO kit_count_line (kit_count, line, missing, damaged)
SELECT $1, line, missing, damaged
  FROM unnest($2::bigint[], $3::int[], $4::int[]) AS t (line, missing, damaged)
"""
# From what each gap of this list's parts was to what the count says it is.
INSERT_MOVES = """
INSERT INTO kit_move (school, gap, kind, missing_change, damaged_change, kit_count, at, by, note)
SELECT c.school, g.id, 'counted', coalesce(d.missing, 0) - g.missing,
       coalesce(d.damaged, 0) - g.damaged, c.id, c.at, c.by, ''
  FROM kit_count c JOIN kit_gap g ON g.asset = c.asset
  JOIN parts_list_line l ON l.parts_list = c.parts_list AND l.folded = g.folded
  LEFT JOIN kit_count_line d ON d.kit_count = c.id AND d.line = l.id
 WHERE c.id = $1 AND (coalesce(d.missing, 0), coalesce(d.damaged, 0)) <> (g.missing, g.damaged)
"""


async def count_kit(actor: Actor, tag: str, count: NewKitCount) -> KitDetails:
    """Record a count; what it says is missing or damaged is so from now on, and nothing else is.

    Conflict if the list has changed since it was shown to the counter.
    """
    kit = await get_kit(actor, tag)
    actor.require(kit.school_id, COUNT_KITS)
    if actor.person_id is None:
        raise Forbidden(say("Only a person can count"))
    note = NOTE.checked("note", count.note)
    async with transaction(actor, REFUSALS):
        _refuse_ended(await lock_visible(actor, kit.asset_id))
        # What was read before the lock may have been written over meanwhile.
        kit = await get_kit(actor, tag)
        if kit.parts_list_id != count.parts_list_id:
            raise LIST_CHANGED
        lines = _checked(kit.parts, count.parts)
        count_id = await insert_row(
            tables.KitCount,
            school=kit.school_id,
            asset=kit.asset_id,
            parts_list=kit.parts_list_id,
            phase=count.phase,
            at=clock.now(),
            by=actor.person_id,
            note=note,
        )
        ids = [one.line_id for one in lines]
        await execute(ENSURE_GAPS, kit.asset_id, ids)
        await execute(
            INSERT_LINES,
            count_id,
            ids,
            [one.missing for one in lines],
            [one.damaged for one in lines],
        )
        await execute(INSERT_MOVES, count_id)
    return await get_kit(actor, tag)


async def supply_kit(actor: Actor, tag: str, supply: KitSupply) -> KitDetails:
    """Close a gap, or some of it; Conflict if fewer are missing or damaged by now, or in stock."""
    kit = await get_kit(actor, tag)
    actor.require(kit.school_id, EDIT_EQUIPMENT)
    if actor.person_id is None:
        raise Forbidden(say("Only a person can do this"))
    note = NOTE.checked("note", supply.note)
    _check_stock(supply)
    async with transaction(actor, REFUSALS):
        _refuse_ended(await lock_visible(actor, kit.asset_id))
        parts = (await get_kit(actor, tag)).parts
        part = next((one for one in parts if one.id == supply.line_id), None)
        if part is None:
            raise NotFound(say("There is no such part in this kit's list"))
        is_missing = supply.kind in OF_MISSING
        open_now = part.missing if is_missing else part.damaged
        if part.gap_id is None or supply.quantity > open_now:
            raise TOO_MANY
        move_id = await insert_row(
            tables.KitMove,
            school=kit.school_id,
            gap=part.gap_id,
            kind=supply.kind,
            missing_change=-supply.quantity if is_missing else 0,
            damaged_change=0 if is_missing else -supply.quantity,
            at=clock.now(),
            by=actor.person_id,
            note=note,
        )
        if supply.stock_id is not None:
            await _take_from_stock(actor, kit.school_id, move_id, supply)
    return await get_kit(actor, tag)


def _check_stock(supply: KitSupply) -> None:
    if supply.kind is Supply.issued and supply.stock_id is None:
        raise Invalid.of("stock_id", say("Choose from which stock"), code="required")
    if supply.stock_id is not None and supply.kind not in FROM_STOCK:
        raise Invalid.of(
            "stock_id",
            say("What is found, bought or repaired takes nothing from stock"),
            code="kind",
        )


async def _take_from_stock(actor: Actor, school_id: int, move_id: int, supply: KitSupply) -> None:
    (stock,) = await lock_stock(actor, [supply.stock_id or 0])
    if stock.school_id != school_id:
        raise Invalid.of(
            "stock_id", say("Choose parts of the school of the kit"), code="two_schools"
        )
    refuse_too_few(stock, supply.quantity)
    await write_move(
        actor, stock.id, school_id, MoveKind.issued, supply.quantity, kit_move_id=move_id
    )


def _refuse_ended(asset: Locked) -> None:
    if asset.lifecycle in ENDS:
        raise Conflict(
            say("{tag} has left the books; its parts are counted no more", tag=asset.tag),
            code="asset_has_left_the_books",
        )


def _checked(parts: list[KitPart], given: list[Deviation]) -> list[Deviation]:
    """The lines that say something; Invalid for a part that is none of the list, stands twice, or
    of which there are not so many."""
    known = {part.id: part for part in parts}
    errors = []
    for index, one in enumerate(given):
        part = known.pop(one.line_id, None)
        if part is None:
            wrong = say("This is no part of the list, or it stands here twice")
            errors.append(FieldError("line_id", wrong, "part", index))
        elif one.missing + one.damaged > part.quantity:
            wrong = say("The kit has only {count} of: {part}", count=part.quantity, part=part.part)
            errors.append(FieldError("missing", wrong, "too_many", index))
    refuse(errors)
    return [one for one in given if one.missing or one.damaged]
