"""The assets of a plan: when each is due, and why one has no order though it is."""

from datetime import date
from enum import StrEnum

import msgspec

from core import clock
from core.access import Actor
from core.database import fetch
from core.paging import DEFAULT_LIMIT, Page
from core.query import Key, Orders, Where, list_page
from inventory.maintenance.plans import get_plan


class ThingState(StrEnum):
    """What a plan has to do with an asset now.

    ``open``: an order is to be done. ``due``: one is opened next. ``waiting``: not due yet.
    ``out``: lent, or on its way; ``not_in_service``: in repair or in preparation; both are looked
    at again when they are back. ``unmeasured``: nobody measures its hours, so it is never due by them.
    """

    open = "open"
    due = "due"
    waiting = "waiting"
    out = "out"
    not_in_service = "not_in_service"
    unmeasured = "unmeasured"


class PlannedThing(msgspec.Struct, frozen=True, kw_only=True):
    """An asset of a plan. ``due_on`` of the order that is open, else of the next one, where days
    tell it; ``hours`` it was on since it was looked after, where they do."""

    asset_id: int
    tag: str
    title: str
    place: str
    state: ThingState
    due_on: date | None
    is_overdue: bool
    hours: float | None
    last_done_on: date | None
    out_until: date | None
    work_order_id: int | None


class ThingFilters(msgspec.Struct, frozen=True):
    """Which assets of a plan are shown."""

    state: ThingState | None = None


NO_FILTERS = ThingFilters()
# What has left, is lost or has not come yet is nobody's work. A loan without a day is where the
# thing is used: the laptop of a teacher is looked after with her.
_SCOPE = """
SELECT p.id AS plan, p.every_days, p.every_hours, s.zone,
       (:now::timestamptz AT TIME ZONE s.zone)::date AS today, p.starts_on,
       a.id, a.tag, a.name, a.model, a.place, a.lifecycle, a.created_at, false AS is_lent
  FROM maintenance_plan p JOIN school s ON s.id = p.school
  LEFT JOIN LATERAL (SELECT array_agg(r.place) AS places FROM room_places(ARRAY[p.place]) r
                      WHERE p.place IS NOT NULL) inside ON true
  JOIN asset a ON a.school = p.school JOIN asset_model m ON m.id = a.model
  JOIN lifecycle l ON l.state = a.lifecycle AND NOT l.is_end
 WHERE p.id = :plan AND a.lifecycle NOT IN ('announced', 'lost', 'retired')
   AND (a.model = p.model OR m.kind = p.kind OR a.place = any(inside.places))
UNION ALL
SELECT p.id, p.every_days, p.every_hours, s.zone,
       (:now::timestamptz AT TIME ZONE s.zone)::date, p.starts_on,
       a.id, a.tag, a.name, a.model, NULL, a.lifecycle, a.created_at, true
  FROM maintenance_plan p JOIN school s ON s.id = p.school
  JOIN transfer t ON t.school = p.school AND t.kind = 'loan' AND t.state IN ('received', 'disputed')
  JOIN transfer_line n ON n.transfer = t.id AND n.outcome IN ('received', 'late')
   AND n.returned_by IS NULL
  JOIN asset a ON a.id = n.asset AND a.school <> p.school JOIN asset_model m ON m.id = a.model
  JOIN lifecycle l ON l.state = a.lifecycle AND NOT l.is_end
 WHERE p.id = :plan AND a.lifecycle <> 'lost' AND (a.model = p.model OR m.kind = p.kind)
"""
# The next day of all: after the last order however it ended, else the plan's first day, else, of
# what came later, so many days after it came.
THINGS = f"""
SELECT g.plan, g.id AS asset_id, g.tag, asset_title(g.name, m.brand, m.name) AS title,
       coalesce(pp.path, '') AS place, g.today, judged.state,
       CASE WHEN judged.state = 'open' THEN last.due_on ELSE next.due_on END AS due_on,
       judged.state IN ('open', 'due')
           AND coalesce(CASE WHEN judged.state = 'open' THEN last.due_on ELSE next.due_on END
                        < g.today, false) AS is_overdue,
       next.hours, done.on AS last_done_on, away.until AS out_until,
       CASE WHEN judged.state = 'open' THEN last.id END AS work_order_id
  FROM ({_SCOPE}) g JOIN asset_model m ON m.id = g.model
  LEFT JOIN place_path pp ON pp.place = g.place
  LEFT JOIN LATERAL (
       SELECT w.id, w.due_on, w.closed_at FROM work_order w
        WHERE w.plan = g.plan AND w.asset = g.id ORDER BY w.due_on DESC LIMIT 1) last ON true
  LEFT JOIN LATERAL (
       SELECT (max(w.closed_at) AT TIME ZONE g.zone)::date AS on FROM work_order w
        WHERE w.plan = g.plan AND w.asset = g.id AND w.state = 'completed') done ON true
  LEFT JOIN LATERAL (
       SELECT true AS is_out, (c.due_at AT TIME ZONE g.zone)::date AS until FROM custody c
        WHERE c.asset = g.id AND c.ended_at IS NULL AND c.holder_place IS NULL
          AND c.due_at IS NOT NULL
       UNION ALL
       SELECT true, t.due_on FROM transfer_line n JOIN transfer t ON t.id = n.transfer
        WHERE n.asset = g.id AND (n.is_open AND t.state <> 'draft'
              OR g.is_lent AND t.kind = 'loan' AND n.returned_by IS NULL)
       LIMIT 1) away ON true
 CROSS JOIN LATERAL (
       SELECT CASE WHEN g.every_days IS NULL THEN NULL
                   WHEN last.closed_at IS NOT NULL
                   THEN (last.closed_at AT TIME ZONE g.zone)::date + g.every_days
                   WHEN (g.created_at AT TIME ZONE g.zone)::date > g.starts_on
                   THEN (g.created_at AT TIME ZONE g.zone)::date + g.every_days
                   ELSE g.starts_on END AS due_on,
              CASE WHEN g.every_hours IS NOT NULL THEN measured_hours(g.id, least(:now::timestamptz,
                   greatest(last.closed_at, g.starts_on::timestamp AT TIME ZONE g.zone)),
                   :now::timestamptz) END AS hours) next
 CROSS JOIN LATERAL (
       SELECT CASE WHEN last.id IS NOT NULL AND last.closed_at IS NULL THEN 'open'
                   WHEN away.is_out OR g.is_lent THEN 'out'
                   WHEN g.lifecycle <> 'in_service' THEN 'not_in_service'
                   WHEN g.every_hours IS NOT NULL AND next.hours IS NULL THEN 'unmeasured'
                   WHEN next.due_on <= g.today OR next.hours >= g.every_hours THEN 'due'
                   ELSE 'waiting' END AS state) judged
"""
READ = f"SELECT t.* FROM ({THINGS}) t"
ORDERS = Orders(
    "due_on",
    Key("t.asset_id", int, "asset_id"),
    due_on=Key("t.due_on", date, "due_on", cast="date", is_optional=True),
    tag=Key("t.tag", str, "tag"),
    place=Key("t.place", str, "place"),
)


class _Count(msgspec.Struct):
    state: ThingState
    count: int


async def list_things(
    actor: Actor,
    maintenance_plan_id: int,
    filters: ThingFilters = NO_FILTERS,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
    sort: str | None = None,
) -> Page[PlannedThing]:
    """The assets of a plan, what is due first before the rest."""
    plan = await get_plan(actor, maintenance_plan_id)
    where = Where("t.plan = :plan", plan=plan.id)
    where.bind(now=clock.now())
    where.add_given("t.state = :state", state=filters.state)
    return await list_page(
        PlannedThing, READ, where, ORDERS.chosen(sort), cursor=cursor, limit=limit
    )


async def count_things(actor: Actor, maintenance_plan_id: int) -> dict[ThingState, int]:
    """How many assets of a plan are in which state; none is left out where there are none."""
    plan = await get_plan(actor, maintenance_plan_id)
    found = await fetch(
        _Count,
        f"SELECT t.state, count(*) AS count FROM ({THINGS}) t GROUP BY t.state",
        plan=plan.id,
        now=clock.now(),
    )
    counts = {one.state: one.count for one in found}
    return {state: counts.get(state, 0) for state in ThingState}
