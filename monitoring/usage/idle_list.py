"""Equipment that stands idle, so that somebody may move it to where it is missed."""

from datetime import datetime

import msgspec

from core import clock
from core.access import Actor
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import READ_USAGE
from core.query import Key, Order, Where, list_page
from monitoring.usage.idleness import HOURS_OF_READING, always_on, idle_since, use_of


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


_SINCE = "greatest(a.created_at, o.last_on_at, h.last_held_at)"
_SELECT = f"""
SELECT a.id, a.tag, model_title(m.brand, m.name) AS model, a.school AS school_id,
       coalesce(pp.path, '') AS place, o.last_on_at, h.last_held_at,
       {_SINCE} AS since
  FROM asset a
  JOIN asset_model m ON m.id = a.model
  LEFT JOIN place_path pp ON pp.place = a.place
  CROSS JOIN LATERAL (
       SELECT greatest((SELECT max(ended_at) FROM power_session WHERE asset = a.id),
                       (SELECT max(ends_at) FROM machine_use
                         WHERE asset = a.id AND hours > {HOURS_OF_READING})) AS last_on_at) o
  CROSS JOIN LATERAL (
       SELECT max(coalesce(ended_at, 'infinity')) AS last_held_at FROM custody
        WHERE asset = a.id AND holder_place IS NULL) h
"""
_LONGEST_IDLE_FIRST = Order(Key(_SINCE, datetime, "since"), Key("a.id", int, "id"))


async def list_idle_assets(
    actor: Actor, *, limit: int = DEFAULT_LIMIT, cursor: str | None = None
) -> Page[IdleAsset]:
    """What for 30 days was neither on nor with anybody, the longest idle first (docs/usage.md)."""
    now = clock.now()
    where = Where(
        "a.school = any(:schools::bigint[]) AND a.lifecycle = 'in_service'",
        schools=actor.school_ids_with(READ_USAGE),
    )
    where.add(
        f"{use_of('a', since=':since', until=':until', awake=':awake')} = 'idle'",
        since=idle_since(now),
        until=now,
        awake=always_on(),
    )
    return await list_page(
        IdleAsset, _SELECT, where, _LONGEST_IDLE_FIRST, cursor=cursor, limit=limit
    )
