"""What becomes of a booking: put to another time, cancelled, or nobody came for it."""

from core import clock
from core.access import Actor
from core.database import execute, fetch_column, transaction
from core.errors import Conflict, FieldError, Forbidden, NotFound, say
from core.permissions import BOOK_EQUIPMENT, MANAGE_BOOKINGS
from core.texts import refuse, tidied
from inventory.holds.availability import find_availability
from inventory.holds.bookings import (
    REFUSALS,
    TEXTS,
    BookingEdit,
    refused_dates,
    wrong_quantity,
)
from inventory.holds.listing import MISSING, Hold, HoldEnd, find_holds, get_hold
from inventory.holds.things import find_thing, lock_calendars
from inventory.holds.times import Period, find_kept_hours, find_periods

CLOSED = say("This booking is closed; nothing changes it any more")
UPDATE = """
UPDATE hold SET starts_at = :starts, ends_at = :ends, group_name = :group, purpose = :purpose,
                quantity = :quantity, warned_at = NULL, version = version + 1,
                displaced_by = CASE WHEN :is_free THEN NULL ELSE displaced_by END
 WHERE id = :id AND version = coalesce(:version, version)
"""
CLOSE = """
UPDATE hold SET closed_as = :ending, closed_at = :now, closed_by = :by, version = version + 1
 WHERE id = any(:ids) AND closed_at IS NULL RETURNING id
"""
OF_SERIES = """
SELECT id FROM hold WHERE series = :series AND school = :school AND closed_at IS NULL
   AND starts_at >= :since ORDER BY starts_at, id
"""


async def change_booking(actor: Actor, hold_id: int, facts: BookingEdit) -> Hold:
    """Put a booking to another time, or say something else about it; refused as a new one is.

    By whom it is for, or by those who keep bookings. What it takes less of is not asked for again,
    and what has been handed out of it stays. What is closed or over changes no more.
    """
    async with transaction(actor, REFUSALS):
        held = await _own_or_kept(actor, hold_id)
        thing = await find_thing(actor, held.wanted)
        await lock_calendars([thing])
        held = await get_booking(actor, hold_id)
        _refuse_over(held)
        clean, errors = tidied(facts, TEXTS)
        refuse([*errors, *await wrong_quantity(facts.quantity, thing), *_handed_out(held, facts)])
        period = await _period_of(held, facts)
        wanted = facts.quantity - held.handed_out
        (found,) = await find_availability(actor, thing, [period], but_hold=held.id)
        if found.free < wanted and not _takes_less(held, period, facts):
            raise refused_dates([found], wanted)
        await _update(held, clean, period, is_free=found.free >= wanted)
        if held.handed_out and not wanted:
            await _close(actor, [held.id], "fulfilled")
    return await get_hold(actor, hold_id)


def _handed_out(held: Hold, facts: BookingEdit) -> list[FieldError]:
    if facts.quantity >= held.handed_out:
        return []
    many = say("{count} of them have been handed out already", count=held.handed_out)
    return [FieldError("quantity", many, "handed_out")]


async def _period_of(held: Hold, facts: BookingEdit) -> Period:
    if facts.keeps_hours and facts.lesson_id is None and held.ends_at is not None:
        return await find_kept_hours(held.school_id, facts, Period(held.starts_at, held.ends_at))
    (period,) = await find_periods(held.school_id, facts)
    return period


def _takes_less(held: Hold, period: Period, facts: BookingEdit) -> bool:
    """Whether it asks for nothing that it had not: what stands in the way now came after it."""
    return (
        facts.quantity <= held.quantity
        and held.ends_at is not None
        and held.starts_at <= period.starts_at
        and period.ends_at <= held.ends_at
    )


async def _update(held: Hold, facts: BookingEdit, period: Period, *, is_free: bool) -> None:
    if not await execute(
        UPDATE,
        id=held.id,
        version=facts.version,
        starts=period.starts_at,
        ends=period.ends_at,
        group=facts.group,
        purpose=facts.purpose,
        quantity=facts.quantity,
        is_free=is_free,
    ):
        raise Conflict(
            say("Somebody else changed this booking meanwhile; look at it again"), code="version"
        )


async def cancel_booking(actor: Actor, hold_id: int, *, whole_series: bool = False) -> list[Hold]:
    """Give up a booking, or with ``whole_series`` those that follow it week by week as well.

    Those that were given up; Conflict if it is closed, also by somebody else just now, or over.
    """
    async with transaction(actor, REFUSALS):
        held = await _own_or_kept(actor, hold_id)
        _refuse_over(held)
        ids = [held.id]
        if whole_series and held.series is not None:
            ids = await fetch_column(
                int, OF_SERIES, series=held.series, school=held.school_id, since=held.starts_at
            )
        return await find_holds(actor, await _close(actor, ids, "cancelled"))


async def mark_no_show(actor: Actor, hold_id: int) -> Hold:
    """Nobody came for it: the rest of its time is free again. Conflict before it begins."""
    async with transaction(actor, REFUSALS):
        held = await get_booking(actor, hold_id)
        actor.require(held.school_id, MANAGE_BOOKINGS)
        _refuse_closed(held)
        if held.starts_at > clock.now():
            raise Conflict(say("It has not begun yet; cancel it instead"), code="not_begun")
        await _close(actor, [held.id], "no_show")
    return await get_hold(actor, hold_id)


async def get_booking(actor: Actor, hold_id: int) -> Hold:
    """One booking in the actor's sight, else NotFound."""
    held = await get_hold(actor, hold_id)
    if held.kind != "booking":
        raise NotFound(MISSING)
    return held


def may_change(actor: Actor, held: Hold) -> bool:
    """Whether the actor may change or cancel a booking that is not closed."""
    is_own = held.person_id is not None and held.person_id == actor.person_id
    permission = BOOK_EQUIPMENT if is_own else MANAGE_BOOKINGS
    return held.kind == "booking" and actor.can_at(held.school_id, permission)


async def _own_or_kept(actor: Actor, hold_id: int) -> Hold:
    held = await get_booking(actor, hold_id)
    if not may_change(actor, held):
        raise Forbidden(say("Only whom it is for and those who keep equipment can change this"))
    return held


def _refuse_closed(held: Hold) -> None:
    if held.closed_at is not None:
        raise Conflict(CLOSED, code="hold_is_closed")


def _refuse_over(held: Hold) -> None:
    _refuse_closed(held)
    if held.ends_at is not None and held.ends_at <= clock.now():
        raise Conflict(say("This time is over already"), code="past")


async def _close(actor: Actor, ids: list[int], ending: HoldEnd) -> list[int]:
    """Those that were open until now; Conflict if none was."""
    closed = await fetch_column(
        int, CLOSE, ids=ids, ending=ending, now=clock.now(), by=actor.person_id
    )
    if not closed:
        raise Conflict(CLOSED, code="hold_is_closed")
    return closed
