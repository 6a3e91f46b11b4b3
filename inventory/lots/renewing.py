"""What is out of a lot is due later than it was, by the desk or by its borrower himself."""

from datetime import datetime

from core import clock
from core.access import Actor
from core.database import Refusals, execute, fetch_one, transaction
from core.errors import Conflict, Forbidden, Invalid, say
from inventory.custody.due import Due, DueMoment, find_due
from inventory.custody.own_renewals import (
    RENEWED_ENOUGH,
    Renewable,
    find_next_due,
    find_obstacle,
)
from inventory.lots.moving import lock_lots
from inventory.lots.reading import LotLoan, get_lot_loan

REFUSALS: Refusals = {
    "lot_loan_renewal_once_a_number": say("It has just been renewed or taken back"),
    "lot_loan_renewal_within_limit": RENEWED_ENOUGH,
}
LOCKED = """
SELECT l.school AS school_id, s.zone, l.holder AS holder_id, l.due_at, l.ended_at,
       s.renewals_most, s.renewal_days,
       (SELECT count(*) FROM lot_loan_renewal r WHERE r.loan = l.id) AS renewals,
       (SELECT count(own_number) FROM lot_loan_renewal r WHERE r.loan = l.id) AS own_renewals
  FROM lot_loan l JOIN school s ON s.id = l.school WHERE l.id = $1
"""
RENEW = """
INSERT INTO lot_loan_renewal (loan, number, own_number, renewed_at, by, from_due_at, due_at,
                              due_lesson)
VALUES (:loan, :number, :own_number, :now, :by, :before, :due, :lesson)
"""


class LotRenewal(Due, frozen=True, forbid_unknown_fields=True):
    """Until when a loan is renewed: the end of a day, of a lesson, or of the term."""


class _Locked(Renewable):
    holder_id: int | None
    ended_at: datetime | None
    renewals: int


async def renew_lot_loan(actor: Actor, loan_id: int, until: LotRenewal) -> LotLoan:
    """Set a later moment for what is still out of a loan; for those who keep it.

    Conflict if all of it is back; Invalid if it is due later than that already.
    """
    loan = await get_lot_loan(actor, loan_id)
    async with transaction(actor, REFUSALS):
        (lot,) = await lock_lots(actor, [loan.lot_id])
        held = await _lock_loan(loan_id)
        due = await find_due(lot.school_id, until)
        if due.at is None:
            raise Invalid.of("due_on", say("Choose until when"), code="required")
        if held.due_at is not None and held.due_at >= due.at:
            raise Invalid.of("due_on", say("It is due later than that already"), code="not_later")
        await _store(actor, loan_id, held, due, own_number=None)
    return await get_lot_loan(actor, loan_id)


async def renew_own_lot_loan(actor: Actor, loan_id: int) -> LotLoan:
    """Renew what the actor himself holds by the days that the school sets.

    Conflict for what another holds, what has no day, what is overdue, and what was renewed as often
    as the school allows. The new day is the next one with lessons.
    """
    await get_lot_loan(actor, loan_id)
    async with transaction(actor, REFUSALS):
        held = await _lock_loan(loan_id)
        if held.holder_id != actor.person_id:
            raise Conflict(say("This is not handed out to you"), code="not_in_custody")
        if refused := find_obstacle(held):
            raise refused
        due = await find_next_due(held)
        await _store(actor, loan_id, held, due, own_number=held.own_renewals + 1)
    return await get_lot_loan(actor, loan_id)


async def _lock_loan(loan_id: int) -> _Locked:
    # Counted after the lock is held: a snapshot from before it would count too few.
    await execute("SELECT 1 FROM lot_loan WHERE id = $1 FOR UPDATE", loan_id)
    held = await fetch_one(_Locked, LOCKED, loan_id)
    assert held is not None
    if held.ended_at is not None:
        raise Conflict(say("All of it is back already"), code="ended")
    return held


async def _store(
    actor: Actor, loan_id: int, held: _Locked, due: DueMoment, *, own_number: int | None
) -> None:
    if actor.person_id is None:
        raise Forbidden(say("Only a person can hand something out"))
    await execute(
        RENEW,
        loan=loan_id,
        number=held.renewals + 1,
        own_number=own_number,
        now=clock.now(),
        by=actor.person_id,
        before=held.due_at,
        due=due.at,
        lesson=due.lesson,
    )
