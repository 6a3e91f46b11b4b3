"""Handing out, one or many at once: all of them or none."""

from contextlib import suppress
from datetime import date, datetime

import msgspec

from core import clock
from core.access import Actor
from core.database import execute, fetch, fetch_column, transaction
from core.errors import Conflict, FieldError, Invalid, Message, Problem, say
from core.texts import Text
from inventory import holders, tables
from inventory.assets.locking import HAS_LEFT, KINDS, Locked, Stack, lock_stack
from inventory.assets.shapes import LifecycleState
from inventory.custody.booked import (
    NONE,
    Meeting,
    match_named,
    refuse_booked,
    require_override,
)
from inventory.custody.due import FOR_GOOD, Due, DueBy, DueMoment, find_due
from inventory.custody.hand_overs import handing_person
from inventory.custody.shapes import OPEN, Custody, OpenLoan, read_loans
from inventory.holders import Holder, HolderColumns

NOTE = Text(tables.Custody.note)
JUST_TAKEN = say("One of these has just been handed out to somebody else")
REFUSALS: dict[str, Message | Problem] = {
    # The constraint also refuses whoever wrote without the lock.
    "custody_one_open_per_asset": JUST_TAKEN,
    "custody_place_is_of_the_school": Invalid.of(
        "place_id", say("The place must be of the asset's school"), code="place"
    ),
    **holders.REFUSALS,
    "custody_meets_a_hold": Conflict(
        say("One of these has just been booked by somebody else"), code="booked"
    ),
    "custody_takes_what_is_booked": Conflict(
        say("All of this model that are left are booked for that time"), code="booked"
    ),
    "custody_is_of_the_booking": say("The booking is for something else, or closed by now"),
    **HAS_LEFT,
}


# A booking of the holder's own is fulfilled, the next one first. Nothing for who is not at the school.
INSERT = f"""
WITH handed AS (INSERT INTO hand_over (school, kind, at, by)
                SELECT :school, 'out', :at::timestamptz, :by::bigint
                 WHERE :person::bigint IS NULL OR {holders.IS_AT_SCHOOL}
                RETURNING id)
INSERT INTO custody (school, asset, holder, holder_place, borrower_group, guest, started_at, due_at,
       due_lesson, handed_by, note, return_note, hand_out, condition_out, booking,
       overrides_bookings)
SELECT a.school, a.id, :person::bigint, :place::bigint, :group::bigint, :guest::bigint,
       :at::timestamptz, :due_at::timestamptz, :lesson::text, :by::bigint, :note, '',
       handed.id, a.condition, coalesce(w.booking, own.id), :overrides::boolean
  FROM unnest((SELECT :assets::bigint[]), :bookings::bigint[]) WITH ORDINALITY
       w (asset, booking, n)
  JOIN asset a ON a.id = w.asset CROSS JOIN handed
  LEFT JOIN borrower_group g ON g.id = :group::bigint
  LEFT JOIN LATERAL (
       SELECT h.id FROM hold h
        WHERE h.asset = a.id AND h.closed_at IS NULL AND h.displaced_by IS NULL
          AND is_for(h, :person::bigint, g.folded, g.year)
          AND tstzrange(h.starts_at, h.ends_at) && tstzrange(:at, :due_at)
        ORDER BY h.starts_at LIMIT 1) own ON true
 ORDER BY w.n
RETURNING id
"""


class _Asked(msgspec.Struct, frozen=True):
    """To whom, until when, and beside which bookings."""

    holder: Holder
    due: Due
    note: str
    meeting: Meeting


async def hand_out(
    actor: Actor,
    tags: list[str],
    holder: Holder,
    *,
    due_on: date | None = None,
    due_by: DueBy | None = None,
    due_period_id: int | None = None,
    note: str = "",
    meeting: Meeting = NONE,
) -> list[Custody]:
    """Give assets into somebody's hands, until a day, a lesson or the term is over, or for good.

    Refused if one of them is with somebody already (the sentence names both), not in service, or
    booked for somebody else meanwhile; the refusal names every such row of the list, and every
    wrong field. A booking of the holder's own, or the one that ``meeting`` names, is fulfilled.
    """
    asked = _Asked(holder, Due(due_on, due_by, due_period_id), note, meeting)
    # The database judges each row as it is written. Only after a refusal is it asked beforehand,
    # so that all that stands in the way is named.
    with suppress(*KINDS):
        return await _hand_out(actor, tags, asked, asks_first=False)
    return await _hand_out(actor, tags, asked, asks_first=True)


async def check_hand_out(
    actor: Actor,
    tags: list[str],
    holder: Holder | None = None,
    due: Due = FOR_GOOD,
    meeting: Meeting = NONE,
) -> tuple[FieldError, ...]:
    """What stands in the way of handing these out, row by row; nothing is handed out.

    Told as the hand-out would refuse it; without a ``holder``, what it would refuse to anybody.
    """
    async with transaction(actor):
        stack = await lock_stack(actor, tags, calendars=True)
        await _look(actor, stack, holder, due, meeting)
        return stack.errors


async def _hand_out(
    actor: Actor, tags: list[str], asked: _Asked, *, asks_first: bool
) -> list[Custody]:
    async with transaction(actor, REFUSALS):
        stack = await lock_stack(actor, tags, calendars=True)
        who = await _checked(stack, asked, asks_first=asks_first)
        ready = await _look(actor, stack, who, asked.due, asked.meeting, asks_first=asks_first)
        stack.raise_refused()
        assert who is not None
        columns = await holders.resolve(stack.assets[0].school_id, who)
        return await _open(actor, stack.assets, columns, ready, asked)


class _Ready(msgspec.Struct, frozen=True):
    """When it is handed out, until when, and for which bookings that were named, by the asset."""

    at: datetime
    due: DueMoment
    bookings: dict[int, int]


async def _look(
    actor: Actor,
    stack: Stack,
    who: Holder | None,
    due: Due,
    meeting: Meeting,
    *,
    asks_first: bool = True,
) -> _Ready:
    """All that refuses rows, noted in the stack; not ``asks_first`` leaves out loans and bookings."""
    until = await _due(stack, due)
    await _refuse_taken(stack, asks_first=asks_first)
    now = clock.now()
    named = await match_named(actor, stack, meeting)
    require_override(actor, stack, meeting)
    if until is not None and asks_first:
        await refuse_booked(actor, stack, who, meeting, now, until.at)
    return _Ready(now, until or DueMoment(), named)


async def _open(
    actor: Actor, assets: list[Locked], who: HolderColumns, ready: _Ready, asked: _Asked
) -> list[Custody]:
    ids = [asset.id for asset in assets]
    loans = await fetch_column(
        int,
        INSERT,
        **who._asdict(),
        assets=ids,
        bookings=[ready.bookings.get(asset_id) for asset_id in ids],
        at=ready.at,
        due_at=ready.due.at,
        lesson=ready.due.lesson,
        by=handing_person(actor),
        school=assets[0].school_id,
        note=asked.note.strip(),
        overrides=asked.meeting.overrides_bookings,
    )
    if not loans:
        raise holders.not_at_school()
    if who.place is not None:
        # What a room answers for stands in that room.
        await execute(
            "UPDATE asset SET place = $2, version = version + 1"
            " WHERE id = any($1::bigint[]) AND place IS DISTINCT FROM $2",
            ids,
            who.place,
        )
    return await read_loans(loans)


async def _checked(stack: Stack, asked: _Asked, *, asks_first: bool) -> Holder | None:
    """The holder put straight; what is wrong with the form is noted in the stack.

    Whether a person is at the school the hand-out itself asks, if it is not ``asks_first``.
    """
    with stack.collecting():
        NOTE.checked("note", asked.note)
    with stack.collecting():
        checked = asked.holder.checked()
        if stack.assets and (asks_first or checked.person_id is None):
            await holders.refuse_unfit(stack.assets[0].school_id, checked)
        return checked
    return None


async def _due(stack: Stack, due: Due) -> DueMoment | None:
    with stack.collecting():
        return await find_due(stack.assets[0].school_id, due) if stack.assets else DueMoment()
    return None


async def _refuse_taken(stack: Stack, *, asks_first: bool) -> None:
    ids = [asset.id for asset in stack.assets]
    loans = await fetch(OpenLoan, OPEN, ids) if asks_first else []
    holders = {loan.asset_id: loan.holder for loan in loans}
    stack.refuse_other_schools()
    for asset in stack.accepted:
        if asset.id in holders:
            held = say("{tag} is already with {holder}", tag=asset.tag, holder=holders[asset.id])
            stack.refuse(asset, Conflict, held, "in_custody")
        elif asset.is_out and not asks_first:
            stack.refuse(asset, Conflict, JUST_TAKEN, "in_custody")
        elif asset.lifecycle is LifecycleState.in_repair:
            repaired = say("{tag} is in repair, so it cannot be handed out", tag=asset.tag)
            stack.refuse(asset, Conflict, repaired, "in_repair")
        elif asset.lifecycle is not LifecycleState.in_service:
            idle = say("{tag} is not in service, so it cannot be handed out", tag=asset.tag)
            stack.refuse(asset, Conflict, idle, "not_in_service")
