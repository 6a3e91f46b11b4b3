"""Through which time of a period each asset was measured: by a device, else by the collector on a stick.

Between two readings of the collector only a sum of hours is known (inventory/collector). It is spread
evenly over the time between them, and counts where no device watched: what a device saw is known better.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from core.database import fetch
from inventory.usage import Period, ctes
from monitoring.history.time_on import POWER, SPANS, WHOLE_DAYS

# An asset is watched while it has a device, and from the first session that the device told of.
WATCHED = """
watched AS (
    SELECT scope.stay,
           range_agg(tstzrange(greatest(least(d.created_at, power.first_on), scope.since),
                               least(coalesce(d.removed_at, scope.until), scope.until))) AS spans
      FROM device d JOIN scope ON scope.id = d.asset LEFT JOIN power ON power.stay = scope.stay
     WHERE d.created_at < scope.until AND (d.removed_at IS NULL OR d.removed_at > scope.since)
     GROUP BY scope.stay
)"""
# ``rate`` is the share of the time for which the machine was on.
PIECES = """
pieces AS (
    SELECT scope.stay, lower(one) AS starts_at, upper(one) AS ends_at,
           u.hours * 3600 / extract(epoch FROM u.ends_at - u.starts_at)::float8 AS rate
      FROM machine_use u JOIN scope ON scope.id = u.asset LEFT JOIN watched USING (stay)
     CROSS JOIN LATERAL unnest(
           tstzmultirange(tstzrange(greatest(u.starts_at, scope.since), least(u.ends_at, scope.until)))
           - coalesce(watched.spans, '{}'::tstzmultirange)) one
     WHERE u.starts_at < scope.until AND u.ends_at > scope.since
)"""
COLLECTED = f"""{PIECES},
collected AS (
    SELECT stay, sum(extract(epoch FROM ends_at - starts_at))::float8 AS seconds,
           sum(extract(epoch FROM ends_at - starts_at)::float8 * rate) AS on_seconds
      FROM pieces GROUP BY stay
)"""
# A rate that begins or ends on a day changes the rest of that day, and all days after it: so a year
# costs as much as the readings in it, not as its days.
_CHANGES = f"""
WITH {ctes()}, {WHOLE_DAYS}, {SPANS}, {POWER}, {WATCHED}, {PIECES}, changes AS (
    SELECT starts_at AS at, rate AS change FROM pieces
     UNION ALL
    SELECT ends_at, -rate FROM pieces
), local AS (
    SELECT at, change, (at AT TIME ZONE :zone)::date AS day FROM changes
)
SELECT day, sum(change) AS change,
       sum(change * extract(epoch FROM (day + 1)::timestamp AT TIME ZONE :zone - at)::float8) AS rest
  FROM local GROUP BY day"""


class _Change(msgspec.Struct):
    day: date
    change: float
    rest: float


async def collected_days(period: Period, values: Mapping[str, object]) -> dict[date, float]:
    """Seconds on of all machines that the collector measured, by day; ``values`` are the report's."""
    changes = {row.day: row for row in await fetch(_Change, _CHANGES, **values)}
    if not changes:
        return {}
    seconds: dict[date, float] = {}
    rate = 0.0
    for day in period.days:
        change = changes.get(day)
        seconds[day] = rate * _seconds_of(day, period.zone) + (change.rest if change else 0)
        rate += change.change if change else 0
    # What is left of sums of fractions is no use.
    return {day: found for day, found in seconds.items() if found > 1e-3}


def _seconds_of(day: date, zone: str) -> float:
    begins, ends = (
        datetime.combine(at, time(), tzinfo=ZoneInfo(zone)) for at in (day, day + timedelta(days=1))
    )
    return ends.timestamp() - begins.timestamp()
