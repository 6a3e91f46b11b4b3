"""What is decided of a proposal: approved by another person, refused, or withdrawn."""

from typing import Any

import msgspec

from core import clock
from core.access import Actor
from core.database import execute, fetch_column, transaction
from core.errors import Conflict, Forbidden, Problem, say
from core.permissions import APPROVE_DISPOSALS, EDIT_EQUIPMENT
from core.rows import update_row
from core.texts import Text
from inventory import tables
from inventory.assets.lifecycle import record_step
from inventory.assets.locking import lock_stack
from inventory.assets.transitions import find_steps
from inventory.disposals.proposing import REFUSALS, LockedDisposal, lock_disposal
from inventory.disposals.reading import get_disposal
from inventory.disposals.rules import require_password
from inventory.disposals.shapes import Disposal, DisposalState, Refusal

NOTE = Text(tables.Disposal.decision_note, required=say("Say why"))
OPEN = """
SELECT a.tag FROM disposal_line l JOIN asset a ON a.id = l.asset
 WHERE l.disposal = $1 AND l.is_open ORDER BY a.tag
"""
# What its certificate says for ever, whoever is renamed later.
ISSUE = """
INSERT INTO certificate (school, disposal, facts, issued_at)
VALUES (:school, :disposal, :facts, :now)
"""


async def approve_disposal(actor: Actor, disposal_id: int) -> Disposal:
    """Let all things of a proposal come to their end; by another person than who proposed it, who has
    typed his password lately, and so by no token.

    All or none: what cannot end any more is named, and can be left out.
    """
    # Assets are locked before what refers to them, so that there is no deadlock.
    named = await get_disposal(actor, disposal_id)
    _require_other(actor, named.school_id, named.proposed_by_id)
    require_password(actor)
    async with transaction(actor, REFUSALS):
        tags = await fetch_column(str, OPEN, named.id)
        if not tags:
            raise await _nothing_left(actor, disposal_id)
        stack = await lock_stack(actor, tags)
        disposal = await lock_disposal(actor, disposal_id)
        disposal.require_proposed()
        if await fetch_column(str, OPEN, disposal.id) != tags:
            raise Conflict(
                say("Somebody has changed this list meanwhile; look at it again"), code="changed"
            )
        await _decide(actor, disposal, DisposalState.approved)
        verdicts = await find_steps(actor, stack.assets, disposal.end.state)
        for asset in stack.assets:
            verdict = verdicts[asset.id]
            if isinstance(verdict, Problem):
                stack.refuse(asset, type(verdict), verdict.message, verdict.code)
        stack.raise_refused()
        reason = f"{disposal.number} · {disposal.reason}"
        for asset in stack.assets:
            await record_step(actor, asset, disposal.end.state, reason=reason[:400])
        done = await get_disposal(actor, disposal_id)
        await execute(
            ISSUE,
            school=done.school_id,
            disposal=done.id,
            facts=msgspec.json.encode(done).decode(),
            now=done.decided_at,
        )
    return done


async def refuse_disposal(actor: Actor, disposal_id: int, new: Refusal) -> Disposal:
    """Say no to a proposal of another person, and why: everything stays."""
    note = NOTE.checked("note", new.note)
    async with transaction(actor, REFUSALS):
        disposal = await lock_disposal(actor, disposal_id)
        _require_other(actor, disposal.school_id, disposal.proposed_by_id)
        disposal.require_proposed()
        await _decide(actor, disposal, DisposalState.refused, decision_note=note)
    return await get_disposal(actor, disposal_id)


async def withdraw_disposal(actor: Actor, disposal_id: int) -> Disposal:
    """Take a proposal back; for those who keep the equipment. Everything stays."""
    async with transaction(actor, REFUSALS):
        disposal = await lock_disposal(actor, disposal_id)
        actor.require(disposal.school_id, EDIT_EQUIPMENT)
        disposal.require_proposed()
        await _decide(actor, disposal, DisposalState.withdrawn)
    return await get_disposal(actor, disposal_id)


def _require_other(actor: Actor, school_id: int, proposed_by_id: int) -> None:
    actor.require(school_id, APPROVE_DISPOSALS)
    if actor.person_id is None:
        raise Forbidden(say("Only a person can decide this"))
    if actor.person_id == proposed_by_id:
        raise Conflict(
            say("Another person than the one who proposed it decides"), code="own_proposal"
        )


async def _nothing_left(actor: Actor, disposal_id: int) -> Conflict:
    (await lock_disposal(actor, disposal_id)).require_proposed()
    return Conflict(say("Nothing of it is left: refuse or withdraw it"), code="empty")


async def _decide(
    actor: Actor, disposal: LockedDisposal, state: DisposalState, **more: Any
) -> None:
    await update_row(
        tables.Disposal,
        disposal.id,
        state=state,
        decided_by=actor.person_id,
        decided_at=clock.now(),
        **more,
    )
