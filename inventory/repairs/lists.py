"""Lists of work orders: one query each, newest first or most urgent first."""

from datetime import datetime
from typing import Literal, get_args

import msgspec

from core.access import Actor
from core.changes import changed_since, list_changed
from core.numbers import Id
from core.paging import DEFAULT_LIMIT, Page, checked_limit, page_of
from core.query import Where
from inventory.repairs.views import (
    GRAVEST_FIRST,
    NEWEST_FIRST,
    ORDERS,
    Severity,
    State,
    WorkOrder,
    find_orders,
    readable_by,
)

StateFilter = State | Literal["unfinished"]
Work = Literal["repairs", "planned"]


class WorkOrderFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What to list; an empty field does not narrow. ``place_id`` reaches into rooms and cabinets.

    ``planned`` work is that of maintenance plans, the rest is repairs.
    """

    q: str = ""
    state: StateFilter | None = None
    severity: Severity | None = None
    mine: bool = False
    place_id: Id | None = None
    tag: str = ""
    plan_id: Id | None = None
    work: Work | None = None
    changed_since: datetime | None = None

    @property
    def active(self) -> int:
        """How many filters are in use, apart from the search, the state and ``mine``."""
        return sum(1 for value in (self.severity, self.place_id, self.tag, self.plan_id) if value)


async def list_work_orders(
    actor: Actor,
    wanted: WorkOrderFilter,
    *,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
    sort: str | None = None,
) -> Page[WorkOrder]:
    """Orders that the actor may read, the latest opened first unless ``sort`` says otherwise."""
    checked_limit(limit)
    order = ORDERS.chosen(sort)
    where = readable_by(actor)
    _narrow(where, wanted, actor)
    changed = changed_since(wanted.changed_since, "work_order", "w.id", actor.school_ids)
    if changed is not None:

        async def rows_of(keys: list[str]) -> list[WorkOrder]:
            where.add(changed.condition, changed_keys=keys)
            return await find_orders(where, order.sql, limit)

        return await list_changed(changed, rows_of, cursor=cursor, limit=limit)
    if cursor:
        after, values = order.after(cursor)
        where.add(after, **values)
    rows = await find_orders(where, order.sql, limit + 1)
    return page_of(rows, limit, order.position)


async def list_most_urgent(actor: Actor, *, limit: int = 8) -> list[WorkOrder]:
    """Unfinished repairs, the gravest first and the oldest of them first: what to do now."""
    where = readable_by(actor)
    where.add("w.closed_at IS NULL AND w.plan IS NULL")
    return await find_orders(where, GRAVEST_FIRST, checked_limit(limit))


async def list_of_asset(actor: Actor, asset_id: int, *, limit: int = 20) -> list[WorkOrder]:
    """The asset's orders that the actor may read, the latest first."""
    where = readable_by(actor)
    where.add("w.asset = :asset", asset=asset_id)
    return await find_orders(where, NEWEST_FIRST.sql, checked_limit(limit))


def _narrow(where: Where, wanted: WorkOrderFilter, actor: Actor) -> None:
    if wanted.state == "unfinished":
        where.add("w.closed_at IS NULL")
    elif wanted.state in get_args(State):
        where.add("w.state = :state", state=wanted.state)
    where.add_given("w.severity = :severity", severity=wanted.severity)
    if wanted.mine:
        where.add("w.assignee = :me::bigint", me=actor.person_id)
    if wanted.place_id:
        where.add(
            "a.place IN (WITH RECURSIVE inside (id) AS (SELECT :place::bigint UNION ALL"
            " SELECT c.id FROM place c JOIN inside ON c.parent = inside.id) SELECT id FROM inside)",
            place=wanted.place_id,
        )
    where.add_given("w.plan = :plan", plan=wanted.plan_id)
    if wanted.work in get_args(Work):
        where.add("w.plan IS NULL" if wanted.work == "repairs" else "w.plan IS NOT NULL")
    where.add_given("a.tag = upper(btrim(:tag))", tag=wanted.tag)
    where.add_given(
        "(starts_with(lower(a.tag), :words) OR strpos(lower(w.summary), :words) > 0"
        " OR strpos(lower(m.brand || ' ' || m.name), :words) > 0 OR w.fault = :words"
        " OR strpos(lower(w.summary_params::text), :words) > 0)",
        words=wanted.q.strip().lower(),
    )
