"""What did not arrive, or came and stood in no list: in dispute until a person says why."""

from core import clock
from core.access import Actor
from core.database import fetch_value, transaction
from core.errors import Conflict, NotFound, say
from core.permissions import EDIT_EQUIPMENT
from core.rows import insert_row, update_row
from core.texts import Text
from inventory import tables
from inventory.assets.lifecycle import record_step
from inventory.assets.locking import lock_stack
from inventory.assets.shapes import LifecycleState
from inventory.transfers.locking import (
    REFUSALS,
    LockedTransfer,
    acting_person,
    lock_lines,
    lock_transfer,
)
from inventory.transfers.reading import get_transfer
from inventory.transfers.receiving import (
    close_lines,
    go_over,
    require_place,
    save_state,
    take_over,
)
from inventory.transfers.shapes import (
    ExtraDecision,
    ExtraEnd,
    LineOutcome,
    LineResolution,
    MissingEnd,
    Transfer,
    TransferState,
)

REASON = Text(tables.TransferLine.reason, required=say("Say why"))


async def resolve_line(
    actor: Actor, transfer_id: int, line_id: int, new: LineResolution
) -> Transfer:
    """Say what became of a missing thing: it came later (the receiver), it was never sent, or it
    was lost on the way (the sender, whose it is until it arrives). Each with a reason, once."""
    acting_person(actor)
    reason = REASON.checked("reason", new.reason)
    async with transaction(actor, REFUSALS):
        transfer = await lock_transfer(actor, transfer_id)
        is_late = new.resolution is MissingEnd.late
        actor.require(transfer.to_school_id if is_late else transfer.school_id, EDIT_EQUIPMENT)
        transfer.require(TransferState.disputed)
        line = next((one for one in await lock_lines(transfer) if one.line_id == line_id), None)
        if line is None:
            raise NotFound(say("This transfer has no such line"))
        if not line.is_open:
            raise Conflict(say("This line is resolved already"), code="resolved")
        await require_place(new.place_id, transfer.to_school_id if is_late else transfer.school_id)
        if is_late:
            await take_over(
                actor, transfer, [(line, None)], place_id=new.place_id,
                outcome=LineOutcome.late, reason=reason,
            )  # fmt: skip
        else:
            if new.place_id is not None:
                await update_row(tables.Asset, line.id, place=new.place_id)
            await close_lines(actor, [line.line_id], LineOutcome(new.resolution), reason)
            if new.resolution is MissingEnd.lost:
                await record_step(actor, line, LifecycleState.lost, reason=reason)
        await save_state(transfer)
    return await get_transfer(actor, transfer_id)


async def resolve_extra(
    actor: Actor, transfer_id: int, extra_id: int, new: ExtraDecision
) -> Transfer:
    """Say what becomes of a thing that stood in no list: the sender says that it was sent too, and
    it goes over now; or either school says that it goes back."""
    by = acting_person(actor)
    reason = REASON.checked("reason", new.reason)
    async with transaction(actor, REFUSALS):
        transfer = await lock_transfer(actor, transfer_id)
        is_sent = new.resolution is ExtraEnd.sent_too
        if is_sent or not actor.can_at(transfer.to_school_id, EDIT_EQUIPMENT):
            actor.require(transfer.school_id, EDIT_EQUIPMENT)
        transfer.require(TransferState.disputed)
        given = await fetch_value(
            "SELECT given FROM transfer_extra WHERE id = $1 AND transfer = $2"
            " AND resolved_at IS NULL FOR NO KEY UPDATE",
            extra_id,
            transfer.id,
        )
        if given is None:
            raise Conflict(
                say("This is resolved already, or is of another transfer"), code="resolved"
            )
        if is_sent:
            await _send_too(actor, transfer, given, reason)
        await update_row(
            tables.TransferExtra,
            extra_id,
            resolved_as=new.resolution,
            resolved_by=by,
            resolved_at=clock.now(),
            reason=reason,
        )
        await save_state(transfer)
    return await get_transfer(actor, transfer_id)


async def _send_too(actor: Actor, transfer: LockedTransfer, given: str, reason: str) -> None:
    stack = await lock_stack(actor, [given])
    stack.raise_refused()
    (asset,) = stack.assets
    now = clock.now()
    await insert_row(
        tables.TransferLine,
        school_id=transfer.school_id,
        transfer=transfer.id,
        asset=asset.id,
        added_by=actor.person_id,
        outcome=LineOutcome.received,
        is_open=False,
        resolved_by=actor.person_id,
        resolved_at=now,
        reason=reason,
    )
    await go_over(transfer, [asset.id], place_id=None, condition=None)
