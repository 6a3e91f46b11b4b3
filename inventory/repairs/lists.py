"""Lists of work orders: one query each, newest first or most urgent first."""

from datetime import datetime
from typing import Literal

import msgspec

from core import clock
from core.access import Actor
from core.paging import DEFAULT_LIMIT, Page, checked_limit, decode_cursor, page_of
from inventory.queries import Conditions
from inventory.repairs.views import (
    GRAVEST_FIRST,
    NEWEST_FIRST,
    Severity,
    State,
    WorkOrder,
    fetch_orders,
    readable_by,
)

StateFilter = State | Literal["unfinished"]


class WorkOrderFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What to list; an empty field does not narrow. ``place_id`` reaches into rooms and cabinets."""

    q: str = ""
    state: StateFilter | None = None
    severity: Severity | None = None
    mine: bool = False
    place_id: int | None = None
    tag: str = ""


async def list_work_orders(
    actor: Actor,
    wanted: WorkOrderFilter,
    *,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[WorkOrder]:
    """Orders that the actor may read, the latest opened first."""
    limit = checked_limit(limit)
    conditions = readable_by(actor, clock.now())
    _narrow(conditions, wanted, actor)
    if cursor:
        opened_at, last_id = decode_cursor(cursor, datetime, int)
        conditions.add("(w.opened_at, w.id) < ({}, {})", opened_at, last_id)
    rows = await fetch_orders(conditions, NEWEST_FIRST, limit + 1)
    return page_of(rows, limit, lambda order: (order.opened_at, order.id))


async def most_urgent(actor: Actor, *, limit: int = 8) -> list[WorkOrder]:
    """Unfinished orders, the gravest first and the oldest of them first: what to do now."""
    conditions = readable_by(actor, clock.now())
    conditions.add("w.closed_at IS NULL")
    return await fetch_orders(conditions, GRAVEST_FIRST, checked_limit(limit))


async def of_asset(actor: Actor, asset_id: int, *, limit: int = 20) -> list[WorkOrder]:
    """The asset's orders that the actor may read, the latest first."""
    conditions = readable_by(actor, clock.now())
    conditions.add("w.asset = {}", asset_id)
    return await fetch_orders(conditions, NEWEST_FIRST, checked_limit(limit))


def _narrow(conditions: Conditions, wanted: WorkOrderFilter, actor: Actor) -> None:
    if wanted.state == "unfinished":
        conditions.add("w.closed_at IS NULL")
    elif wanted.state:
        conditions.add("w.state = {}", wanted.state)
    if wanted.severity:
        conditions.add("w.severity = {}", wanted.severity)
    if wanted.mine:
        conditions.add("w.assignee = {}", actor.person_id)
    if wanted.place_id:
        conditions.add(
            "a.place IN (WITH RECURSIVE inside (id) AS (SELECT {}::bigint UNION ALL"
            " SELECT c.id FROM place c JOIN inside ON c.parent = inside.id) SELECT id FROM inside)",
            wanted.place_id,
        )
    if wanted.tag:
        conditions.add("a.tag = upper(btrim({}))", wanted.tag)
    if wanted.q.strip():
        words = wanted.q.strip().lower()
        conditions.add(
            "(starts_with(lower(a.tag), {}) OR strpos(lower(w.summary), {}) > 0"
            " OR strpos(lower(m.brand || ' ' || m.name), {}) > 0 OR w.fault = {}"
            " OR strpos(lower(w.summary_params::text), {}) > 0)",
            *([words] * 5),
        )
