"""What is to go to another school: the list as it grows, until it is sent or called off."""

from datetime import date
from typing import Any

import msgspec

from core import clock, schools
from core.access import Actor
from core.database import execute, fetch, fetch_column, fetch_value, transaction
from core.errors import Conflict, FieldError, Invalid, NotFound, say
from core.permissions import EDIT_EQUIPMENT
from core.query import opaque
from core.rows import insert_row, update_row
from core.texts import Text
from inventory import numbers, tables
from inventory.assets.change_of_school import (
    IN_HANDS,
    IN_REPAIR,
    IS_HELD,
    find_data_obstacles,
)
from inventory.assets.locking import Locked, Stack, lock_stack
from inventory.assets.shapes import ENDS, LifecycleState
from inventory.transfers.locking import (
    REFUSALS,
    UNDER_WAY,
    LockedTransfer,
    OpenLine,
    acting_person,
    lock_lines,
    lock_transfer,
)
from inventory.transfers.reading import get_transfer
from inventory.transfers.shapes import (
    MoreLines,
    NewDueDay,
    NewTransfer,
    Sending,
    Transfer,
    TransferKind,
    TransferState,
)

REASON = Text(tables.Transfer.reason)
MOST_LINES = 500
STAYS = {*ENDS, LifecycleState.announced, LifecycleState.lost}
WATCHED = f"""
SELECT asset FROM device WHERE asset = any{opaque("assets")} AND watched_at IS NOT NULL
"""
INSERT = """
INSERT INTO transfer_line (school, transfer, asset, added_by, condition_out, note_out, note_in,
                           reason, outcome, is_open)
SELECT a.school, :transfer, a.id, :by, a.condition, '', '', '', 'expected', true
  FROM asset a WHERE a.id = any(:assets) ORDER BY a.id
"""
AS_SENT = """
UPDATE transfer_line l SET condition_out = a.condition FROM asset a
 WHERE l.transfer = $1 AND a.id = l.asset
"""
CALL_OFF = """
UPDATE transfer_line SET outcome = 'called_off', is_open = false, resolved_by = $2, resolved_at = $3
 WHERE transfer = $1 AND is_open
"""


class _Elsewhere(msgspec.Struct):
    id: int
    number: str
    kind: TransferKind


async def create_transfer(actor: Actor, new: NewTransfer) -> Transfer:
    """Put things aside for another school; all or none, every refused row is named.

    Until it is sent or called off nobody books them or hands them out.
    """
    by = acting_person(actor)
    reason = REASON.checked("reason", new.reason)
    async with transaction(actor, REFUSALS):
        stack = await lock_sent(actor, new.tags)
        with stack.collecting():
            to_school = await _find_receiver(stack, new)
        stack.raise_refused()
        sender = stack.assets[0].school_id
        await refuse_past(sender, new.due_on)
        transfer_id = await insert_transfer(
            by, sender, to_school, kind=new.kind, reason=reason, due_on=new.due_on
        )
        await add_lines(by, transfer_id, stack.assets)
    return await get_transfer(actor, transfer_id)


async def check_sent(actor: Actor, wanted: list[str]) -> tuple[FieldError, ...]:
    """What stands in the way of sending these, row by row; nothing is changed."""
    async with transaction(actor):
        return (await lock_sent(actor, wanted)).errors


async def add_to_transfer(actor: Actor, transfer_id: int, more: MoreLines) -> Transfer:
    """Put more things into a draft; all or none."""
    async with transaction(actor, REFUSALS):
        transfer = await lock_draft(actor, transfer_id)
        stack = await lock_sent(actor, more.tags, loan_id=transfer.loan_id)
        for asset in stack.accepted:
            if asset.school_id != transfer.school_id:
                other = say("{tag} is of another school than the sender", tag=asset.tag)
                stack.refuse(asset, Invalid, other, "two_schools")
        stack.raise_refused()
        listed = await fetch_value(
            "SELECT count(*) FROM transfer_line WHERE transfer = $1", transfer.id
        )
        if listed + len(stack.assets) > MOST_LINES:
            many = say("At most {most} things in one transfer", most=MOST_LINES)
            raise Invalid.of("tags", many, code="too_many")
        await add_lines(acting_person(actor), transfer.id, stack.assets)
    return await get_transfer(actor, transfer_id)


async def take_from_transfer(actor: Actor, transfer_id: int, line_id: int) -> Transfer:
    """Take one thing out of a draft: it is free again."""
    async with transaction(actor, REFUSALS):
        transfer = await lock_draft(actor, transfer_id)
        await lock_lines(transfer)
        if not await execute(
            "DELETE FROM transfer_line WHERE id = $1 AND transfer = $2", line_id, transfer.id
        ):
            raise NotFound(say("This stands in the list no more"))
    return await get_transfer(actor, transfer_id)


async def send_transfer(actor: Actor, transfer_id: int) -> Transfer:
    """Say that all of its things are on their way; Conflict if it was sent or called off already,
    or while one of them has ended or is lost, has an open work order or is monitored; and, of a
    gift, while one may hold data that its school asks to be wiped."""
    by = acting_person(actor)
    async with transaction(actor, REFUSALS):
        transfer = await lock_draft(actor, transfer_id)
        lines = await lock_lines(transfer)
        await _refuse_busy(lines)
        if transfer.kind is TransferKind.gift:
            await _refuse_data(lines)
        await execute(AS_SENT, transfer.id)
        await update_row(
            tables.Transfer,
            transfer.id,
            state=TransferState.sent,
            sent_by=by,
            sent_at=clock.now(),
        )
    return await get_transfer(actor, transfer_id)


async def cancel_transfer(actor: Actor, transfer_id: int) -> Transfer:
    """Call off what is not received: everything stays where it is and is free again."""
    by = acting_person(actor)
    async with transaction(actor, REFUSALS):
        transfer = await lock_transfer(actor, transfer_id)
        actor.require(transfer.school_id, EDIT_EQUIPMENT)
        if transfer.state not in (TransferState.draft, TransferState.sent):
            raise Conflict(say("It has been received or called off already"), code="not_under_way")
        await lock_lines(transfer)
        now = clock.now()
        await execute(CALL_OFF, transfer.id, by, now)
        await update_row(tables.Transfer, transfer.id, state=TransferState.cancelled, closed_at=now)
    return await get_transfer(actor, transfer_id)


async def set_due_day(actor: Actor, transfer_id: int, new: NewDueDay) -> Transfer:
    """Let a loan last until another day, from today on; the lending school decides."""
    async with transaction(actor, REFUSALS):
        transfer = await lock_transfer(actor, transfer_id)
        actor.require(transfer.school_id, EDIT_EQUIPMENT)
        if transfer.kind is not TransferKind.loan or transfer.state in (
            TransferState.closed,
            TransferState.cancelled,
        ):
            raise Conflict(say("This is no loan that lasts"), code="no_loan")
        await refuse_past(transfer.school_id, new.due_on)
        await update_row(tables.Transfer, transfer.id, due_on=new.due_on)
    return await get_transfer(actor, transfer_id)


async def lock_draft(actor: Actor, transfer_id: int) -> LockedTransfer:
    """A draft, locked, for those who keep the sending school's equipment."""
    transfer = await lock_transfer(actor, transfer_id)
    actor.require(transfer.school_id, EDIT_EQUIPMENT)
    transfer.require(TransferState.draft)
    return transfer


async def lock_sent(actor: Actor, wanted: list[str], *, loan_id: int | None = None) -> Stack:
    """The things of a list, locked, with what stands in the way of sending each.

    Of a way back, what was lent by ``loan_id`` is what goes.
    """
    stack = await lock_stack(actor, wanted)
    stack.refuse_other_schools()
    await refuse_unsendable(stack, loan_id=loan_id)
    return stack


async def refuse_unsendable(stack: Stack, *, loan_id: int | None = None) -> None:
    """Note of each locked thing what keeps it from leaving."""
    ids = [asset.id for asset in stack.assets]
    ways = await fetch(_Elsewhere, UNDER_WAY, assets=ids, loan=loan_id)
    under_way = {one.id: one for one in ways}
    in_hands, in_repair, held = [
        set(await fetch_column(int, statement, assets=ids))
        for statement in (IN_HANDS, IN_REPAIR, IS_HELD)
    ]
    for asset in stack.assets:
        if asset.lifecycle in STAYS:
            gone = say("{tag} is not there to be sent", tag=asset.tag)
            stack.refuse(asset, Conflict, gone, "not_there")
        elif way := under_way.get(asset.id):
            message = (
                say("{tag} is lent by transfer {number}; it can only go back", **_named(asset, way))
                if way.kind is TransferKind.loan
                else say("{tag} stands in transfer {number} already", **_named(asset, way))
            )
            stack.refuse(asset, Conflict, message, "under_way")
        elif asset.id in in_hands:
            out = say("{tag} is still handed out; take it back first", tag=asset.tag)
            stack.refuse(asset, Conflict, out, "in_custody")
        elif asset.id in in_repair:
            repair = say("{tag} has an open work order; complete or cancel it first", tag=asset.tag)
            stack.refuse(asset, Conflict, repair, "open_work_order")
        elif asset.id in held:
            booked = say("{tag} is booked at its school; cancel its bookings first", tag=asset.tag)
            stack.refuse(asset, Conflict, booked, "booked")


async def insert_transfer(
    by: int, school_id: int, to_school_id: int, *, kind: str, **more: Any
) -> int:
    """A new draft with the next number of its school's year; in the caller's transaction."""
    code, year = await _code_and_year(school_id)
    (number,) = await numbers.take(numbers.transfers_of(code, year))
    return await insert_row(
        tables.Transfer,
        school_id=school_id,
        to_school_id=to_school_id,
        number=number,
        kind=kind,
        made_by=by,
        made_at=clock.now(),
        **more,
    )


async def add_lines(by: int, transfer_id: int, assets: list[Locked]) -> None:
    """Lines for locked things; the database holds them from now on."""
    await execute(INSERT, transfer=transfer_id, by=by, assets=[one.id for one in assets])


async def _find_receiver(stack: Stack, new: NewTransfer) -> int:
    to_school = await schools.find_id(new.to_school.strip())
    if not to_school:
        unknown = say("There is no school with this code; ask the other school for its code")
        raise Invalid.of("to_school", unknown, code="school")
    if stack.assets and to_school == stack.assets[0].school_id:
        raise Invalid.of("to_school", say("Choose another school than the sender"), code="school")
    if (new.due_on is None) == (new.kind is Sending.loan):
        needed = (
            say("Say by which day it comes back")
            if new.due_on is None
            else say("What is given has no day to come back")
        )
        raise Invalid.of("due_on", needed, code="required")
    return to_school


async def refuse_past(school_id: int, due_on: date | None) -> None:
    """Refuse a day that is over where the school is."""
    if due_on is None:
        return
    zone = await fetch_value("SELECT zone FROM school WHERE id = $1", school_id)
    if due_on < clock.today(zone):
        raise Invalid.of("due_on", say("A day from today on"), code="past")


async def _refuse_busy(lines: list[OpenLine]) -> None:
    ids = [line.id for line in lines]
    in_repair = set(await fetch_column(int, IN_REPAIR, assets=ids))
    watched = set(await fetch_column(int, WATCHED, assets=ids))
    for line in lines:
        if line.lifecycle in STAYS:
            raise Conflict(
                say("{tag} is not there any more; take it out of the list", tag=line.tag),
                code="not_there",
            )
        if line.id in in_repair:
            raise Conflict(
                say("{tag} has an open work order; complete or cancel it first", tag=line.tag),
                code="open_work_order",
            )
        if line.id in watched:
            raise Conflict(
                say("{tag} is monitored; remove it from monitoring first", tag=line.tag),
                code="monitored",
            )


async def _refuse_data(lines: list[OpenLine]) -> None:
    left = await find_data_obstacles({line.id: line.tag for line in lines})
    for refused in left.values():
        raise refused


def _named(asset: Locked, way: _Elsewhere) -> dict[str, str]:
    return {"tag": asset.tag, "number": way.number}


async def _code_and_year(school_id: int) -> tuple[str, int]:
    found = await fetch(_School, "SELECT code, zone FROM school WHERE id = $1", school_id)
    return found[0].code, clock.today(found[0].zone).year


class _School(msgspec.Struct):
    code: str
    zone: str
