"""Equipment that stands idle, so that somebody may move it to where it is missed."""

from datetime import datetime

import msgspec

from core import clock, database
from core.access import Actor
from core.paging import DEFAULT_LIMIT, Page, checked_limit, decode_cursor, page_of
from core.permissions import READ_USAGE
from inventory.queries import Conditions
from monitoring.usage.idleness import always_on, idle_since, use_of


class IdleAsset(msgspec.Struct, frozen=True, kw_only=True):
    """An asset in service that is watched and that nobody used; ``last_held_at`` is of people and
    classes, for a place uses nothing."""

    id: int
    tag: str
    model: str
    place: str
    school_id: int
    last_on_at: datetime | None
    last_held_at: datetime | None
    since: datetime


_SELECT = """
SELECT a.id, a.tag, btrim(m.brand || ' ' || m.name) AS model, a.school AS school_id,
       concat_ws(' / ', around.name, p.name) AS place, o.last_on_at, h.last_held_at,
       greatest(a.created_at, o.last_on_at, h.last_held_at) AS since
  FROM asset a
  JOIN asset_model m ON m.id = a.model
  LEFT JOIN place p ON p.id = a.place
  LEFT JOIN place around ON around.id = p.parent
  CROSS JOIN LATERAL (
       SELECT max(ended_at) AS last_on_at FROM power_session WHERE asset = a.id) o
  CROSS JOIN LATERAL (
       SELECT max(coalesce(ended_at, 'infinity')) AS last_held_at FROM custody
        WHERE asset = a.id AND holder_place IS NULL) h
"""


async def idle_assets(
    actor: Actor, *, limit: int = DEFAULT_LIMIT, cursor: str | None = None
) -> Page[IdleAsset]:
    """What for 30 days was neither on nor with anybody, the longest idle first (docs/usage.md)."""
    limit = checked_limit(limit)
    now = clock.now()
    conditions = Conditions(actor.school_ids_with(READ_USAGE), idle_since(now), now, always_on())
    conditions.add("a.school = any($1::bigint[]) AND a.lifecycle = 'in_service'")
    conditions.add(f"{use_of('a', since='$2', until='$3', awake='$4')} = 'idle'")
    if cursor:
        since, last_id = decode_cursor(cursor, datetime, int)
        conditions.add(
            "(greatest(a.created_at, o.last_on_at, h.last_held_at), a.id) > ({}, {})",
            since,
            last_id,
        )
    rows = await database.fetch(
        IdleAsset,
        f"{_SELECT} WHERE {conditions.sql()} ORDER BY since, a.id"
        f" LIMIT {conditions.argument(limit + 1)}",
        *conditions.args,
    )
    return page_of(rows, limit, lambda asset: (asset.since, asset.id))
