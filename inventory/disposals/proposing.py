"""Proposing that things leave the books; what stands in the way is named before anybody is asked."""

import msgspec

from core import clock
from core.access import Actor
from core.database import (
    Refusals,
    execute,
    fetch,
    fetch_column,
    fetch_one,
    transaction,
)
from core.errors import Conflict, FieldError, Forbidden, NotFound, Problem, say
from core.permissions import EDIT_EQUIPMENT
from core.query import opaque
from core.rows import insert_row
from core.texts import Line, Text, refuse
from inventory import numbers, tables
from inventory.assets.book_facts import find_amount_error
from inventory.assets.lifecycle import REFUSALS as STEP_REFUSALS
from inventory.assets.locking import Stack, lock_stack
from inventory.assets.transitions import find_steps
from inventory.disposals.reading import MISSING, find_proposed, get_disposal
from inventory.disposals.shapes import Disposal, DisposalState, End, NewDisposal

REASON = Text(tables.Disposal.reason, required=say("Say why"))
RECIPIENT = Line(tables.Disposal.recipient)
NOTE = Text(4000)
# What stands in the way of the step itself, but not of asking for it.
ASKED_FOR = "needs_approval"
DECIDED = Conflict(say("This has been decided or withdrawn already"), code="decided")
REFUSALS: Refusals = {
    **STEP_REFUSALS,
    "disposal_line_one_open_per_asset": Conflict(
        say("One of these is proposed for disposal already"), field="tags", code="proposed"
    ),
    "disposal_line_is_of_the_school_now": Conflict(
        say("One of these is of another school by now"), field="tags", code="other_school"
    ),
    "disposal_is_decided_once": DECIDED,
    "disposal_approved_by_another": Conflict(
        say("Another person than the one who proposed it decides"), code="own_proposal"
    ),
}
OF_DONORS = f"""
SELECT id, donation_line IS NULL AS is_own FROM asset WHERE id = any{opaque("assets")}
"""
# One row where all were given by one who is named.
DONORS = f"""
SELECT DISTINCT CASE WHEN o.kind <> 'anonymous' THEN o.name ELSE '' END
  FROM asset a LEFT JOIN donation_line l ON l.id = a.donation_line
  LEFT JOIN donation g ON g.id = l.donation LEFT JOIN donor o ON o.id = g.donor
 WHERE a.id = any{opaque("assets")}
"""
INSERT = """
INSERT INTO disposal_line (school, disposal, asset, is_open, outcome)
SELECT a.school, :disposal, a.id, true, 'open' FROM asset a WHERE a.id = any(:assets) ORDER BY a.id
"""


class _OfDonor(msgspec.Struct):
    id: int
    is_own: bool


class _School(msgspec.Struct):
    code: str
    zone: str


async def propose_disposal(actor: Actor, new: NewDisposal) -> Disposal:
    """Propose that things leave the books; all or none, every refused row is named.

    Nothing changes until another person approves: what is used or found again meanwhile stays.
    """
    by = _proposer(actor)
    reason = REASON.checked("reason", new.reason)
    recipient = RECIPIENT.checked("recipient", new.recipient)
    note = NOTE.checked("note", new.note)
    refuse(find_amount_error("proceeds", new.proceeds) + _find_way_error(new))
    async with transaction(actor, REFUSALS):
        stack = await lock_proposed(actor, new.tags, new.end)
        stack.raise_refused()
        school_id = stack.assets[0].school_id
        disposal_id = await insert_row(
            tables.Disposal,
            school_id=school_id,
            number=await _next_number(school_id),
            end_state=new.end,
            reason=reason,
            recipient=recipient or await _donor_of(stack, new.end),
            way=new.way or "",
            proceeds=new.proceeds,
            currency=new.currency,
            note=note,
            proposed_by=by,
            proposed_at=clock.now(),
            decision_note="",
        )
        await execute(INSERT, disposal=disposal_id, assets=[asset.id for asset in stack.assets])
    return await get_disposal(actor, disposal_id)


async def find_donor(actor: Actor, wanted: list[str]) -> str:
    """Who gave all of these, to be filled in as the recipient; empty where there are several, or
    one who is not named."""
    async with transaction(actor):
        return await _donor_of(await lock_stack(actor, wanted), End.returned_to_donor)


async def _donor_of(stack: Stack, end: End) -> str:
    if end is not End.returned_to_donor:
        return ""
    ids = [asset.id for asset in stack.assets]
    names = await fetch_column(str, DONORS, assets=ids)
    return names[0][: RECIPIENT.most] if len(names) == 1 else ""


def _find_way_error(new: NewDisposal) -> list[FieldError]:
    if new.way is None or new.end is End.disposed:
        return []
    return [FieldError("way", say("Only what is disposed of goes a way of its own"), "way")]


async def check_proposed(
    actor: Actor, wanted: list[str], end: End | None
) -> tuple[FieldError, ...]:
    """What stands in the way of proposing these, row by row; nothing is changed."""
    async with transaction(actor):
        if end is None:
            return (await lock_stack(actor, wanted)).errors
        return (await lock_proposed(actor, wanted, end)).errors


async def lock_proposed(actor: Actor, wanted: list[str], end: End) -> Stack:
    """The things of a proposal, locked, with what stands in the way of each."""
    stack = await lock_stack(actor, wanted)
    stack.refuse_other_schools()
    ids = [asset.id for asset in stack.assets]
    proposed = await find_proposed(ids)
    own = {one.id for one in await fetch(_OfDonor, OF_DONORS, assets=ids) if one.is_own}
    verdicts = await find_steps(actor, stack.assets, end.state)
    for asset in stack.assets:
        verdict = verdicts[asset.id]
        if number := proposed.get(asset.id):
            twice = say("{tag} stands in disposal {number} already", tag=asset.tag, number=number)
            stack.refuse(asset, Conflict, twice, "proposed")
        elif isinstance(verdict, Problem) and verdict.code != ASKED_FOR:
            stack.refuse(asset, type(verdict), verdict.message, verdict.code)
        elif end is End.returned_to_donor and asset.id in own:
            nobodys = say("{tag} was given by nobody who is in the books", tag=asset.tag)
            stack.refuse(asset, Conflict, nobodys, "not_given")
    return stack


async def leave_out(actor: Actor, disposal_id: int, line_id: int) -> Disposal:
    """Take one thing out of a proposal: it stays."""
    async with transaction(actor, REFUSALS):
        disposal = await lock_disposal(actor, disposal_id)
        actor.require(disposal.school_id, EDIT_EQUIPMENT)
        disposal.require_proposed()
        if not await execute(
            "UPDATE disposal_line SET is_open = false, outcome = 'stays'"
            " WHERE id = $1 AND disposal = $2 AND is_open",
            line_id,
            disposal.id,
        ):
            raise NotFound(say("This stands in the list no more"))
    return await get_disposal(actor, disposal_id)


class LockedDisposal(msgspec.Struct, frozen=True):
    """A disposal whose row is locked."""

    id: int
    school_id: int
    number: str
    end: End
    state: DisposalState
    reason: str
    proposed_by_id: int

    def require_proposed(self) -> None:
        """Conflict once it is decided."""
        if self.state is not DisposalState.proposed:
            raise DECIDED


async def lock_disposal(actor: Actor, disposal_id: int) -> LockedDisposal:
    """One disposal in the actor's sight, locked; else NotFound."""
    found = await fetch_one(
        LockedDisposal,
        "SELECT id, school AS school_id, number, end_state AS end, state, reason,"
        " proposed_by AS proposed_by_id FROM disposal"
        " WHERE id = $1 AND school = any($2::bigint[]) FOR NO KEY UPDATE",
        disposal_id,
        actor.school_ids,
    )
    if found is None:
        raise NotFound(MISSING)
    return found


async def _next_number(school_id: int) -> str:
    school = await fetch_one(_School, "SELECT code, zone FROM school WHERE id = $1", school_id)
    assert school is not None
    series = numbers.disposals_of(school.code, clock.today(school.zone).year)
    (number,) = await numbers.take(series)
    return number


def _proposer(actor: Actor) -> int:
    if actor.person_id is None:
        raise Forbidden(say("Only a person can propose this"))
    return actor.person_id
