"""Orders of maintenance plans: opened once for each plan, asset and due day, by whoever is first."""

import msgspec
import structlog

from core import clock
from core.access import Actor
from core.database import fetch_column, fetch_value, transaction
from core.errors import Conflict, say
from core.permissions import EDIT_EQUIPMENT
from inventory.maintenance.plans import ENDED, PlanState, get_plan
from inventory.maintenance.things import THINGS
from inventory.repairs.views import stored

log = structlog.get_logger(__name__)

# The fault of planned work is its plan: an asset has one open order of each.
FAULT_OF_PLANS = "maintenance "
# In one transaction; so many assets are locked at most while it lasts.
MOST_AT_ONCE = 500
ACTIVE = "SELECT id FROM maintenance_plan WHERE state = 'active' ORDER BY id"
HOLD = "SELECT title FROM maintenance_plan WHERE id = $1 AND state = 'active' FOR SHARE"
# Assets are locked before their orders, by id. Of two who open the same, the second finds a row of
# this asset and fault, or of this plan, asset and day, and writes none.
OPEN = f"""
WITH due AS MATERIALIZED (
    SELECT t.asset_id, coalesce(t.due_on, t.today) AS due_on FROM ({THINGS}) t
     WHERE t.state = 'due' ORDER BY t.asset_id LIMIT :most
), locked AS MATERIALIZED (
    SELECT a.id, a.school FROM asset a
     WHERE a.id = any(ARRAY(SELECT asset_id FROM due)) AND a.lifecycle = 'in_service'
     ORDER BY a.id FOR NO KEY UPDATE)
INSERT INTO work_order (school, asset, source, fault, summary, summary_params, severity, state,
                        opened_at, resolution, asset_state_before, keeps_in_service, plan, due_on,
                        checklist, version)
SELECT p.school, locked.id, 'schedule', '{FAULT_OF_PLANS}' || p.id, :summary, :params::jsonb, 'low',
       'open', :now, '', 'in_service', true, p.id, due.due_on, p.checklist, 1
  FROM due JOIN locked ON locked.id = due.asset_id
  JOIN maintenance_plan p ON p.id = :plan AND p.school = locked.school
 ORDER BY locked.id
    ON CONFLICT DO NOTHING
RETURNING id
"""


class Opened(msgspec.Struct, frozen=True):
    """How many orders were opened."""

    opened: int


async def open_all_due() -> int:
    """Open what is due by every plan that is active, by the day of its school's clock; any number of
    processes may do so at once, and as often as they like."""
    opened = 0
    for maintenance_plan_id in await fetch_column(int, ACTIVE):
        opened += await _open(maintenance_plan_id)
    if opened:
        log.info("maintenance.opened", orders=opened)
    return opened


async def open_due(actor: Actor, maintenance_plan_id: int) -> Opened:
    """Open now what is due by a plan, for those who keep the equipment; Conflict if it is paused."""
    plan = await get_plan(actor, maintenance_plan_id)
    actor.require(plan.school_id, EDIT_EQUIPMENT)
    if plan.state is PlanState.ended:
        raise ENDED
    if plan.state is PlanState.paused:
        raise Conflict(say("This plan is paused; resume it first"), code="paused")
    return Opened(await _open(maintenance_plan_id, actor))


async def _open(maintenance_plan_id: int, actor: Actor | None = None) -> int:
    opened = 0
    while True:
        made = await _open_some(maintenance_plan_id, actor)
        opened += made
        if made < MOST_AT_ONCE:
            return opened


async def _open_some(maintenance_plan_id: int, actor: Actor | None) -> int:
    async with transaction(actor):
        title: str | None = await fetch_value(HOLD, maintenance_plan_id)
        if title is None:
            return 0
        summary, params = stored(say("Maintenance: {title}", title=title))
        made = await fetch_column(
            int,
            OPEN,
            plan=maintenance_plan_id,
            now=clock.now(),
            most=MOST_AT_ONCE,
            summary=summary,
            params=params,
        )
    return len(made)
