"""Devices as people see them: who they are, whether they answer, what they said last."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

import msgspec

from core import clock
from core.access import Actor
from core.changes import changed_since
from core.database import fetch_one
from core.errors import Message, say
from core.numbers import Id
from core.paging import Page
from core.query import Key, Orders, Where, by_place_in, get_row, in_sight, list_page
from monitoring.decoding.metrics import METRICS
from monitoring.decoding.readings import Reading, State
from monitoring.profiles import Profile, family, profile_named
from monitoring.profiles.loader import FALLBACK


class DeviceState(StrEnum):
    """Whether the device answers: ``unknown`` before the first visit, and when it refuses us."""

    up = "up"
    down = "down"
    unknown = "unknown"


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """One device. ``profile``, ``interval_seconds`` and ``may_sleep`` are what holds; ``chosen_…``
    what people set against the profile, None where they left it.

    ``trouble`` is why the last visit failed, None after a good one.
    """

    id: int
    school_id: int
    asset_id: int
    asset_tag: str
    name: str
    place: str
    address: str
    port: int
    method: Literal["snmp", "ping"]
    credential_id: int | None
    credential_name: str
    mac: str | None
    any_source: bool
    state: DeviceState
    trouble: Message | str | None
    failures: int
    identity: dict[str, str]
    recognised: str | None
    chosen_profile: str | None
    chosen_interval_seconds: int | None
    chosen_may_sleep: bool | None
    last_seen_at: datetime | None
    last_polled_at: datetime | None
    next_poll_at: datetime
    paused_at: datetime | None
    open_alerts: int
    version: int
    profile: str = FALLBACK
    interval_seconds: int = 60
    may_sleep: bool = False


class DeviceFilter(msgspec.Struct, frozen=True):
    """Which devices a list shows; ``q`` looks in tags, names, addresses and places."""

    q: str | None = None
    school_id: Id | None = None
    state: DeviceState | None = None
    profile: str | None = None
    with_alerts: bool = False
    changed_since: datetime | None = None

    @property
    def active(self) -> int:
        """How many filters are in use, apart from the search, the state and the alerts."""
        return sum(1 for value in (self.school_id, self.profile) if value)


class LatestReading(msgspec.Struct, frozen=True):
    """One value of the last good visit, and when that was."""

    metric: str
    instance: str
    value: int | float | str | None
    unit: str | None
    state: State
    at: datetime

    @property
    def is_stale(self) -> bool:
        """Whether it tells of a time that is long over."""
        return clock.now() - self.at > STALE_AFTER


STALE_AFTER = timedelta(minutes=15)

MISSING = say("There is no such device, or it is not of your school")
SELECT = """
SELECT d.id, d.school AS school_id, d.asset AS asset_id, a.tag AS asset_tag,
       device_name(a.name, d.identity, m.brand, m.name) AS name,
       coalesce(pp.path, '') AS place,
       d.address, d.port, d.method, d.credential AS credential_id,
       coalesce(c.name, '') AS credential_name, d.mac, d.any_source,
       d.state, d.trouble, d.failures, d.identity, d.recognised,
       d.profile AS chosen_profile, d.interval_seconds AS chosen_interval_seconds,
       d.may_sleep AS chosen_may_sleep, d.last_seen_at, d.last_polled_at, d.next_poll_at,
       d.paused_at, d.version,
       (SELECT count(*) FROM alert l WHERE l.device = d.id AND l.cleared_at IS NULL) AS open_alerts
  FROM device d
  JOIN asset a ON a.id = d.asset
  JOIN asset_model m ON m.id = a.model
  LEFT JOIN credential c ON c.id = d.credential
  LEFT JOIN place_path pp ON pp.place = a.place
"""
ORDERS = Orders(
    "tag",
    Key("d.id", int, "id"),
    tag=Key("a.tag", str, "asset_tag"),
    name=Key("device_name(a.name, d.identity, m.brand, m.name)", str, "name"),
    state=by_place_in(list(DeviceState), "d.state", "state"),
    place=Key("coalesce(pp.path, '')", str, "place"),
    address=Key("d.address", str, lambda row: str(row.address)),
    last_seen_at=Key("d.last_seen_at", datetime, "last_seen_at", is_optional=True),
)


async def list_devices(
    actor: Actor,
    only: DeviceFilter,
    *,
    limit: int = 50,
    cursor: str | None = None,
    sort: str | None = None,
) -> Page[Device]:
    """The devices of the actor's schools that fit, by tag or by ``sort``."""
    order = ORDERS.chosen(sort)
    schools = actor.schools_for(only.school_id)
    page = await list_page(
        Device,
        SELECT,
        _where(actor, only),
        order,
        cursor=cursor,
        limit=limit,
        changed=changed_since(only.changed_since, "device", "d.id", schools),
    )
    return msgspec.structs.replace(page, items=[with_profile(row) for row in page.items])


async def get_device(actor: Actor, device_id: int) -> Device:
    """One device in the actor's sight, else NotFound."""
    where = in_sight(actor, "d", device_id)
    where.add("d.removed_at IS NULL")
    found = await get_row(Device, SELECT, where, MISSING)
    return with_profile(found)


async def find_by_asset(actor: Actor, asset_id: int) -> Device | None:
    """The device of an asset in the actor's sight, for the box "live state" on its page."""
    found = await fetch_one(
        Device,
        f"{SELECT} WHERE d.asset = $1 AND d.school = any($2::bigint[]) AND d.removed_at IS NULL",
        asset_id,
        actor.school_ids,
    )
    return None if found is None else with_profile(found)


async def latest_readings(actor: Actor, device_id: int) -> list[LatestReading]:
    """All that the last good visit read, in the profile's order; empty before the first."""
    await get_device(actor, device_id)
    row = await fetch_one(
        _Latest, "SELECT at, readings FROM latest_visit WHERE device = $1", device_id
    )
    if row is None:
        return []
    return [
        LatestReading(r.metric, r.instance, r.value, r.unit, r.state, row.at)
        for r in row.readings
        if r.metric in METRICS
    ]


def profile_of(chosen: str | None, recognised: str | None) -> Profile:
    """The profile that holds: chosen by people, else recognised, else the generic one."""
    for name in (chosen, recognised, FALLBACK):
        found = profile_named(name) if name else None
        if found is not None:
            return found
    raise LookupError(f"the profile {FALLBACK!r} is missing")


def with_profile(device: Device) -> Device:
    """The device with what follows from its profile and from what people chose."""
    profile = profile_of(device.chosen_profile, device.recognised)
    sleeps = device.chosen_may_sleep
    return msgspec.structs.replace(
        device,
        profile=profile.name,
        interval_seconds=device.chosen_interval_seconds or profile.interval_seconds,
        may_sleep=profile.may_sleep if sleeps is None else sleeps,
    )


class _Latest(msgspec.Struct, frozen=True):
    at: datetime
    readings: list[Reading]


def _where(actor: Actor, only: DeviceFilter) -> Where:
    schools = actor.schools_for(only.school_id)
    where = Where("d.removed_at IS NULL AND d.school = any(:schools::bigint[])", schools=schools)
    where.add_given("d.state = :state", state=only.state)
    if only.profile:
        where.add(
            "coalesce(d.profile, d.recognised, 'generic') = any(:profiles::text[])",
            profiles=family(only.profile),
        )
    if only.with_alerts:
        where.add("EXISTS (SELECT FROM alert l WHERE l.device = d.id AND l.cleared_at IS NULL)")
    where.add_given(
        "strpos(lower(concat_ws(' ', a.tag, a.name, m.brand, m.name, d.address,"
        " d.identity ->> 'name', pp.path)), lower(:q)) > 0",
        q=(only.q or "").strip(),
    )
    return where
