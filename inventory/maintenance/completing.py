"""Planned work that is done: a whole room written down in one step."""

from typing import Annotated

import msgspec

from core import clock
from core.access import Actor
from core.database import execute, fetch_column, transaction
from core.errors import Conflict, say
from core.numbers import Id
from core.permissions import MANAGE_WORK_ORDERS
from core.texts import Text
from inventory.maintenance.plans import MaintenancePlan, get_plan
from inventory.repairs.transitions import CLOSING

MOST_AT_ONCE = 200
DONE = Text(4000, required=say("Say what was done"))
# Assets before their orders, as everybody locks them.
LOCK = """
SELECT a.id FROM asset a
 WHERE a.id = any(ARRAY(SELECT asset FROM work_order WHERE id = any(:ids) AND plan = :plan))
 ORDER BY a.id FOR NO KEY UPDATE
"""
# What was taken out of service for it is closed on its own page, where its state comes back.
CLOSE = """
UPDATE work_order SET state = 'completed', closed_by = :by, closed_at = greatest(:now, opened_at),
       resolution = :done, version = version + 1
 WHERE id = any(:ids) AND plan = :plan AND closed_at IS NULL AND keeps_in_service
RETURNING id
"""
WRITE = """
INSERT INTO work_order_entry (work_order, school, at, by, by_name, found, done, minutes, cost, currency)
SELECT w.id, w.school, :now, :by, :name, '', :done, :minutes, 0, 'CNY'
  FROM work_order w WHERE w.id = any(:ids) ORDER BY w.id
"""


class Completions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Orders of a plan that are done, with one sentence, and the minutes that each took."""

    work_order_ids: Annotated[list[Id], msgspec.Meta(min_length=1, max_length=MOST_AT_ONCE)]
    done: str
    minutes: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 0


async def complete_planned(
    actor: Actor, maintenance_plan_id: int, given: Completions
) -> MaintenancePlan:
    """Close these orders of a plan as completed, each with an entry; all or none.

    Conflict if one of them is closed already, or of another plan, or its asset cannot be used, or
    work of a student helper on it is not signed off.
    """
    plan = await get_plan(actor, maintenance_plan_id)
    actor.require(plan.school_id, MANAGE_WORK_ORDERS)
    done = DONE.checked("done", given.done)
    ids = sorted(set(given.work_order_ids))
    now = clock.now()
    async with transaction(actor, CLOSING):
        await fetch_column(int, LOCK, ids=ids, plan=maintenance_plan_id)
        written = {"ids": ids, "now": now, "by": actor.person_id, "done": done}
        closed = await fetch_column(int, CLOSE, **written, plan=maintenance_plan_id)
        if len(closed) != len(ids):
            raise Conflict(
                say("One of these orders is closed already, or its asset is out of service"),
                field="work_order_ids",
                code="closed",
            )
        await execute(WRITE, **written, name=actor.name, minutes=given.minutes)
    return await get_plan(actor, maintenance_plan_id)
