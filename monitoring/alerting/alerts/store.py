"""What visits, traps and forecasts found, stored: episodes begin, end, or are seen to come and go."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec

from core import clock
from core.access import Actor
from core.database import execute, fetch, transaction
from core.errors import Message, say
from monitoring.alerting import parents
from monitoring.alerting.alerts.findings import DeviceChanges, Finding
from monitoring.alerting.alerts.work_orders import add_entry, open_order
from monitoring.alerting.maintenance import in_force
from monitoring.profiles.alert_messages import UNREACHABLE

FLAPS = 3
FLAPS_WITHIN = timedelta(hours=1)
# A device that makes up parts, each with a fault of its own, says nothing new by the next one.
MOST_OPEN = 200


class AlertKey(msgspec.Struct, frozen=True):
    """Where an episode belongs: one open alert for each."""

    device_id: int
    rule: str
    instance: str


class Touched(msgspec.Struct, frozen=True):
    """An alert that was just changed, with what an entry in its work order needs."""

    id: int
    device_id: int
    rule: str
    instance: str
    message: Message
    work_order: int | None
    is_flapping: bool


class _AssetOf(msgspec.Struct, frozen=True):
    id: int
    asset: int


KEYS = "unnest(:devices::bigint[], :rules::text[], :instances::text[])"
TOUCHED = (
    "l.id, l.device AS device_id, l.rule, l.instance, l.message, l.work_order,"
    " l.flapping_at IS NOT NULL AS is_flapping"
)


async def apply_changes(actor: Actor, changes: Sequence[DeviceChanges]) -> list[int]:
    """Begin and end the episodes of many devices at once; the ids of the alerts that are new.

    Joins the caller's transaction. Nothing begins while a maintenance
    window is in force: what persists is found again by the next visit. Raising what is open, and
    clearing what is not, change nothing, so callers may repeat themselves.
    """
    cleared = [AlertKey(c.device_id, *key) for c in changes for key in c.cleared]
    raised = [(c.device_id, finding) for c in changes for finding in c.raised]
    if not cleared and not raised:
        return []
    async with transaction(actor):
        # The devices before their alerts, as every visit locks them, or two deadlock.
        touched = [change.device_id for change in changes if change.raised or change.cleared]
        await execute(
            "SELECT FROM device WHERE id = any($1::bigint[]) ORDER BY id FOR NO KEY UPDATE", touched
        )
        await _lock_open(touched)
        await _clear(actor, cleared)
        if raised:
            held_back = await in_force.devices_in_maintenance([d for d, _ in raised], clock.now())
            return await _raise(actor, [r for r in raised if r[0] not in held_back])
    return []


async def raise_alert(actor: Actor, device_id: int, finding: Finding) -> int | None:
    """Begin an episode and open its work order, both or neither; None if nothing new began."""
    begun = await apply_changes(actor, [DeviceChanges(device_id, 0, raised=[finding])])
    return begun[0] if begun else None


async def clear_alert(actor: Actor, device_id: int, rule: str, instance: str) -> None:
    """End an episode; its work order gets an entry, and stays open until a person closes it."""
    await apply_changes(actor, [DeviceChanges(device_id, 0, cleared=[(rule, instance)])])


async def open_keys(device_ids: Iterable[int]) -> dict[int, set[tuple[str, str]]]:
    """The rules and instances at fault by device: what is open, less what is quiet while flapping.

    Visits are judged against these.
    """
    found: dict[int, set[tuple[str, str]]] = {}
    for key in await fetch(
        AlertKey,
        "SELECT device AS device_id, rule, instance FROM alert"
        " WHERE device = any($1::bigint[]) AND cleared_at IS NULL AND quiet_at IS NULL",
        list(device_ids),
    ):
        found.setdefault(key.device_id, set()).add((key.rule, key.instance))
    return found


async def _lock_open(device_ids: Sequence[int]) -> None:
    """Lock all open alerts of the devices, in the order in which people's choices lock them."""
    await execute(
        "SELECT FROM alert WHERE device = any($1::bigint[]) AND cleared_at IS NULL ORDER BY id"
        " FOR NO KEY UPDATE",
        list(device_ids),
    )


async def end_all(actor: Actor, device_id: int, why: Message) -> None:
    """End every open episode of a device that is watched no longer."""
    async with transaction(actor):
        await _lock_open([device_id])
        ended = await fetch(
            Touched,
            "UPDATE alert l SET cleared_at = $2 WHERE l.device = $1 AND l.cleared_at IS NULL"
            f" RETURNING {TOUCHED}",
            device_id,
            clock.now(),
        )
        for order_id in {alert.work_order for alert in ended if alert.work_order is not None}:
            await add_entry(actor, order_id, why)


async def _clear(actor: Actor, keys: list[AlertKey]) -> None:
    """What flaps only becomes quiet: whether that lasts is seen later (resolution.py)."""
    if not keys:
        return
    touched = await fetch(
        Touched,
        "UPDATE alert l SET cleared_at = CASE WHEN l.flapping_at IS NULL THEN :now::timestamptz END,"
        " quiet_at = CASE WHEN l.flapping_at IS NOT NULL THEN coalesce(l.quiet_at, :now) END"
        f" FROM {KEYS} AS p(device, rule, instance)"
        " WHERE l.device = p.device AND l.rule = p.rule AND l.instance = p.instance"
        f" AND l.cleared_at IS NULL RETURNING {TOUCHED}",
        **_columns(keys),
        now=clock.now(),
    )
    for alert in touched:
        if alert.work_order is not None and not alert.is_flapping:
            await add_entry(actor, alert.work_order, cleared_words(alert.message))


def cleared_words(fault: Message) -> Message:
    """The entry in the work order when a fault ends without anybody's doing."""
    return say("Cleared by itself: {fault}", fault=fault)


async def _raise(actor: Actor, raised: list[tuple[int, Finding]]) -> list[int]:
    if not raised:
        return []
    findings = {AlertKey(device_id, f.rule, f.instance): f for device_id, f in raised}
    keys = sorted(findings, key=lambda p: (p.device_id, p.rule, p.instance))
    now = clock.now()
    await execute(
        "UPDATE alert l SET quiet_at = NULL, flapping_at = :now, episodes = l.episodes + 1"
        f" FROM {KEYS} AS p(device, rule, instance)"
        " WHERE l.device = p.device AND l.rule = p.rule AND l.instance = p.instance"
        " AND l.cleared_at IS NULL AND l.quiet_at IS NOT NULL",
        **_columns(keys),
        now=now,
    )
    findings = await _with_those_behind(findings)
    begun = await _begin(keys, findings, now)
    for alert in await _by_asset(begun):
        finding = findings[AlertKey(alert.device_id, alert.rule, alert.instance)]
        await open_order(actor, alert.id, alert.device_id, finding, is_flapping=alert.is_flapping)
    return [alert.id for alert in begun]


async def _begin(
    keys: list[AlertKey], findings: dict[AlertKey, Finding], now: datetime
) -> list[Touched]:
    """New alerts for what is not open; the third within an hour is known to come and go.

    None for one more part of a device that has more open than anybody could read.
    """
    return await fetch(
        Touched,
        "WITH key AS (SELECT * FROM unnest(:devices::bigint[], :rules::text[], :instances::text[],"
        " :severities::text[], :messages::text[]) AS p(device, rule, instance, severity, message)),"
        " begun AS (SELECT p.*, d.school, (SELECT count(*) FROM alert o WHERE o.device = p.device"
        "  AND o.rule = p.rule AND o.instance = p.instance AND o.raised_at > :lately) AS before"
        "  FROM key p JOIN device d ON d.id = p.device AND d.removed_at IS NULL"
        f"  WHERE p.instance = '' OR {MOST_OPEN} > (SELECT count(*) FROM alert o WHERE o.device = p.device"
        "   AND o.cleared_at IS NULL))"
        " INSERT INTO alert AS l (school, device, rule, instance, severity, message, raised_at,"
        " flapping_at, episodes)"
        " SELECT school, device, rule, instance, severity, message::jsonb, :now::timestamptz,"
        " CASE WHEN before + 1 >= :flaps THEN :now::timestamptz END, before + 1 FROM begun"
        f" ORDER BY device, rule, instance ON CONFLICT DO NOTHING RETURNING {TOUCHED}",
        **_columns(keys),
        severities=[findings[key].severity for key in keys],
        messages=[msgspec.json.encode(findings[key].message).decode() for key in keys],
        now=now,
        lately=now - FLAPS_WITHIN,
        flaps=FLAPS,
    )


async def _by_asset(begun: list[Touched]) -> list[Touched]:
    """In the order in which everybody locks assets, for each order that is opened locks one."""
    if len(begun) < 2:
        return begun
    assets = {
        row.id: row.asset
        for row in await fetch(
            _AssetOf,
            "SELECT id, asset FROM device WHERE id = any($1::bigint[])",
            [alert.device_id for alert in begun],
        )
    }
    return sorted(begun, key=lambda alert: (assets[alert.device_id], alert.id))


async def _with_those_behind(findings: dict[AlertKey, Finding]) -> dict[AlertKey, Finding]:
    """A silent device says how many others depend on it: they are not reported one by one."""
    silent = [key.device_id for key in findings if key.rule == UNREACHABLE]
    behind = await parents.count_behind(silent) if silent else {}
    return {
        key: msgspec.structs.replace(
            finding, message=parents.with_those_behind(finding.message, behind[key.device_id])
        )
        if key.rule == UNREACHABLE and behind.get(key.device_id)
        else finding
        for key, finding in findings.items()
    }


def _columns(keys: Sequence[AlertKey]) -> dict[str, object]:
    """The values of :data:`KEYS`."""
    return {
        "devices": [key.device_id for key in keys],
        "rules": [key.rule for key in keys],
        "instances": [key.instance for key in keys],
    }
