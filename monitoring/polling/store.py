"""Outcomes into the database: many visits in one transaction, each only while its lease is ours."""

from collections.abc import Sequence
from datetime import UTC

import msgspec

from core.access import Actor
from core.database import execute, fetch, transaction
from monitoring.alerting import alerts, parents
from monitoring.decoding.topology import Surroundings
from monitoring.devices.views import DeviceState
from monitoring.history import samples
from monitoring.polling.counters import TOLERANCE_SECONDS, WasOn
from monitoring.polling.outcomes import Outcome, VisitResult
from monitoring.topology import store as ports

NOBODY_AROUND = Surroundings()
MONITORING = Actor.system("monitoring", [])  # signs; what alerts do is done for their schools


class Written(msgspec.Struct, frozen=True):
    """What became of a batch; ``lost`` are those whose lease, or whose settings, had changed."""

    saved: list[Outcome]
    lost: int
    rows: int


class _Locked(msgspec.Struct, frozen=True):
    id: int
    version: int


async def save_outcomes(worker: str, outcomes: Sequence[Outcome]) -> Written:
    """Save the outcomes of visits to different devices, all or none.

    What was visited and is another worker's by now, was changed by people, paused or removed, is
    left out: whoever has it next sees it as it is now.
    """
    days = {one.at.astimezone(UTC).date() for one in outcomes}
    await samples.prepare_days(min(days), max(days))
    async with transaction(MONITORING):
        locked = await _lock(worker, [one.device_id for one in outcomes])
        ours = sorted(
            (one for one in outcomes if locked.get(one.device_id) == one.version),
            key=lambda one: one.device_id,
        )
        rows = await _save_all(ours)
        changes = [one.changes for one in ours if one.changes.raised or one.changes.cleared]
        if changes:
            schools = {one.school_id for one in changes}
            await alerts.apply_changes(Actor.system(MONITORING.name, sorted(schools)), changes)
        await _release(worker, [one for one in locked if one not in {o.device_id for o in ours}])
    return Written(ours, len(outcomes) - len(ours), rows)


async def follow_up(saved: Sequence[Outcome]) -> None:
    """What follows for other devices, after the visits themselves are saved.

    A silent device's parent is asked at once, and after a parent is back those behind it; what a
    switch told of its ports is stored. Losing this to a crash does no harm.
    """
    unsure = {one.unsure_parent for one in saved if one.unsure_parent is not None}
    back = [
        one.device_id
        for one in saved
        if one.after is DeviceState.up and one.before is not DeviceState.up
    ]
    if unsure:
        await parents.visit_at_once(unsure)
    if back:
        await parents.visit_children_soon(back)
    for one in saved:
        if one.result is not None and one.result.surroundings != NOBODY_AROUND:
            await ports.store_surroundings(
                one.device_id, one.school_id, one.result.surroundings, one.at
            )


async def _lock(worker: str, device_ids: list[int]) -> dict[int, int]:
    """Lock those that are still ours, in the order in which everybody locks devices."""
    rows = await fetch(
        _Locked,
        "SELECT id, version FROM device WHERE id = any($1::bigint[]) AND leased_by = $2"
        " AND removed_at IS NULL AND paused_at IS NULL ORDER BY id FOR NO KEY UPDATE",
        device_ids,
        worker,
    )
    return {row.id: row.version for row in rows}


async def _save_all(ours: list[Outcome]) -> int:
    good = [(one, one.result) for one in ours if one.result is not None]
    rows = [row for _, result in good for row in result.samples]
    if rows:
        await samples.write_rows(rows)
    if good:
        await _save_readings(good)
        await _save_answering(good)
        await store_power_sessions([result.was_on for _, result in good if result.was_on])
    if failed := [one for one in ours if one.result is None]:
        await _save_failed(failed)
    return len(rows) + len(good) + len(ours)


async def _save_readings(good: list[tuple[Outcome, VisitResult]]) -> None:
    await execute(
        "INSERT INTO latest_visit AS v (device, at, readings, counts, pending, plan, planned_at)"
        " SELECT device, at, readings::jsonb, counts::jsonb, pending::jsonb, plan::jsonb,"
        " CASE WHEN plan IS NOT NULL THEN at END"
        " FROM unnest(:devices::bigint[], :at::timestamptz[], :readings::text[], :counts::text[],"
        " :pending::text[], :plans::text[]) AS n(device, at, readings, counts, pending, plan)"
        " ON CONFLICT (device) DO UPDATE SET at = excluded.at, readings = excluded.readings,"
        " counts = excluded.counts, pending = excluded.pending,"
        " plan = coalesce(excluded.plan, v.plan),"
        " planned_at = coalesce(excluded.planned_at, v.planned_at)",
        devices=[one.device_id for one, _ in good],
        at=[one.at for one, _ in good],
        readings=[result.readings for _, result in good],
        counts=[result.counts for _, result in good],
        pending=[result.pending for _, result in good],
        plans=[result.plan for _, result in good],
    )


async def _save_answering(good: list[tuple[Outcome, VisitResult]]) -> None:
    await execute(
        "UPDATE device d SET state = 'up', failures = 0, trouble = NULL,"
        " recognised = n.recognised, identity = coalesce(n.identity::jsonb, d.identity),"
        " uptime = n.uptime::jsonb, last_seen_at = n.at, last_polled_at = n.at,"
        " next_poll_at = n.next_poll_at, leased_by = NULL, lease_until = NULL"
        " FROM unnest(:devices::bigint[], :at::timestamptz[], :next_polls::timestamptz[],"
        " :recognised::text[], :identities::text[], :uptimes::text[])"
        " AS n(device, at, next_poll_at, recognised, identity, uptime)"
        " WHERE d.id = n.device",
        devices=[one.device_id for one, _ in good],
        at=[one.at for one, _ in good],
        next_polls=[one.next_poll_at for one, _ in good],
        recognised=[result.recognised for _, result in good],
        identities=[result.identity for _, result in good],
        uptimes=[result.uptime for _, result in good],
    )


async def _save_failed(failed: list[Outcome]) -> None:
    await execute(
        "UPDATE device d SET state = n.state, failures = n.failures, trouble = n.trouble::jsonb,"
        " last_polled_at = n.at, next_poll_at = n.next_poll_at, leased_by = NULL,"
        " ping_seen_at = CASE WHEN n.is_there THEN n.at ELSE d.ping_seen_at END,"
        " lease_until = NULL"
        " FROM unnest(:devices::bigint[], :at::timestamptz[], :next_polls::timestamptz[],"
        " :states::text[], :failures::int[], :troubles::text[], :are_there::bool[])"
        " AS n(device, at, next_poll_at, state, failures, trouble, is_there)"
        " WHERE d.id = n.device",
        devices=[one.device_id for one in failed],
        at=[one.at for one in failed],
        next_polls=[one.next_poll_at for one in failed],
        states=[one.after.value for one in failed],
        failures=[one.failures for one in failed],
        troubles=[one.trouble for one in failed],
        are_there=[one.is_there for one in failed],
    )


async def store_power_sessions(seen: Sequence[WasOn]) -> None:
    """Carry the last power session of each device on, or begin one at its boot.

    Joins the caller's transaction. The sessions of one device never overlap. A session is carried on unless the device was started again, or
    booted after that session's end. The boot of a new session is cut off where the last one ended:
    clocks of agents drift, and a device cannot be on twice.
    """
    if not seen:
        return
    await execute(
        """
        WITH seen AS (
            SELECT * FROM unnest(:devices::bigint[], :booted_at::timestamptz[],
                                 :seen_at::timestamptz[], :rebooted::bool[])
                AS s(device, booted_at, at, rebooted)),
        last AS (
            SELECT s.*, p.id, p.ended_at FROM seen s LEFT JOIN LATERAL (
                SELECT id, ended_at FROM power_session WHERE device = s.device
                 ORDER BY ended_at DESC LIMIT 1) p ON true),
        carried AS (
            UPDATE power_session p SET ended_at = greatest(p.ended_at, l.at) FROM last l
             WHERE p.id = l.id AND NOT l.rebooted
               AND p.ended_at >= l.booted_at - :tolerance * interval '1 second'
            RETURNING p.device)
        INSERT INTO power_session (school, device, asset, started_at, ended_at)
        SELECT d.school, d.id, d.asset, greatest(l.booted_at, l.ended_at), l.at
          FROM last l JOIN device d ON d.id = l.device
         WHERE NOT EXISTS (SELECT FROM carried c WHERE c.device = l.device)
           AND greatest(l.booted_at, l.ended_at) < l.at
        """,
        devices=[one.device_id for one in seen],
        booted_at=[one.booted_at for one in seen],
        seen_at=[one.at for one in seen],
        rebooted=[one.rebooted for one in seen],
        tolerance=TOLERANCE_SECONDS,
    )


async def _release(worker: str, changed: list[int]) -> None:
    """What people changed during the visit is visited again, with their settings."""
    if changed:
        await execute(
            "UPDATE device SET leased_by = NULL, lease_until = NULL"
            " WHERE id = any($1::bigint[]) AND leased_by = $2",
            changed,
            worker,
        )
