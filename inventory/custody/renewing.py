"""Renewing: what is out is due later than it was, by the desk or by its borrower himself."""

from datetime import datetime

import msgspec

from core import clock
from core.access import Actor
from core.database import Refusals, execute_many, fetch, fetch_value, refusing, transaction
from core.errors import Conflict, FieldError, Invalid, NotFound, say
from core.permissions import READ_BORROWERS
from inventory.assets.locking import Stack, lock_stack
from inventory.custody.booked import refuse_booked_renewals
from inventory.custody.due import FOR_GOOD, Due, DueMoment, find_due
from inventory.custody.hand_overs import handing_person
from inventory.custody.own_renewals import (
    RENEWED_ENOUGH,
    Renewable,
    find_next_due,
    find_obstacle,
)
from inventory.custody.shapes import Custody, read_loans

REFUSALS: Refusals = {
    "custody_renewal_within_limit": RENEWED_ENOUGH,
    "custody_renewal_meets_a_hold": Conflict(
        say("Somebody has booked it for that time"), code="booked"
    ),
    "custody_renewal_of_what_is_out": say("It has just been renewed or taken back"),
    "custody_renewal_once_a_number": say("It has just been renewed or taken back"),
}


class Renewal(msgspec.Struct, frozen=True):
    """One time that something was renewed; ``is_own`` by its borrower himself.

    ``by`` is empty for readers who may not know which person that is.
    """

    renewed_at: datetime
    by: str | None
    is_own: bool
    from_due_at: datetime | None
    due_at: datetime
    due_lesson: str | None


class _Open(Renewable):
    id: int
    asset_id: int
    holder_id: int | None
    renewals: int


OPEN = """
SELECT c.id, c.asset AS asset_id, c.school AS school_id, s.zone, c.holder AS holder_id, c.due_at,
       count(r.id) AS renewals, count(r.own_number) AS own_renewals,
       s.renewals_most, s.renewal_days
  FROM custody c JOIN school s ON s.id = c.school
  LEFT JOIN custody_renewal r ON r.custody = c.id
 WHERE c.ended_at IS NULL AND c.asset = any($1::bigint[])
 GROUP BY c.id, s.id
"""
INSERT = """
INSERT INTO custody_renewal (school, custody, number, own_number, renewed_at, by, from_due_at,
       due_at, due_lesson) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
HISTORY = """
SELECT r.renewed_at, CASE WHEN r.own_number IS NULL OR r.by = :me::bigint
                            OR r.school = any(:readable::bigint[]) THEN p.name END AS by,
       r.own_number IS NOT NULL AS is_own, r.from_due_at, r.due_at, r.due_lesson
  FROM custody_renewal r JOIN person p ON p.id = r.by
 WHERE r.custody = :custody AND r.school = any(:schools) ORDER BY r.number
"""


async def renew(actor: Actor, tags: list[str], due: Due) -> list[Custody]:
    """Set a later moment for what is out; for those who keep it, all of them or none.

    Refused, row by row, where nobody has one of them, it is due later already, or somebody else has
    booked it for the time that is added.
    """
    with refusing(REFUSALS):
        async with transaction(actor):
            stack = await lock_stack(actor, tags, calendars=True)
            loans = await _open_loans(stack)
            until = await _until(stack, due)
            await _refuse_until(actor, stack, loans, until)
            stack.raise_refused()
            return await _store(
                actor, [(loans[asset.id], until) for asset in stack.assets], is_own=False
            )


async def check_renew(actor: Actor, tags: list[str], due: Due = FOR_GOOD) -> tuple[FieldError, ...]:
    """What stands in the way of renewing these, row by row; nothing is renewed.

    Without a moment, what stands in the way of any.
    """
    async with transaction(actor):
        stack = await lock_stack(actor, tags, calendars=True)
        loans = await _open_loans(stack)
        until = DueMoment() if due == FOR_GOOD else await _until(stack, due)
        await _refuse_until(actor, stack, loans, until)
        return stack.errors


async def renew_own(actor: Actor, tags: list[str]) -> list[Custody]:
    """Renew what the actor himself holds by the days that the school sets, all or none.

    Refused for what another holds, what has no day, what is overdue, what somebody else has booked,
    and what was renewed as often as the school allows. The new day is the next one with lessons.
    """
    with refusing(REFUSALS):
        async with transaction(actor):
            stack = await lock_stack(actor, tags, for_keepers=False, calendars=True)
            loans = await _open_loans(stack, of_person=actor.person_id)
            for asset in stack.accepted:
                if refused := find_obstacle(loans[asset.id]):
                    stack.refuse(asset, Conflict, refused.message, refused.code)
            due = {asset.id: await find_next_due(loans[asset.id]) for asset in stack.accepted}
            await refuse_booked_renewals(actor, stack, {key: one.at for key, one in due.items()})
            stack.raise_refused()
            renewed = [(loans[asset.id], due[asset.id]) for asset in stack.assets]
            return await _store(actor, renewed, is_own=True)


async def list_renewals(actor: Actor, custody_id: int) -> list[Renewal]:
    """How a custody in the actor's sight was renewed, the first time first; else NotFound."""
    if not await fetch_value(
        "SELECT EXISTS (SELECT FROM custody WHERE id = $1 AND school = any($2::bigint[]))",
        custody_id,
        actor.school_ids,
    ):
        raise NotFound(say("There is no such custody, or it is not of your school"))
    return await fetch(
        Renewal,
        HISTORY,
        custody=custody_id,
        schools=actor.school_ids,
        readable=actor.school_ids_with(READ_BORROWERS),
        me=actor.person_id,
    )


async def _open_loans(stack: Stack, *, of_person: int | None = None) -> dict[int, _Open]:
    """What is out, by its asset; what is not, or not with this person, is refused in the stack."""
    found = await fetch(_Open, OPEN, [asset.id for asset in stack.assets])
    loans = {
        loan.asset_id: loan for loan in found if of_person is None or loan.holder_id == of_person
    }
    for asset in stack.assets:
        if asset.id not in loans:
            sentence = (
                say("{tag} is not handed out to anybody", tag=asset.tag)
                if of_person is None
                else say("{tag} is not handed out to you", tag=asset.tag)
            )
            stack.refuse(asset, Conflict, sentence, "not_in_custody")
    return loans


async def _until(stack: Stack, due: Due) -> DueMoment:
    until = DueMoment()
    with stack.collecting():
        if stack.assets:
            until = await find_due(stack.assets[0].school_id, due)
            if until.at is None:
                raise Invalid.of("due_on", say("Choose until when"), code="required")
    return until


async def _refuse_until(
    actor: Actor, stack: Stack, loans: dict[int, _Open], until: DueMoment
) -> None:
    """Refuse what is due later already, and what others have booked by then."""
    stack.refuse_other_schools()
    if until.at is None:
        return
    for asset in stack.accepted:
        due_at = loans[asset.id].due_at
        if due_at is not None and due_at >= until.at:
            later = say("{tag} is due later than that already", tag=asset.tag)
            stack.refuse(asset, Invalid, later, "not_later")
    await refuse_booked_renewals(actor, stack, dict.fromkeys(loans, until.at))


async def _store(
    actor: Actor, renewed: list[tuple[_Open, DueMoment]], *, is_own: bool
) -> list[Custody]:
    by = handing_person(actor)
    await execute_many(
        INSERT,
        [
            (loan.school_id, loan.id, loan.renewals + 1, loan.own_renewals + 1 if is_own else None,
             clock.now(), by, loan.due_at, until.at, until.lesson)
            for loan, until in renewed
        ],
    )  # fmt: skip
    return await read_loans([loan.id for loan, _ in renewed])
