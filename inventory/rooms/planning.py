"""A gap is closed in one step: what stands at the own school moves, all else becomes drafts of transfers."""

from datetime import date
from itertools import groupby

import msgspec

from core.access import Actor
from core.database import execute, fetch, fetch_column, fetch_value, transaction
from core.errors import Conflict, Invalid, say
from core.permissions import EDIT_EQUIPMENT
from core.rows import insert_row
from inventory import tables
from inventory.assets.locking import Locked, Stack, lock_stack
from inventory.assets.writing import REFUSALS as MOVE_REFUSALS
from inventory.disposals import find_proposed
from inventory.places import require_place_in_use
from inventory.rooms.needs import RoomDetails, get_function_room
from inventory.transfers.drafting import (
    REASON,
    add_lines,
    insert_transfer,
    refuse_past,
    refuse_unsendable,
)
from inventory.transfers.locking import REFUSALS, acting_person
from inventory.transfers.shapes import Sending, Tags


class NewPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to come into a room. What is of another school is given, or lent until ``due_on``."""

    tags: Tags
    kind: Sending = Sending.gift
    due_on: date | None = None
    reason: str = ""


class PlannedTransfer(msgspec.Struct, frozen=True):
    """A draft that was made, and from which school."""

    id: int
    number: str
    school: str
    lines: int


class Plan(msgspec.Struct, frozen=True):
    """What was done: so many ``moved`` within the school, and the drafts for the rest."""

    place_id: int
    moved: int
    transfers: list[PlannedTransfer]


MOVE = """
UPDATE asset SET place = $2, version = version + 1 WHERE id = any($1::bigint[])
"""
# What another room has by its list is no spare thing.
IN_ROOMS = """
SELECT a.id FROM room_places(ARRAY(
       SELECT f.place FROM function_room f WHERE f.school = any($2::bigint[]))) p
  JOIN asset a ON a.place = p.place WHERE a.id = any($1::bigint[])
"""
MADE = """
SELECT t.id, t.number, s.code AS school,
       (SELECT count(*) FROM transfer_line l WHERE l.transfer = t.id) AS lines
  FROM transfer t JOIN school s ON s.id = t.school WHERE t.id = any($1::bigint[]) ORDER BY t.id
"""


async def plan_room(actor: Actor, place_id: int, plan: NewPlan) -> Plan:
    """Bring idle things into a room: all or none, and every refused row is named.

    By one who keeps the equipment of the room's school and of each school that gives. What is handed
    out, in repair, booked, on its way, proposed for disposal, or in a room with a list is refused; of
    two who plan the same thing one is first.
    """
    by = acting_person(actor)
    reason = REASON.checked("reason", plan.reason)
    room = await get_function_room(actor, place_id)
    actor.require(room.school_id, EDIT_EQUIPMENT)
    async with transaction(actor, {**MOVE_REFUSALS, **REFUSALS}):
        await require_place_in_use(room.place_id)
        stack = await lock_stack(actor, plan.tags)
        await refuse_unsendable(stack)
        await _refuse_in_rooms(stack)
        await _refuse_proposed(stack)
        with stack.collecting():
            await _check_terms(stack, room, plan)
        stack.raise_refused()
        by_school = sorted(stack.assets, key=lambda one: (one.school_id, one.id))
        moved, made = 0, []
        for school_id, group in groupby(by_school, key=lambda one: one.school_id):
            assets = list(group)
            if school_id == room.school_id:
                moved = await execute(MOVE, [one.id for one in assets], room.place_id)
            else:
                made.append(await _send(by, room, assets, plan, reason))
        transfers = await fetch(PlannedTransfer, MADE, made)
    return Plan(room.place_id, moved, transfers)


async def find_planned_room(actor: Actor, transfer_id: int) -> int | None:
    """The room of the actor's schools for which a transfer was planned, if it was for one."""
    found: int | None = await fetch_value(
        "SELECT place FROM room_transfer WHERE transfer = $1 AND school = any($2::bigint[])",
        transfer_id,
        actor.school_ids,
    )
    return found


async def _send(
    by: int, room: RoomDetails, assets: list[Locked], plan: NewPlan, reason: str
) -> int:
    transfer_id = await insert_transfer(
        by,
        assets[0].school_id,
        room.school_id,
        kind=plan.kind,
        reason=reason or room.room[: REASON.most],
        due_on=plan.due_on,
    )
    await add_lines(by, transfer_id, assets)
    await insert_row(
        tables.RoomTransfer,
        school_id=room.school_id,
        place=room.place_id,
        transfer=transfer_id,
    )
    return transfer_id


async def _refuse_in_rooms(stack: Stack) -> None:
    ids = [one.id for one in stack.assets]
    schools = list({one.school_id for one in stack.assets})
    taken = set(await fetch_column(int, IN_ROOMS, ids, schools))
    for asset in stack.assets:
        if asset.id in taken:
            there = say("{tag} stands in a room that follows a list", tag=asset.tag)
            stack.refuse(asset, Conflict, there, "in_a_room")


async def _refuse_proposed(stack: Stack) -> None:
    proposed = await find_proposed([one.id for one in stack.assets])
    for asset in stack.assets:
        if number := proposed.get(asset.id):
            leaves = say("{tag} stands in disposal {number} already", tag=asset.tag, number=number)
            stack.refuse(asset, Conflict, leaves, "proposed")


async def _check_terms(stack: Stack, room: RoomDetails, plan: NewPlan) -> None:
    """A loan needs its day, once something comes from another school."""
    givers = {one.school_id for one in stack.assets} - {room.school_id}
    if not givers:
        return
    if plan.kind is Sending.loan and plan.due_on is None:
        raise Invalid.of("due_on", say("Say by which day it comes back"), code="required")
    if plan.kind is Sending.gift and plan.due_on is not None:
        raise Invalid.of("due_on", say("What is given has no day to come back"), code="required")
    for school_id in givers:
        await refuse_past(school_id, plan.due_on)
