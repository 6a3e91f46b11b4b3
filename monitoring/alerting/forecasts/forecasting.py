"""Forecasts from the roll-ups: of one device for its page, of all of them every hour for alerts."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from math import inf, isfinite

import msgspec

from core import clock
from core.access import Actor
from core.database import fetch
from monitoring.alerting import alerts, rules, thresholds
from monitoring.alerting.alerts import DeviceChanges
from monitoring.alerting.forecasts.lines import Point, days_left
from monitoring.alerting.rule_findings import finding_of
from monitoring.decoding.readings import Reading
from monitoring.devices.views import profile_of
from monitoring.profiles import Profile

LOOK_BACK_DAYS = 60
SHOWN_DAYS = 90
DEVICES_AT_ONCE = 200
DAY_SECONDS = 86_400


class Outlook(msgspec.Struct, frozen=True):
    """What is forecast of a metric: as which metric of days, and which alert says it already."""

    days_metric: str
    is_rising: bool
    said_by: str


OUTLOOKS = {
    "supply_level": Outlook("supply_days_left", is_rising=False, said_by="supply_low"),
    "disk_used": Outlook("disk_days_left", is_rising=True, said_by="disk_full"),
}


class Forecast(msgspec.Struct, frozen=True):
    """In so many days the part is empty (a supply) or full (a disk)."""

    device_id: int
    metric: str
    instance: str
    days: float

    @property
    def reading(self) -> Reading:
        return Reading(OUTLOOKS[self.metric].days_metric, self.instance, self.days, "days")


class _Series(msgspec.Struct, frozen=True):
    device_id: int
    metric: str
    instance: str
    at: list[float]
    value: list[float]

    @property
    def points(self) -> list[Point]:
        return list(zip(self.at, self.value, strict=True))


class _Watched(msgspec.Struct, frozen=True):
    id: int
    school_id: int
    name: str
    chosen_profile: str | None
    recognised: str | None


# Days that are whole, and of the present one its latest hour: a cartridge changed this morning
# is known before the night.
_SERIES = """
WITH level AS (
    SELECT device, metric, instance, extract(epoch FROM day)::float8 / 86400 + 0.5 AS at,
           mean AS value
      FROM sample_day WHERE device = any(:devices::bigint[]) AND metric = any(:metrics::text[])
       AND day >= :first::date AND day < :today::date
     UNION ALL
    SELECT * FROM (
        SELECT DISTINCT ON (device, metric, instance) device, metric, instance,
               extract(epoch FROM hour)::float8 / 86400, mean
          FROM sample_hour WHERE device = any(:devices::bigint[]) AND metric = any(:metrics::text[])
           AND hour >= :midnight ORDER BY device, metric, instance, hour DESC) AS latest
)
SELECT device AS device_id, metric, instance, array_agg(at ORDER BY at) AS at,
       array_agg(value ORDER BY at) AS value
  FROM level GROUP BY device, metric, instance ORDER BY device, metric, instance
"""


async def of_device(device_id: int) -> list[Forecast]:
    """What is going to run out or fill up on a device within three months, the soonest first."""
    found = await _forecasts([device_id])
    near = [one for one in found if isfinite(one.days) and one.days <= SHOWN_DAYS]
    return sorted(near, key=lambda one: (one.days, one.instance))


async def look_ahead() -> int:
    """Raise and clear what forecasts say, for every device; how many alerts are new."""
    watched = await fetch(
        _Watched,
        "SELECT d.id, d.school AS school_id, device_name_or_tag(a.name, d.identity, a.tag) AS name,"
        " d.profile AS chosen_profile, d.recognised FROM device d JOIN asset a ON a.id = d.asset"
        " WHERE d.removed_at IS NULL AND d.paused_at IS NULL AND d.state = 'up' ORDER BY d.id",
    )
    settings = await thresholds.settings_of({one.school_id for one in watched})
    begun = 0
    for first in range(0, len(watched), DEVICES_AT_ONCE):
        some = {one.id: one for one in watched[first : first + DEVICES_AT_ONCE]}
        forecasts = await _forecasts(some)
        changes = await _changes(some, forecasts, settings)
        actor = Actor.system("monitoring", sorted({one.school_id for one in some.values()}))
        begun += len(await alerts.apply_changes(actor, changes))
    return begun


async def _forecasts(device_ids: Iterable[int]) -> list[Forecast]:
    now = clock.now()
    midnight = datetime(now.year, now.month, now.day, tzinfo=UTC)
    series = await fetch(
        _Series,
        _SERIES,
        devices=list(device_ids),
        metrics=list(OUTLOOKS),
        first=(midnight - timedelta(days=LOOK_BACK_DAYS)).date(),
        today=midnight.date(),
        midnight=midnight,
    )
    found = []
    for number, one in enumerate(series):
        if number % 5 == 0:
            # Visits run on the same loop: they wait for a few lines at most.
            await asyncio.sleep(0)
        rising = OUTLOOKS[one.metric].is_rising
        days = days_left(one.points, now.timestamp() / DAY_SECONDS, is_rising=rising)
        if days is not None:
            found.append(Forecast(one.device_id, one.metric, one.instance, days))
    return found


async def _changes(
    watched: dict[int, _Watched], forecasts: Sequence[Forecast], settings: thresholds.Settings
) -> list[DeviceChanges]:
    open_keys = await alerts.open_keys(watched)
    by_device: dict[int, list[Forecast]] = {}
    for forecast in forecasts:
        by_device.setdefault(forecast.device_id, []).append(forecast)
    found = []
    for device_id, its_own in by_device.items():
        device = watched[device_id]
        default = profile_of(device.chosen_profile, device.recognised)
        profile = settings.profile_for(device.school_id, device_id, default)
        keys = open_keys.get(device_id, set())
        change = changes_of(device_id, device.school_id, device.name, profile, its_own, keys)
        if change.raised or change.cleared:
            found.append(change)
    return found


def changes_of(
    device_id: int,
    school_id: int,
    name: str,
    profile: Profile,
    forecasts: Sequence[Forecast],
    open_keys: set[tuple[str, str]],
) -> DeviceChanges:
    """The forecasts held against the rules: what is said to be low already is not forecast."""
    raised, cleared = [], []
    for forecast in forecasts:
        outlook = OUTLOOKS[forecast.metric]
        for rule in profile.rule:
            if rule.metric != outlook.days_metric:
                continue
            key = (rule.name, forecast.instance)
            said = (outlook.said_by, forecast.instance) in open_keys
            evaluation = rules.find(rule, forecast.reading)
            if key in open_keys and (said or evaluation is rules.Evaluation.fine):
                cleared.append(key)
            elif key not in open_keys and not said and evaluation is rules.Evaluation.fault:
                raised.append(finding_of(rule, _rounded(forecast), name))
    return DeviceChanges(device_id, school_id, raised=raised, cleared=cleared)


def _rounded(forecast: Forecast) -> Reading:
    days = max(round(forecast.days), 1) if forecast.days < inf else 0
    return msgspec.structs.replace(forecast.reading, value=days)
