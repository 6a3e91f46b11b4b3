"""The steps of a work order, as data, and the verbs that take them."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from core import clock, database
from core.access import Actor
from core.database import Refusals, transaction
from core.errors import Conflict, Invalid, say
from core.permissions import BE_ASSIGNED_WORK_ORDERS, MANAGE_WORK_ORDERS
from inventory.assets.locking import Locked, lock_visible
from inventory.assets.shapes import Condition
from inventory.repairs import outages
from inventory.repairs.assets import restore, update_condition
from inventory.repairs.views import State, WorkOrder, changed_meanwhile, get_work_order

RESOLUTION_MAX_LENGTH = 4000
CLOSING: Refusals = {
    "work_order_work_is_signed_off": Conflict(
        say("Sign off what the student helper wrote first, or send it back"),
        code="work_not_signed_off",
    ),
}


class Action(StrEnum):
    """What can be done to an order."""

    take = "take"
    assign = "assign"
    wait_for_parts = "wait_for_parts"
    resume = "resume"
    complete = "complete"
    cancel = "cancel"


class Transition(msgspec.Struct, frozen=True):
    """From any of the states to one."""

    sources: frozenset[State]
    target: State


_UNFINISHED: frozenset[State] = frozenset({"open", "assigned", "waiting_parts"})
TRANSITIONS: Mapping[Action, Transition] = {
    Action.take: Transition(frozenset({"open"}), "assigned"),
    Action.assign: Transition(frozenset({"open", "assigned"}), "assigned"),
    Action.wait_for_parts: Transition(frozenset({"open", "assigned"}), "waiting_parts"),
    Action.resume: Transition(frozenset({"waiting_parts"}), "assigned"),
    Action.complete: Transition(_UNFINISHED, "completed"),
    Action.cancel: Transition(_UNFINISHED, "cancelled"),
}


class Candidate(msgspec.Struct, frozen=True):
    """Somebody to whom an order of the school can be given."""

    id: int
    name: str


def actions_for(actor: Actor, order: WorkOrder) -> list[Action]:
    """The steps that the actor could take now, in the order in which people look for them."""
    if order.school_id not in actor.school_ids_with(MANAGE_WORK_ORDERS):
        return []
    return [action for action, step in TRANSITIONS.items() if order.state in step.sources]


async def find_assignees(actor: Actor, school_id: int) -> list[Candidate]:
    """Technicians, admins and student helpers of the school, by name."""
    actor.require(school_id, MANAGE_WORK_ORDERS)
    return await database.fetch(
        Candidate,
        "SELECT DISTINCT p.id, p.name FROM person p JOIN valid_membership m ON m.person = p.id"
        " WHERE m.school = $1 AND m.role = any($2) AND p.closed_at IS NULL ORDER BY p.name, p.id",
        school_id,
        [role.value for role in BE_ASSIGNED_WORK_ORDERS.roles],
    )


async def take(actor: Actor, work_order_id: int, *, version: int | None = None) -> WorkOrder:
    """Make an order that nobody has one's own."""
    return await _move(actor, work_order_id, Action.take, version, assignee_id=actor.person_id)


async def assign(
    actor: Actor, work_order_id: int, *, assignee_id: int, version: int | None = None
) -> WorkOrder:
    """Give the order to somebody who repairs at its school."""
    order = await get_work_order(actor, work_order_id)
    if assignee_id not in {c.id for c in await find_assignees(actor, order.school_id)}:
        raise Invalid.of(
            "assignee_id",
            say("Choose a technician, an admin or a student helper of this school"),
            code="assignee",
        )
    return await _move(actor, work_order_id, Action.assign, version, assignee_id=assignee_id)


async def wait_for_parts(
    actor: Actor, work_order_id: int, *, version: int | None = None
) -> WorkOrder:
    """Lay the work aside until parts come; the asset stays in repair."""
    return await _move(actor, work_order_id, Action.wait_for_parts, version)


async def resume(actor: Actor, work_order_id: int, *, version: int | None = None) -> WorkOrder:
    """Go on with it: by whoever had it, else by the actor."""
    return await _move(actor, work_order_id, Action.resume, version, assignee_id=actor.person_id)


async def complete(
    actor: Actor,
    work_order_id: int,
    *,
    resolution: str,
    condition: Condition | None = None,
    version: int | None = None,
) -> WorkOrder:
    """Close it as done; the asset is as before once no other order of it is open."""
    return await _close(actor, work_order_id, Action.complete, version, resolution, condition)


async def cancel(
    actor: Actor, work_order_id: int, *, reason: str, version: int | None = None
) -> WorkOrder:
    """Close it as needless; the asset is as before once no other order of it is open."""
    return await _close(actor, work_order_id, Action.cancel, version, reason, None, field="reason")


async def _move(
    actor: Actor,
    work_order_id: int,
    action: Action,
    version: int | None,
    *,
    assignee_id: int | None = None,
) -> WorkOrder:
    order = await get_work_order(actor, work_order_id)
    actor.require(order.school_id, MANAGE_WORK_ORDERS)
    step = TRANSITIONS[action]
    # Resuming keeps whoever had the work; every other step that names somebody means it.
    chosen = (
        "coalesce(assignee, :assignee_id)"
        if action is Action.resume
        else "coalesce(:assignee_id, assignee)"
    )
    async with transaction(actor):
        moved = await database.execute(
            f"UPDATE work_order SET state = :state, assignee = {chosen}, version = version + 1"
            " WHERE id = :work_order_id AND state = any(:sources) AND version = coalesce(:version,"
            " version)",
            work_order_id=work_order_id,
            sources=list(step.sources),
            state=step.target,
            assignee_id=assignee_id,
            version=version,
        )
        if not moved:
            raise await changed_meanwhile(work_order_id)
        return await get_work_order(actor, work_order_id)


async def _close(
    actor: Actor,
    work_order_id: int,
    action: Action,
    version: int | None,
    resolution: str,
    condition: Condition | None,
    *,
    field: str = "resolution",
) -> WorkOrder:
    order = await get_work_order(actor, work_order_id)
    actor.require(order.school_id, MANAGE_WORK_ORDERS)
    words = _resolution(resolution, field)
    async with transaction(actor, CLOSING):
        asset = await lock_visible(actor, order.asset_id)
        before = await _closed(actor, work_order_id, TRANSITIONS[action], version, words)
        await outages.end(work_order_id, clock.now())
        await _restore_asset(actor, asset, before, work_order_id, condition)
        return await get_work_order(actor, work_order_id)


async def _closed(
    actor: Actor, work_order_id: int, step: Transition, version: int | None, words: str
) -> str:
    """Close the row; the asset's state before it."""
    before: str | None = await database.fetch_value(
        "UPDATE work_order SET state = :state, closed_by = :closed_by, closed_at = :closed_at,"
        " resolution = :resolution,"
        " version = version + 1 WHERE id = :work_order_id AND state = any(:sources)"
        " AND version = coalesce(:version, version) RETURNING asset_state_before",
        work_order_id=work_order_id,
        sources=list(step.sources),
        state=step.target,
        closed_by=actor.person_id,
        closed_at=clock.now(),
        resolution=words,
        version=version,
    )
    if before is None:
        raise await changed_meanwhile(work_order_id)
    return before


async def _restore_asset(
    actor: Actor, asset: Locked, before: str, work_order_id: int, condition: Condition | None
) -> None:
    await restore(actor, asset, before, work_order_id)
    if condition is not None:
        await update_condition(asset, condition)


def _resolution(words: str, field: str) -> str:
    words = words.strip()
    if not 1 <= len(words) <= RESOLUTION_MAX_LENGTH:
        raise Invalid.of(field, say("Say in a sentence how it ended"), code="empty")
    return words
