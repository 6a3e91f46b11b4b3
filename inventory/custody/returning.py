"""Taking back, one or many at once, each with how it looks: all of them or none."""

from datetime import datetime

import msgspec

from core import clock
from core.access import Actor
from core.database import execute_many, fetch, transaction
from core.errors import Conflict, FieldError, Invalid, say
from core.texts import Text
from inventory import tables
from inventory.assets.locking import Locked, Stack, lock_stack
from inventory.assets.shapes import Condition, LifecycleState
from inventory.custody.hand_overs import HandOverKind, open_hand_over
from inventory.custody.shapes import OPEN, Custody, OpenLoan, read_loans

NOTE = Text(tables.Custody.return_note)
PARTS = Text(tables.Shortage.parts)
END = """
UPDATE custody SET ended_at = greatest($2, started_at), received_by = $3, return_note = $4,
       hand_in = $5, condition_in = coalesce($6, (SELECT condition FROM asset WHERE id = custody.asset))
 WHERE id = $1
"""
SET_CONDITION = """
UPDATE asset SET condition = $2, version = version + 1 WHERE id = $1 AND condition <> $2
"""
NOTE_MISSING = """
INSERT INTO shortage (school, asset, custody, parts, noted_at, noted_by)
VALUES ($1, $2, $3, $4, $5, $6)
"""


class ReturnedRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one thing of a return looks: its ``tag`` as it stands in the list, and what differs.

    ``condition`` and ``note`` are those said of all where they are empty; ``missing_parts`` stay
    open until somebody resolves them.
    """

    tag: str
    condition: Condition | None = None
    missing_parts: str = ""
    note: str = ""


async def take_back(
    actor: Actor,
    tags: list[str],
    *,
    condition: Condition | None = None,
    note: str = "",
    rows: list[ReturnedRow] | None = None,
) -> list[Custody]:
    """Take assets back from whoever has them; ``condition`` is what was seen at the desk.

    ``rows`` say of single ones what differs. What lacks parts is incomplete where no condition is
    chosen. Refused if nobody has one of them; the refusal names every such row of the list.
    """
    async with transaction(actor):
        stack = await lock_stack(actor, tags)
        with stack.collecting():
            NOTE.checked("note", note)
        seen = _seen(stack, tags, rows or [])
        loans = await fetch(OpenLoan, OPEN, [asset.id for asset in stack.assets])
        _refuse_idle(stack, loans)
        stack.raise_refused()
        await _end(actor, stack.assets, {loan.asset_id: loan.id for loan in loans}, seen,
                   ReturnedRow("", condition, note=note.strip()))  # fmt: skip
        return await read_loans([loan.id for loan in loans])


async def check_take_back(actor: Actor, tags: list[str]) -> tuple[FieldError, ...]:
    """What stands in the way of taking these back, row by row; nothing is taken back."""
    async with transaction(actor):
        stack = await lock_stack(actor, tags)
        _refuse_idle(stack, await fetch(OpenLoan, OPEN, [asset.id for asset in stack.assets]))
        return stack.errors


def _seen(stack: Stack, tags: list[str], rows: list[ReturnedRow]) -> dict[int, ReturnedRow]:
    """What is said of single assets; rows of none in the list, and texts too long, are refused."""
    seen: dict[int, ReturnedRow] = {}
    given = {tag.strip() for tag in tags}
    for index, row in enumerate(rows):
        asset = stack.find(row.tag)
        if asset is not None and asset.id not in seen:
            seen[asset.id] = row
            _refuse_long(stack, asset, row)
        elif asset is not None or row.tag.strip() not in given:
            stack.refuse_entry("rows", index, row.tag, say("The list of tags has this one once"))
    return seen


def _refuse_long(stack: Stack, asset: Locked, row: ReturnedRow) -> None:
    for text, value in ((NOTE, row.note), (PARTS, row.missing_parts)):
        if error := text.find_error("tags", text.tidy(value)):
            stack.refuse(asset, Invalid, error.message, error.code)


async def _end(
    actor: Actor,
    assets: list[Locked],
    loan_ids: dict[int, int],
    seen: dict[int, ReturnedRow],
    default: ReturnedRow,
) -> None:
    at = clock.now()
    hand_ins = {
        school_id: await open_hand_over(actor, school_id, HandOverKind.returned, at)
        for school_id in sorted({asset.school_id for asset in assets})
    }
    rows = [(asset, loan_ids[asset.id], seen.get(asset.id, default)) for asset in assets]
    conditions = {asset.id: _condition(row, default) for asset, _, row in rows}
    await execute_many(SET_CONDITION, [(key, one) for key, one in conditions.items() if one])
    await execute_many(
        END,
        [
            (loan_id, at, actor.person_id, row.note.strip() or default.note,
             hand_ins[asset.school_id], conditions[asset.id])
            for asset, loan_id, row in rows
        ],
    )  # fmt: skip
    await _note_missing(actor.person_id, at, rows)


def _condition(row: ReturnedRow, default: ReturnedRow) -> Condition | None:
    if row.condition is None and row.missing_parts.strip():
        return Condition.incomplete
    return row.condition or default.condition


async def _note_missing(
    person_id: int | None, at: datetime, rows: list[tuple[Locked, int, ReturnedRow]]
) -> None:
    await execute_many(
        NOTE_MISSING,
        [
            (asset.school_id, asset.id, loan_id, row.missing_parts.strip(), at, person_id)
            for asset, loan_id, row in rows
            if row.missing_parts.strip()
        ],
    )


def _refuse_idle(stack: Stack, loans: list[OpenLoan]) -> None:
    held = {loan.asset_id for loan in loans}
    for asset in stack.assets:
        if asset.id in held:
            continue
        if asset.lifecycle is LifecycleState.lost:
            lost = say("{tag} was reported lost; say on its page where it was found", tag=asset.tag)
            stack.refuse(asset, Conflict, lost, "lost")
        else:
            idle = say("{tag} is not handed out to anybody", tag=asset.tag)
            stack.refuse(asset, Conflict, idle, "not_in_custody")
