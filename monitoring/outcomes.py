"""A visit's outcome into the database: one transaction, or nothing if the lease was lost."""

from datetime import datetime

import msgspec

from core import clock
from core.access import Actor
from core.database import execute, fetch_one, transaction
from monitoring import alerts, power, samples, schedules
from monitoring.alerts import DeviceChanges
from monitoring.assessing import Assessment, Before, Pairs, assess
from monitoring.claims import Claim
from monitoring.devices.views import DeviceState
from monitoring.failing import (
    OUR_OWN_RULES,
    Circumstances,
    disproved_by,
    finding_after,
    state_after,
)
from monitoring.profiles import profile_named
from monitoring.snmp import SnmpError
from monitoring.uptimes import Known
from monitoring.visits import Visit


class _Held(msgspec.Struct, frozen=True):
    asset_name: str
    tag: str
    known_name: str | None
    state: DeviceState
    failures: int
    sys_object_id: str | None
    uptime: Known | None

    def name(self, identity: dict[str, str] | None = None) -> str:
        """What people call it: its asset's name, else its own, else the tag."""
        own = (identity or {}).get("name") or self.known_name
        return self.asset_name or own or self.tag


class _Remembered(msgspec.Struct, frozen=True):
    at: datetime
    counts: Pairs
    pending: Pairs


class Change(msgspec.Struct, frozen=True):
    """The device's state before and after, for the log: a line a change, none a visit."""

    before: DeviceState
    after: DeviceState


async def keep_visit(worker: str, claim: Claim, visit: Visit) -> Change | None:
    """Readings, samples, uptime, alerts and the next turn; None when the lease is not ours now."""
    actor = Actor.system("monitoring", [claim.school_id])
    async with transaction(actor):
        held = await _hold(worker, claim)
        if held is None:
            return None
        places = (await alerts.open_places([claim.device_id])).get(claim.device_id, set())
        assessment = assess(
            profile_named(visit.profile) or claim.profile,
            await _before(claim.device_id, held, places),
            visit,
            device_name=held.name(visit.identity),
        )
        at = datetime.fromtimestamp(visit.at, clock.now().tzinfo)
        await _keep_readings(claim, assessment, at)
        await _keep_state(claim, held, visit, assessment, at)
        over = [(rule, "") for rule in OUR_OWN_RULES if (rule, "") in places]
        await alerts.keep(
            actor,
            [
                DeviceChanges(
                    claim.device_id,
                    claim.school_id,
                    raised=assessment.raised,
                    cleared=[*over, *assessment.cleared],
                )
            ],
        )
    return Change(held.state, DeviceState.up)


async def keep_failure(worker: str, claim: Claim, error: SnmpError) -> Change | None:
    """The trouble, the state it means, the next turn, and an alert when it has lasted."""
    actor = Actor.system("monitoring", [claim.school_id])
    async with transaction(actor):
        held = await _hold(worker, claim)
        if held is None:
            return None
        failures = held.failures + 1
        around = Circumstances(failures, claim.may_sleep)
        state = state_after(held.state, error, around)
        now = clock.now()
        await execute(
            "UPDATE device SET state = $2, failures = $3, trouble = $4, last_polled_at = $5,"
            " next_poll_at = $6, leased_by = NULL, lease_until = NULL WHERE id = $1",
            claim.device_id,
            state,
            failures,
            msgspec.json.encode(error.message).decode(),
            now,
            schedules.after_failure(claim.device_id, failures, claim.interval_seconds, now),
        )
        finding = finding_after(held.name(), error, around)
        changes = DeviceChanges(
            claim.device_id,
            claim.school_id,
            raised=[finding] if finding else [],
            cleared=[(rule, "") for rule in disproved_by(error, around)],
        )
        await alerts.keep(actor, [changes])
    return Change(held.state, state)


async def _hold(worker: str, claim: Claim) -> _Held | None:
    """Lock the device if the lease is still ours."""
    return await fetch_one(
        _Held,
        "SELECT a.name AS asset_name, a.tag, d.identity ->> 'name' AS known_name,"
        " d.state, d.failures, d.identity ->> 'sys_object_id' AS sys_object_id, d.uptime"
        " FROM device d JOIN asset a ON a.id = d.asset WHERE d.id = $1 AND d.leased_by = $2"
        " AND d.removed_at IS NULL AND d.paused_at IS NULL FOR UPDATE OF d",
        claim.device_id,
        worker,
    )


async def _before(device_id: int, held: _Held, places: set[tuple[str, str]]) -> Before:
    row = await fetch_one(
        _Remembered, "SELECT at, counts, pending FROM latest_visit WHERE device = $1", device_id
    )
    if row is None:
        return Before(uptime=held.uptime, open_places=sorted(places))
    return Before(held.uptime, row.at.timestamp(), row.counts, row.pending, sorted(places))


async def _keep_readings(claim: Claim, assessment: Assessment, at: datetime) -> None:
    await samples.write(claim.device_id, at, assessment.readings)
    await execute(
        "INSERT INTO latest_visit (device, at, readings, counts, pending)"
        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (device) DO UPDATE SET at = excluded.at,"
        " readings = excluded.readings, counts = excluded.counts, pending = excluded.pending",
        claim.device_id,
        at,
        *(
            msgspec.json.encode(kept).decode()
            for kept in (assessment.readings, assessment.counts, assessment.pending)
        ),
    )
    if assessment.followed is not None:
        await power.record(claim.device_id, assessment.followed, at)


async def _keep_state(
    claim: Claim, held: _Held, visit: Visit, assessment: Assessment, at: datetime
) -> None:
    """Another sysObjectID, or a reboot, may mean another device: then it is recognised anew."""
    followed = assessment.followed
    same = held.sys_object_id in (None, visit.identity.get("sys_object_id"))
    is_certain = same and not (followed and followed.rebooted)
    await execute(
        "UPDATE device SET state = 'up', failures = 0, trouble = NULL, recognised = $2,"
        " identity = $3, uptime = $4, last_seen_at = $5, last_polled_at = $5, next_poll_at = $6,"
        " leased_by = NULL, lease_until = NULL WHERE id = $1",
        claim.device_id,
        visit.profile if is_certain else None,
        msgspec.json.encode(visit.identity).decode(),
        msgspec.json.encode(followed.known).decode() if followed else None,
        at,
        schedules.next_due(claim.device_id, _interval(claim, visit), clock.now()),
    )


def _interval(claim: Claim, visit: Visit) -> int:
    profile = profile_named(visit.profile) or claim.profile
    return claim.chosen_interval_seconds or profile.interval_seconds
