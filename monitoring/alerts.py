"""Alerts: one episode a fault, from its raising to its clearing, tied to the work order it opened."""

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from core import clock
from core.access import Actor, Role
from core.database import execute, fetch, fetch_one, fetch_value, transaction
from core.errors import Conflict, Message, NotFound, say
from core.paging import Page, checked_limit, decode_cursor, page_of
from inventory import repairs
from inventory.queries import Conditions

KEEPERS = (Role.admin, Role.technician)

SAME_WORDS_AGAIN_AFTER = timedelta(hours=1)

AlertState = Literal["raised", "acknowledged", "cleared"]
AlertSeverity = Literal["warning", "critical"]
ORDER_SEVERITY: dict[AlertSeverity, Literal["normal", "high"]] = {
    "warning": "normal",
    "critical": "high",
}


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One episode; ``message`` is a sentence for the reader's language, or already in it."""

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
    work_order_id: int | None


class AlertFilter(msgspec.Struct, frozen=True):
    """Which alerts a list shows; ``is_open`` None shows all."""

    school_id: int | None = None
    device_id: int | None = None
    is_open: bool | None = None
    severity: AlertSeverity | None = None
    q: str | None = None


class Finding(msgspec.Struct, frozen=True):
    """A fault that a visit found: which rule, of what, how grave, and in words."""

    rule: str
    instance: str
    severity: AlertSeverity
    message: Message


SELECT = """
SELECT l.id, l.school AS school_id, l.device AS device_id, a.tag AS asset_tag,
       coalesce(nullif(a.name, ''), nullif(d.identity ->> 'name', ''),
                btrim(m.brand || ' ' || m.name)) AS device_name,
       l.rule, l.instance, l.severity, l.message, l.raised_at, l.acknowledged_at,
       coalesce(p.name, '') AS acknowledged_by, l.cleared_at, l.work_order AS work_order_id,
       CASE WHEN l.cleared_at IS NOT NULL THEN 'cleared'
            WHEN l.acknowledged_at IS NOT NULL THEN 'acknowledged' ELSE 'raised' END AS state
  FROM alert l
  JOIN device d ON d.id = l.device
  JOIN asset a ON a.id = d.asset
  JOIN asset_model m ON m.id = a.model
  LEFT JOIN person p ON p.id = l.acknowledged_by
"""


async def list_alerts(
    actor: Actor, only: AlertFilter, *, limit: int = 50, cursor: str | None = None
) -> Page[Alert]:
    """The alerts of the actor's schools that fit, the newest first."""
    checked_limit(limit)
    where = _conditions(actor, only)
    if cursor:
        where.add("(l.raised_at, l.id) < ({}, {})", *decode_cursor(cursor, datetime, int))
    rows = await fetch(
        Alert,
        f"{SELECT} WHERE {where.sql()} ORDER BY l.raised_at DESC, l.id DESC LIMIT {limit + 1}",
        *where.args,
    )
    return page_of(rows, limit, lambda alert: (alert.raised_at, alert.id))


async def get_alert(actor: Actor, alert_id: int) -> Alert:
    """One alert in the actor's sight, else NotFound."""
    found = await fetch_one(
        Alert,
        f"{SELECT} WHERE l.id = $1 AND l.school = any($2::bigint[])",
        alert_id,
        actor.school_ids,
    )
    if found is None:
        raise NotFound(say("There is no such alert, or it is not of your school"))
    return found


async def acknowledge(actor: Actor, alert_id: int) -> Alert:
    """Say that somebody takes care; a second time changes nothing, a cleared one is a Conflict."""
    alert = await get_alert(actor, alert_id)
    actor.require(alert.school_id, *KEEPERS)
    if alert.cleared_at is not None:
        raise Conflict(say("This alert has cleared already"), code="alert_cleared")
    async with transaction(actor):
        await execute(
            "UPDATE alert SET acknowledged_at = $2, acknowledged_by = $3"
            " WHERE id = $1 AND acknowledged_at IS NULL AND cleared_at IS NULL",
            alert_id,
            clock.now(),
            actor.person_id,
        )
    return await get_alert(actor, alert_id)


async def raise_alert(actor: Actor, device_id: int, finding: Finding) -> int | None:
    """Begin an episode and open its work order, both or neither; None if it is open already.

    Joins the caller's transaction. An asset that has left the books gets no work order.
    """
    async with transaction(actor):
        alert_id: int | None = await fetch_value(
            "INSERT INTO alert (school, device, rule, instance, severity, message, raised_at)"
            " SELECT school, id, $2, $3, $4, $5, $6 FROM device WHERE id = $1"
            " ON CONFLICT DO NOTHING RETURNING id",
            device_id,
            finding.rule,
            finding.instance,
            finding.severity,
            msgspec.json.encode(finding.message).decode(),
            clock.now(),
        )
        if alert_id is None:
            return None
        await _open_order(actor, alert_id, device_id, finding)
    return alert_id


async def clear_alert(actor: Actor, device_id: int, rule: str, instance: str) -> None:
    """End an episode; its work order is told, and stays open until a person closes it."""
    await _end(
        actor,
        "rule = $3 AND instance = $4",
        say("The alert has cleared by itself"),
        device_id,
        rule,
        instance,
    )


async def end_all(actor: Actor, device_id: int, why: Message) -> None:
    """End every open episode of a device that is watched no longer."""
    await _end(actor, "true", why, device_id)


async def _end(actor: Actor, where: str, why: Message, device_id: int, *args: object) -> None:
    async with transaction(actor):
        ended = await fetch(
            _Ended,
            "UPDATE alert SET cleared_at = $2 WHERE device = $1 AND cleared_at IS NULL"
            f" AND {where} RETURNING work_order",
            device_id,
            clock.now(),
            *args,
        )
        for order_id in {row.work_order for row in ended if row.work_order is not None}:
            await _tell(actor, order_id, why)


async def _open_order(actor: Actor, alert_id: int, device_id: int, finding: Finding) -> None:
    """The work order of the fault: a new one, or the one that is open already and is told."""
    begun = clock.now()
    asset_id: int = await fetch_value("SELECT asset FROM device WHERE id = $1", device_id)
    try:
        order = await repairs.open_work_order(
            actor,
            asset_id=asset_id,
            source="alert",
            fault=f"monitoring:{finding.rule}",
            summary=finding.message,
            severity=ORDER_SEVERITY[finding.severity],
        )
    except Conflict:
        return
    await execute("UPDATE alert SET work_order = $2 WHERE id = $1", alert_id, order.id)
    if order.opened_at < begun:
        await _tell(actor, order.id, say("Monitoring reports: {fault}", fault=finding.message))


async def _tell(actor: Actor, order_id: int, what: Message) -> None:
    """Comment on an open order, but not the same thing again and again: some faults flap."""
    order = await repairs.get_work_order(actor, order_id)
    if order.is_closed:
        return
    said = (what.template, msgspec.to_builtins(what.params))
    lately = clock.now() - SAME_WORDS_AGAIN_AFTER
    entries = await repairs.entries_of(actor, order_id)
    if not any(e.at > lately and (e.found, e.found_params) == said for e in entries):
        await repairs.comment(actor, order_id, what)


class _Ended(msgspec.Struct, frozen=True):
    work_order: int | None


def _conditions(actor: Actor, only: AlertFilter) -> Conditions:
    if only.school_id is not None:
        actor.require(only.school_id)
    where = Conditions()
    schools = actor.school_ids if only.school_id is None else [only.school_id]
    where.add("l.school = any({}::bigint[])", schools)
    if only.device_id is not None:
        where.add("l.device = {}", only.device_id)
    if only.is_open is not None:
        where.parts.append(f"l.cleared_at IS {'' if only.is_open else 'NOT '}NULL")
    if only.severity is not None:
        where.add("l.severity = {}", only.severity)
    if only.q and only.q.strip():
        where.add(
            "strpos(lower(concat_ws(' ', a.tag, a.name, d.identity ->> 'name', l.instance)),"
            " lower({})) > 0",
            only.q.strip(),
        )
    return where
