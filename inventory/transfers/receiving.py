"""What arrives from another school: only then it changes its school; the rest is in dispute."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from core import clock
from core.access import Actor
from core.database import execute, execute_many, fetch_value, transaction
from core.errors import FieldError, say
from core.permissions import EDIT_EQUIPMENT
from core.rows import insert_row, update_row
from core.texts import Text, refuse
from inventory import codes, tables, tags
from inventory.assets.shapes import Condition
from inventory.places import require_place_in_use
from inventory.transfers.locking import (
    FOREIGN_PLACE,
    REFUSALS,
    LockedTransfer,
    OpenLine,
    acting_person,
    lock_lines,
    lock_transfer,
)
from inventory.transfers.reading import get_transfer
from inventory.transfers.shapes import (
    LineOutcome,
    NewReceipt,
    ReceivedLine,
    Transfer,
    TransferKind,
    TransferState,
)

NOTE = Text(tables.Transfer.note)
LINE_NOTE = Text(tables.TransferLine.note_in)
MOST_EXTRAS = 100
GIVEN_MOST = 120
RESOLVE = """
UPDATE transfer_line SET outcome = :outcome, is_open = false, resolved_by = :by, resolved_at = :now,
       reason = :reason WHERE id = any(:lines)
"""
CONDITIONS = """
UPDATE transfer_line SET condition_in = $2, note_in = $3 WHERE id = $1
"""
MISSED = "UPDATE transfer_line SET outcome = 'missing' WHERE transfer = $1 AND is_open"
# What is given is owned by its new school; what is lent, and what comes back, by whom it was.
GO_OVER = """
UPDATE asset SET school = :school, place = :place, version = version + 1,
       condition = coalesce(:condition, condition),
       title_holder = CASE WHEN :given AND title_holder = :sender THEN :school ELSE title_holder END
 WHERE id = any(:assets)
"""
BACK = """
UPDATE transfer_line l SET returned_by = b.id FROM transfer_line b
 WHERE b.transfer = $1 AND b.outcome IN ('received', 'late') AND l.transfer = $2
   AND l.asset = b.asset AND l.outcome IN ('received', 'late') AND l.returned_by IS NULL
"""
STILL_OUT = """
SELECT EXISTS (SELECT FROM transfer_line l JOIN asset a ON a.id = l.asset
                 JOIN lifecycle c ON c.state = a.lifecycle AND NOT c.is_end
                WHERE l.transfer = $1 AND l.outcome IN ('received', 'late')
                  AND l.returned_by IS NULL)
"""
OPEN = """
SELECT EXISTS (SELECT FROM transfer_line WHERE transfer = $1 AND is_open)
    OR EXISTS (SELECT FROM transfer_extra WHERE transfer = $1 AND resolved_at IS NULL)
"""


async def receive_transfer(actor: Actor, transfer_id: int, new: NewReceipt) -> Transfer:
    """Say what arrived: it is of the receiving school from now on, at its place, all at once.

    What is not named is missing and stays in dispute, at its old school; what stands in no line is
    noted. Conflict if the transfer was received already, also by somebody else just now.
    """
    by = acting_person(actor)
    note = NOTE.checked("note", new.note)
    async with transaction(actor, REFUSALS):
        transfer = await lock_transfer(actor, transfer_id)
        actor.require(transfer.to_school_id, EDIT_EQUIPMENT)
        transfer.require(TransferState.sent)
        lines = await lock_lines(transfer)
        arrived, extras = _matched(lines, new.lines)
        await require_place(new.place_id, transfer.to_school_id)
        for condition, ones in _by_condition(arrived).items():
            await take_over(actor, transfer, ones, place_id=new.place_id, condition=condition)
        await execute(MISSED, transfer.id)
        for given in extras:
            await insert_row(
                tables.TransferExtra,
                school_id=transfer.school_id,
                transfer=transfer.id,
                given=given,
                noted_by=by,
                noted_at=clock.now(),
            )
        await save_state(transfer, received_by=by, received_at=clock.now(), note=note)
    return await get_transfer(actor, transfer_id)


def _matched(
    lines: Sequence[OpenLine], given: Sequence[ReceivedLine]
) -> tuple[list[tuple[OpenLine, ReceivedLine]], list[str]]:
    """The lines that were named, each once, and what stands in none; Invalid for what is wrong."""
    names = _names_of(lines)
    named: dict[int, tuple[OpenLine, ReceivedLine]] = {}
    extras: dict[str, None] = {}
    errors: list[FieldError] = []
    for index, one in enumerate(given):
        text = " ".join(one.tag.split())
        readings = (codes.find_code(text), tags.clean(text), tags.bare(text))
        line = next((names[read] for read in readings if read and read in names), None)
        if error := LINE_NOTE.find_error("note", one.note.strip()):
            errors.append(msgspec.structs.replace(error, index=index))
        if line is not None:
            named.setdefault(line.id, (line, one))
        elif re.search(r"\w", text):
            extras.setdefault(text[:GIVEN_MOST])
    if len(extras) > MOST_EXTRAS:
        many = say("At most {most} things that stand in no list", most=MOST_EXTRAS)
        errors.append(FieldError("lines", many, "too_many"))
    refuse(errors)
    return list(named.values()), list(extras)


def _names_of(lines: Sequence[OpenLine]) -> dict[str, OpenLine]:
    """Each line by all that may be scanned or typed for it; a tag comes before a serial number."""
    names: dict[str, OpenLine] = {}
    for line in lines:
        for name in (line.tag, tags.bare(line.tag), *line.codes):
            names[name] = line
    for line in lines:
        names.setdefault((line.serial_number or "").upper(), line)
    return names


def _by_condition(
    arrived: list[tuple[OpenLine, ReceivedLine]],
) -> dict[Condition | None, list[tuple[OpenLine, ReceivedLine | None]]]:
    ordered: dict[Condition | None, list[tuple[OpenLine, ReceivedLine | None]]] = {}
    for line, said in sorted(arrived, key=lambda one: one[0].id):
        ordered.setdefault(said.condition, []).append((line, said))
    return ordered


async def take_over(
    actor: Actor,
    transfer: LockedTransfer,
    arrived: Sequence[tuple[OpenLine, ReceivedLine | None]],
    *,
    place_id: int | None,
    condition: Condition | None = None,
    outcome: LineOutcome = LineOutcome.received,
    reason: str = "",
) -> None:
    """Resolve the lines, which lets their things go, and let those change their school."""
    await execute_many(
        CONDITIONS,
        [(line.line_id, said.condition, said.note.strip()) for line, said in arrived if said],
    )
    await close_lines(actor, [line.line_id for line, _ in arrived], outcome, reason)
    await go_over(
        transfer, [line.id for line, _ in arrived], place_id=place_id, condition=condition
    )


async def require_place(place_id: int | None, school_id: int) -> None:
    """Refuse a place of another school, also where nothing comes to stand there."""
    if place_id is None:
        return
    await require_place_in_use(place_id)
    if not await fetch_value(
        "SELECT true FROM place WHERE id = $1 AND school = $2", place_id, school_id
    ):
        raise FOREIGN_PLACE


async def close_lines(actor: Actor, lines: list[int], outcome: LineOutcome, reason: str) -> None:
    """Account for lines as ``outcome`` says; the database lets their things go."""
    await execute(
        RESOLVE, lines=lines, outcome=outcome, by=actor.person_id, now=clock.now(), reason=reason
    )


async def go_over(
    transfer: LockedTransfer, assets: list[int], *, place_id: int | None, condition: str | None
) -> None:
    """Let locked things change their school, and what is given its owner."""
    await execute(
        GO_OVER,
        assets=assets,
        school=transfer.to_school_id,
        sender=transfer.school_id,
        place=place_id,
        condition=condition,
        given=transfer.kind is TransferKind.gift,
    )


async def save_state(transfer: LockedTransfer, **received: Any) -> None:
    """Put the transfer into the state that its lines say, and its loan too."""
    now = clock.now()
    if await fetch_value(OPEN, transfer.id):
        state = TransferState.disputed
    elif transfer.kind is TransferKind.loan and await fetch_value(STILL_OUT, transfer.id):
        state = TransferState.received
    else:
        state = TransferState.closed
    if transfer.loan_id is not None:
        await execute(BACK, transfer.id, transfer.loan_id)
        await _close_loan(transfer.loan_id)
    closed = now if state is TransferState.closed else None
    if state is not transfer.state or received:
        await update_row(tables.Transfer, transfer.id, state=state, closed_at=closed, **received)


async def _close_loan(loan_id: int) -> None:
    """A loan ends with the last of its things that comes back."""
    if not await fetch_value(STILL_OUT, loan_id) and not await fetch_value(OPEN, loan_id):
        await execute(
            "UPDATE transfer SET state = 'closed', closed_at = $2"
            " WHERE id = $1 AND state IN ('received', 'disputed')",
            loan_id,
            clock.now(),
        )
