"""Handing out and taking back, one or many at once: all of them or none."""

from datetime import date

import msgspec

from core import clock
from core.access import Actor
from core.database import execute, execute_many, fetch, fetch_value, refusing, transaction
from core.errors import Conflict, FieldError, Forbidden, Invalid, Message, Problem, say
from core.texts import Text
from inventory import tables
from inventory.assets.locking import HAS_LEFT, Locked, Stack, lock_stack
from inventory.assets.shapes import Condition, LifecycleState
from inventory.custody.due import DueBy, find_due_day
from inventory.custody.shapes import READ, Custody, Holder
from inventory.places import require_place_in_use

NOTE = Text(tables.Custody.note)
REFUSALS: dict[str, Message | Problem] = {
    # The constraint also refuses whoever wrote without the lock.
    "custody_one_open_per_asset": say("One of these has just been handed out to somebody else"),
    "custody_place_is_of_the_school": Invalid.of(
        "place_id", say("The place must be of the asset's school"), code="place"
    ),
    **HAS_LEFT,
}


class _Open(msgspec.Struct):
    id: int
    asset_id: int
    tag: str
    holder: str


OPEN = """
SELECT c.id, c.asset AS asset_id, a.tag, coalesce(p.name, room.name, c.holder_group) AS holder
  FROM custody c JOIN asset a ON a.id = c.asset
  LEFT JOIN person p ON p.id = c.holder
  LEFT JOIN place room ON room.id = c.holder_place
 WHERE c.ended_at IS NULL AND c.asset = any($1::bigint[]) ORDER BY a.tag
"""


async def hand_out(
    actor: Actor,
    tags: list[str],
    holder: Holder,
    *,
    due_on: date | None = None,
    due_by: DueBy | None = None,
    note: str = "",
) -> list[Custody]:
    """Give assets into somebody's hands, until a day, until the term is over, or for good.

    Refused if one of them is with somebody already (the sentence names both) or not in service;
    the refusal names every such row of the list, and every wrong field.
    """
    with refusing(REFUSALS):
        async with transaction(actor):
            stack = await lock_stack(actor, tags)
            who = await _checked(stack, holder, note)
            due = await _due_day(stack, due_on, due_by)
            await _refuse_taken(stack)
            stack.raise_refused()
            return await _open(actor, stack.assets, who, due, note.strip())


async def check_hand_out(actor: Actor, tags: list[str]) -> tuple[FieldError, ...]:
    """What stands in the way of handing these out, row by row; nothing is handed out."""
    async with transaction(actor):
        stack = await lock_stack(actor, tags)
        await _refuse_taken(stack)
        return stack.errors


async def check_take_back(actor: Actor, tags: list[str]) -> tuple[FieldError, ...]:
    """What stands in the way of taking these back, row by row; nothing is taken back."""
    async with transaction(actor):
        stack = await lock_stack(actor, tags)
        _refuse_idle(stack, await fetch(_Open, OPEN, [asset.id for asset in stack.assets]))
        return stack.errors


async def take_back(
    actor: Actor,
    tags: list[str],
    *,
    condition: Condition | None = None,
    note: str = "",
) -> list[Custody]:
    """Take assets back from whoever has them; ``condition`` is what was seen at the desk.

    Refused if nobody has one of them; the refusal names every such row of the list.
    """
    async with transaction(actor):
        stack = await lock_stack(actor, tags)
        with stack.collecting():
            NOTE.checked("note", note)
        assets = stack.assets
        loans = await fetch(_Open, OPEN, [asset.id for asset in assets])
        _refuse_idle(stack, loans)
        stack.raise_refused()
        await execute(
            "UPDATE custody SET ended_at = greatest($2, started_at), received_by = $3,"
            " return_note = $4 WHERE id = any($1::bigint[])",
            [loan.id for loan in loans],
            clock.now(),
            actor.person_id,
            note.strip(),
        )
        if condition is not None:
            await execute(
                "UPDATE asset SET condition = $2, version = version + 1"
                " WHERE id = any($1::bigint[]) AND condition <> $2",
                [asset.id for asset in assets],
                condition,
            )
        return await _read([loan.id for loan in loans])


async def _open(
    actor: Actor, assets: list[Locked], who: Holder, due_on: date | None, note: str
) -> list[Custody]:
    if actor.person_id is None:
        raise Forbidden(say("Only a person can hand something out"))
    ids = [asset.id for asset in assets]
    await execute_many(
        "INSERT INTO custody (school, asset, holder, holder_place, holder_group, started_at,"
        " due_on, handed_by, note, return_note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '')",
        [
            (
                asset.school_id,
                asset.id,
                who.person_id,
                who.place_id,
                who.group,
                clock.now(),
                due_on,
                actor.person_id,
                note,
            )
            for asset in assets
        ],
    )
    if who.place_id is not None:
        # What a room answers for stands in that room.
        await execute(
            "UPDATE asset SET place = $2, version = version + 1"
            " WHERE id = any($1::bigint[]) AND place IS DISTINCT FROM $2",
            ids,
            who.place_id,
        )
    return await _read([loan.id for loan in await fetch(_Open, OPEN, ids)])


async def _read(ids: list[int]) -> list[Custody]:
    return await fetch(Custody, f"{READ} WHERE c.id = any($1::bigint[]) ORDER BY a.tag", ids)


async def _checked(stack: Stack, holder: Holder, note: str) -> Holder:
    """The holder put straight; what is wrong with the form is noted in the stack."""
    with stack.collecting():
        NOTE.checked("note", note)
    with stack.collecting():
        holder = holder.checked()
        if stack.assets:
            await _refuse_unfit(stack.assets[0].school_id, holder)
    return holder


async def _due_day(stack: Stack, due_on: date | None, due_by: DueBy | None) -> date | None:
    with stack.collecting():
        if stack.assets:
            return await find_due_day(stack.assets[0].school_id, due_on, due_by)
    return None


async def _refuse_unfit(school_id: int, who: Holder) -> None:
    if who.place_id is not None:
        await require_place_in_use(who.place_id)
    if who.person_id is not None and not await fetch_value(
        "SELECT EXISTS (SELECT FROM valid_membership m JOIN person p ON p.id = m.person"
        " WHERE m.person = $1 AND m.school = $2 AND p.closed_at IS NULL)",
        who.person_id,
        school_id,
    ):
        raise Invalid.of("person_id", say("Choose a person of this school"), code="person")


async def _refuse_taken(stack: Stack) -> None:
    loans = await fetch(_Open, OPEN, [asset.id for asset in stack.assets])
    holders = {loan.asset_id: loan.holder for loan in loans}
    for asset in stack.assets:
        if asset.school_id != stack.assets[0].school_id:
            stack.refuse(
                asset,
                Invalid,
                say("{tag} is of another school than the first of the list", tag=asset.tag),
                "two_schools",
            )
        elif asset.id in holders:
            held = say("{tag} is already with {holder}", tag=asset.tag, holder=holders[asset.id])
            stack.refuse(asset, Conflict, held, "in_custody")
        elif asset.lifecycle is LifecycleState.in_repair:
            repaired = say("{tag} is in repair, so it cannot be handed out", tag=asset.tag)
            stack.refuse(asset, Conflict, repaired, "in_repair")
        elif asset.lifecycle is not LifecycleState.in_service:
            idle = say("{tag} is not in service, so it cannot be handed out", tag=asset.tag)
            stack.refuse(asset, Conflict, idle, "not_in_service")


def _refuse_idle(stack: Stack, loans: list[_Open]) -> None:
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
