"""Which worker visits which device: devices claimed before they are due, under a lease, so that workers share them.

A claim brings everything that a visit is judged by, so that no visit asks the database itself.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property
from time import monotonic, time
from zoneinfo import ZoneInfo

import msgspec

from core import clock
from core.database import execute, fetch, transaction
from inventory.assets.shapes import NO_LONGER_USED
from monitoring.alerting.expected_hours import is_expected, spans_from_json
from monitoring.alerting.parents import Standing
from monitoring.devices.credentials import EncryptedCredential, Version
from monitoring.devices.views import DeviceState, profile_of
from monitoring.polling.counters import Known
from monitoring.polling.scheduler import SUSPECT_AFTER_FAILURES
from monitoring.profiles import Profile
from monitoring.snmp import Address, AuthProtocol, PrivProtocol

# A claim waits until it is due, is visited and saved within this time; then others may take over.
LEASE_SECONDS = 45
AHEAD_SECONDS = 3.0
# Of device.method: there is no agent, and only a ping tells whether the device is on.
PING = "ping"
VISIT_SECONDS = 30
SAVE_SECONDS = 8  # from the end of a visit until its result is sure to be in the database


class Claim(msgspec.Struct, frozen=True, kw_only=True, dict=True, eq=False):
    """A device that is ours to visit until the lease ends, and what is known of it.

    The fields that end in ``_json`` are read when they are needed: many are not, at most visits.
    """

    device_id: int
    school_id: int
    version_of_device: int
    method: str
    host: str
    port: int
    any_source: bool
    # Whether the operator lets the school use the address.
    is_granted: bool = True
    next_poll_at: datetime
    chosen_profile: str | None
    recognised: str | None
    chosen_interval_seconds: int | None
    chosen_may_sleep: bool | None
    asset_name: str
    tag: str
    own_name: str | None
    object_id: str | None
    state: DeviceState
    failures: int
    last_seen_at: datetime | None
    last_polled_at: datetime | None
    ping_seen_at: datetime | None
    uptime_json: str | None
    # Of the last good visit.
    visited_at: datetime | None
    counts_json: str | None
    pending_json: str | None
    plan_json: str | None
    planned_at: datetime | None
    open_keys_json: str
    parent_id: int | None
    parent_state: DeviceState | None
    parent_failures: int | None
    parent_seen_at: datetime | None
    parent_is_watched: bool
    hours_json: str | None
    zone: str
    # Of its credential; a device that is only pinged has none.
    version: Version | None
    user_name: str | None
    auth_protocol: AuthProtocol | None
    priv_protocol: PrivProtocol | None
    context: str | None
    sealed: bytes | None
    # By our own clocks, and rather too early: the lease is the database's.
    leased_at: float = msgspec.field(default_factory=monotonic)
    read_at: float = msgspec.field(default_factory=time)

    def __repr__(self) -> str:
        return f"Claim(device_id={self.device_id})"

    @property
    def credential(self) -> EncryptedCredential | None:
        if self.version is None or self.sealed is None:
            return None
        return EncryptedCredential(
            self.school_id,
            self.version,
            self.user_name or "",
            self.auth_protocol,
            self.priv_protocol,
            self.context or "",
            self.sealed,
        )

    @property
    def address(self) -> Address:
        return Address(self.host, self.port)

    @property
    def due_at(self) -> float:
        """Its moment on the monotonic clock, which nobody sets while the claim waits for it."""
        ahead = self.next_poll_at.timestamp() - self.read_at
        return self.leased_at + min(ahead, AHEAD_SECONDS)

    @property
    def seconds_left(self) -> float:
        """For how long a visit that begins now may last, and still be saved within the lease."""
        return min(self.leased_at + LEASE_SECONDS - SAVE_SECONDS - monotonic(), VISIT_SECONDS)

    @property
    def is_suspect(self) -> bool:
        """Whether it has been silent for so long that it may be gone."""
        return self.failures >= SUSPECT_AFTER_FAILURES

    @property
    def known_profile(self) -> str | None:
        return self.chosen_profile or self.recognised

    @cached_property
    def profile(self) -> Profile:
        return profile_of(self.chosen_profile, self.recognised)

    @property
    def interval_seconds(self) -> int:
        return self.chosen_interval_seconds or self.profile.interval_seconds

    @property
    def may_sleep(self) -> bool:
        chosen = self.chosen_may_sleep
        return self.profile.may_sleep if chosen is None else chosen

    @cached_property
    def uptime(self) -> Known | None:
        return msgspec.json.decode(self.uptime_json, type=Known) if self.uptime_json else None

    @property
    def parent(self) -> Standing | None:
        if self.parent_state is None:
            return None
        return Standing(
            self.parent_state,
            self.parent_failures or 0,
            self.parent_seen_at,
            self.parent_is_watched,
        )

    def is_expected(self, at: datetime) -> bool | None:
        """Whether it ought to be on at that moment; None when it has no expected hours."""
        if self.hours_json is None:
            return None
        return is_expected(spans_from_json(self.hours_json), at, ZoneInfo(self.zone))

    def name(self, identity: dict[str, str] | None = None) -> str:
        """What people call it: its asset's name, else its own, else the tag."""
        own = (identity or {}).get("name") or self.own_name
        return self.asset_name or own or self.tag


# The plan of a claim is made anew each time: one that was made for empty tables reads them through.
FOR_THIS_CLAIM = (
    "SELECT set_config('synchronous_commit', 'off', true),"
    " set_config('plan_cache_mode', 'force_custom_plan', true)"
)
CLAIM = """
WITH due AS (
    SELECT d.id FROM device d JOIN asset a ON a.id = d.asset
     WHERE d.removed_at IS NULL AND d.paused_at IS NULL
       AND d.next_poll_at <= :now::timestamptz + :ahead_seconds::float8 * interval '1 second'
       AND (d.lease_until IS NULL OR d.lease_until < now())
       AND (d.failures >= :suspect_after) = :suspect AND d.method = ANY (:methods::text[])
       AND a.lifecycle <> ALL (:no_longer_used::text[])
     ORDER BY d.next_poll_at LIMIT :at_most FOR UPDATE OF d SKIP LOCKED),
taken AS (
    UPDATE device d SET leased_by = :worker,
                       lease_until = now() + :lease_seconds * interval '1 second'
      FROM due WHERE d.id = due.id RETURNING d.*)
SELECT d.id AS device_id, d.school AS school_id,
       d.version AS version_of_device, d.method, d.address AS host, d.port,
       d.any_source, network_is_granted(d.school, d.address) AS is_granted,
       d.next_poll_at, d.profile AS chosen_profile, d.recognised,
       d.interval_seconds AS chosen_interval_seconds, d.may_sleep AS chosen_may_sleep,
       a.name AS asset_name, a.tag, d.identity ->> 'name' AS own_name,
       d.identity ->> 'sys_object_id' AS object_id, d.state, d.failures, d.last_seen_at,
       d.last_polled_at, d.ping_seen_at, d.uptime::text AS uptime_json, v.at AS visited_at,
       v.counts::text AS counts_json, v.pending::text AS pending_json,
       v.plan::text AS plan_json, v.planned_at,
       coalesce((SELECT jsonb_agg(jsonb_build_array(l.rule, l.instance)) FROM alert l
                  WHERE l.device = d.id AND l.cleared_at IS NULL AND l.quiet_at IS NULL),
                '[]')::text AS open_keys_json,
       p.id AS parent_id, p.state AS parent_state, p.failures AS parent_failures,
       greatest(p.last_seen_at, p.ping_seen_at) AS parent_seen_at,
       coalesce(p.removed_at IS NULL AND p.paused_at IS NULL, false) AS parent_is_watched,
       h.spans::text AS hours_json, s.zone, c.version, c.user_name, c.auth_protocol,
       c.priv_protocol, c.context, c.sealed
  FROM taken d
  JOIN asset a ON a.id = d.asset
  JOIN school s ON s.id = d.school
  LEFT JOIN credential c ON c.id = d.credential
  LEFT JOIN latest_visit v ON v.device = d.id
  LEFT JOIN device p ON p.id = d.parent
  LEFT JOIN expected_hours h ON h.id = d.hours
 ORDER BY d.next_poll_at
"""


async def claim_ahead(
    worker: str, *, limit: int, suspect: bool, methods: Sequence[str], ahead_seconds: float
) -> list[Claim]:
    """Take up to ``limit`` devices that are due soon: those that answer, or those that do not.

    A device that another worker holds is passed over, until that worker's lease has run out.
    Leases are measured by the database's clock, which all workers share. They do not wait for the
    disk: one that a crash of the database forgets costs a second visit, of which one is saved.
    """
    async with transaction():
        await execute(FOR_THIS_CLAIM)
        return await fetch(
            Claim,
            CLAIM,
            now=clock.now(),
            ahead_seconds=ahead_seconds,
            suspect_after=SUSPECT_AFTER_FAILURES,
            suspect=suspect,
            methods=list(methods),
            no_longer_used=list(NO_LONGER_USED),
            at_most=limit,
            worker=worker,
            lease_seconds=LEASE_SECONDS,
        )


async def release(worker: str, due_times: Iterable[tuple[int, datetime]]) -> None:
    """Release devices unvisited until the moments given; those that are ours no more stay as they are."""
    devices, due = zip(*due_times, strict=True)
    await execute(
        "UPDATE device d SET next_poll_at = t.due, leased_by = NULL, lease_until = NULL"
        " FROM unnest($2::bigint[], $3::timestamptz[]) AS t(device, due)"
        " WHERE d.id = t.device AND d.id IN (SELECT id FROM device WHERE id = any($2::bigint[])"
        " AND leased_by = $1 ORDER BY id FOR NO KEY UPDATE)",
        worker,
        list(devices),
        list(due),
    )


async def release_all(worker: str) -> None:
    """Release what was claimed and not visited, so that another worker need not wait."""
    await execute(
        "UPDATE device SET leased_by = NULL, lease_until = NULL WHERE id IN"
        " (SELECT id FROM device WHERE leased_by = $1 ORDER BY id FOR NO KEY UPDATE)",
        worker,
    )
