"""Outcomes into the database: many visits in one transaction, each only while its lease is ours."""

from collections.abc import Sequence
from datetime import UTC

import msgspec

from core.access import Actor
from core.database import execute, fetch, transaction
from monitoring.alerting import alerts, parents
from monitoring.devices.views import DeviceState
from monitoring.history import samples
from monitoring.polling import power_sessions
from monitoring.polling.outcomes import Kept, Outcome
from monitoring.topology import store as ports


class Written(msgspec.Struct, frozen=True):
    """What became of a batch; ``lost`` are those whose lease, or whose settings, had changed."""

    kept: list[Outcome]
    lost: int
    rows: int


class _Held(msgspec.Struct, frozen=True):
    id: int
    version: int


async def keep(worker: str, outcomes: Sequence[Outcome]) -> Written:
    """Keep the outcomes of visits to different devices, all or none.

    What was visited and is another worker's by now, was changed by people, paused or removed, is
    left out: whoever has it next sees it as it is now.
    """
    days = {one.at.astimezone(UTC).date() for one in outcomes}
    await samples.prepare_days(min(days), max(days))
    actor = _actor(outcomes)
    async with transaction(actor):
        held = await _hold(worker, [one.device_id for one in outcomes])
        ours = sorted(
            (one for one in outcomes if held.get(one.device_id) == one.version),
            key=lambda one: one.device_id,
        )
        rows = await _keep_all(ours)
        changes = [one.changes for one in ours if one.changes.raised or one.changes.cleared]
        if changes:
            await alerts.keep(actor, changes)
        await _let_go(worker, [one for one in held if one not in {o.device_id for o in ours}])
    return Written(ours, len(outcomes) - len(ours), rows)


async def look_around(kept: Sequence[Outcome]) -> None:
    """What follows for other devices, after the visits themselves are kept.

    A silent device's parent is asked at once, and after a parent is back those behind it; what a
    switch told of its ports is written down. Losing this to a crash does no harm.
    """
    unsure = {one.unsure_parent for one in kept if one.unsure_parent is not None}
    back = [
        one.device_id
        for one in kept
        if one.after is DeviceState.up and one.before is not DeviceState.up
    ]
    if unsure:
        await parents.visit_at_once(unsure)
    if back:
        await parents.visit_children_soon(back)
    for one in kept:
        if one.kept is not None:
            await ports.keep(one.device_id, one.school_id, one.kept.surroundings, one.at)


def _actor(outcomes: Sequence[Outcome]) -> Actor:
    return Actor.system("monitoring", sorted({one.school_id for one in outcomes}))


async def _hold(worker: str, device_ids: list[int]) -> dict[int, int]:
    """Lock those that are still ours, in the order in which everybody locks devices."""
    rows = await fetch(
        _Held,
        "SELECT id, version FROM device WHERE id = any($1::bigint[]) AND leased_by = $2"
        " AND removed_at IS NULL AND paused_at IS NULL ORDER BY id FOR NO KEY UPDATE",
        device_ids,
        worker,
    )
    return {row.id: row.version for row in rows}


async def _keep_all(ours: list[Outcome]) -> int:
    good = [(one, one.kept) for one in ours if one.kept is not None]
    rows = [row for _, kept in good for row in kept.samples]
    if rows:
        await samples.write_rows(rows)
    if good:
        await _keep_latest(good)
        await _keep_up(good)
        await power_sessions.record_all([kept.was_on for _, kept in good if kept.was_on])
    if failed := [one for one in ours if one.kept is None]:
        await _keep_failed(failed)
    return len(rows) + len(good) + len(ours)


async def _keep_latest(good: list[tuple[Outcome, Kept]]) -> None:
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
        readings=[kept.readings for _, kept in good],
        counts=[kept.counts for _, kept in good],
        pending=[kept.pending for _, kept in good],
        plans=[kept.plan for _, kept in good],
    )


async def _keep_up(good: list[tuple[Outcome, Kept]]) -> None:
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
        recognised=[kept.recognised for _, kept in good],
        identities=[kept.identity for _, kept in good],
        uptimes=[kept.uptime for _, kept in good],
    )


async def _keep_failed(failed: list[Outcome]) -> None:
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


async def _let_go(worker: str, changed: list[int]) -> None:
    """What people changed during the visit is visited again, with their settings."""
    if changed:
        await execute(
            "UPDATE device SET leased_by = NULL, lease_until = NULL"
            " WHERE id = any($1::bigint[]) AND leased_by = $2",
            changed,
            worker,
        )
