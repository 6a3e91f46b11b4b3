"""Alerts as people read them: one episode a fault, from its raising to its clearing."""

from datetime import datetime
from typing import Literal

import msgspec

from core.access import Actor
from core.changes import changed_since
from core.database import fetch
from core.errors import Message, say
from core.numbers import Id
from core.paging import Page
from core.query import Key, Order, Where, get_row, in_sight, list_page
from monitoring.alerting.alerts.findings import AlertSeverity

AlertState = Literal["raised", "acknowledged", "cleared"]


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One episode; ``message`` is a sentence for the reader's language, or already in it.

    A fault that comes and goes is flapping: one alert, of as many ``episodes``.
    """

    id: int
    school_id: int
    device_id: int
    asset_tag: str
    device_name: str
    rule: str
    instance: str
    severity: AlertSeverity
    state: AlertState
    message: Message | str
    raised_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str
    cleared_at: datetime | None
    cleared_by: str
    is_flapping: bool
    episodes: int
    work_order_id: int | None


class AlertFilter(msgspec.Struct, frozen=True):
    """Which alerts a list shows; what is None does not narrow.

    ``place_id`` reaches into what lies in a room, ``is_flapping`` is about what is open.
    """

    school_id: Id | None = None
    device_id: Id | None = None
    is_open: bool | None = None
    severity: AlertSeverity | None = None
    q: str | None = None
    state: AlertState | None = None
    place_id: Id | None = None
    rule: str | None = None
    is_flapping: bool | None = None
    changed_since: datetime | None = None


MISSING = say("There is no such alert, or it is not of your school")
SELECT = """
SELECT l.id, l.school AS school_id, l.device AS device_id, a.tag AS asset_tag,
       device_name(a.name, d.identity, m.brand, m.name) AS device_name,
       l.rule, l.instance, l.severity, l.message, l.raised_at, l.acknowledged_at,
       coalesce(p.name, '') AS acknowledged_by, l.cleared_at,
       coalesce(ender.name, '') AS cleared_by, l.episodes,
       l.flapping_at IS NOT NULL AND l.cleared_at IS NULL AS is_flapping,
       l.work_order AS work_order_id,
       CASE WHEN l.cleared_at IS NOT NULL THEN 'cleared'
            WHEN l.acknowledged_at IS NOT NULL THEN 'acknowledged' ELSE 'raised' END AS state
  FROM alert l
  JOIN device d ON d.id = l.device
  JOIN asset a ON a.id = d.asset
  JOIN asset_model m ON m.id = a.model
  LEFT JOIN person p ON p.id = l.acknowledged_by
  LEFT JOIN person ender ON ender.id = l.cleared_by
"""
NEWEST_FIRST = Order(
    Key("l.raised_at", datetime, "raised_at"), Key("l.id", int, "id"), descending=True
)
STATES: dict[AlertState, str] = {
    "raised": "l.cleared_at IS NULL AND l.acknowledged_at IS NULL",
    "acknowledged": "l.cleared_at IS NULL AND l.acknowledged_at IS NOT NULL",
    "cleared": "l.cleared_at IS NOT NULL",
}
_INSIDE = (
    "a.place IN (WITH RECURSIVE inside AS (SELECT :place::bigint AS id UNION"
    " SELECT p.id FROM place p JOIN inside ON p.parent = inside.id) SELECT id FROM inside)"
)


async def list_alerts(
    actor: Actor, only: AlertFilter, *, limit: int = 50, cursor: str | None = None
) -> Page[Alert]:
    """The alerts of the actor's schools that fit, the newest first."""
    schools = actor.schools_for(only.school_id)
    return await list_page(
        Alert,
        SELECT,
        _where(actor, only),
        NEWEST_FIRST,
        cursor=cursor,
        limit=limit,
        changed=changed_since(only.changed_since, "alert", "l.id", schools),
    )


async def most_urgent(actor: Actor, school_ids: list[int], *, limit: int) -> list[Alert]:
    """What is open at these of the actor's schools, what nobody has taken and the gravest first."""
    seen = sorted(set(school_ids) & set(actor.school_ids))
    return await fetch(
        Alert,
        f"{SELECT} WHERE l.school = any($1::bigint[]) AND l.cleared_at IS NULL"
        " ORDER BY l.acknowledged_at IS NOT NULL, l.severity <> 'critical', l.raised_at DESC,"
        " l.id DESC LIMIT $2",
        seen,
        limit,
    )


async def get_alert(actor: Actor, alert_id: int) -> Alert:
    """One alert in the actor's sight, else NotFound."""
    return await get_row(Alert, SELECT, in_sight(actor, "l", alert_id), MISSING)


def _where(actor: Actor, only: AlertFilter) -> Where:
    schools = actor.schools_for(only.school_id)
    where = Where("l.school = any(:schools::bigint[])", schools=schools)
    where.add_given("l.device = :device", device=only.device_id)
    if only.is_open is not None:
        where.add(f"l.cleared_at IS {'' if only.is_open else 'NOT '}NULL")
    if only.state is not None:
        where.add(STATES[only.state])
    where.add_given("l.severity = :severity", severity=only.severity)
    where.add_given(_INSIDE, place=only.place_id)
    where.add_given("l.rule = :rule", rule=only.rule)
    if only.is_flapping is not None:
        sign = "" if only.is_flapping else "NOT "
        where.add(f"{sign}(l.flapping_at IS NOT NULL AND l.cleared_at IS NULL)")
    where.add_given(
        "strpos(lower(concat_ws(' ', a.tag, a.name, d.identity ->> 'name', l.instance)),"
        " lower(:q)) > 0",
        q=(only.q or "").strip(),
    )
    return where
