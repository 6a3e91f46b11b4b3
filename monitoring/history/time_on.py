"""Time on: hours a day of an asset, and parts of the usage report's one query.

The report takes sums of days that are over, and sessions of the rest.

Beside the inventory's values stand those that :func:`whole_days` gives.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from core.access import Actor
from core.database import fetch
from inventory.usage import ZONE, Period
from monitoring.history import power_days, rollups

# Days that are over come from their sums (``days_from`` ``days_until``); sessions are read
# from there on (``sessions_from``) alone, and in full of an asset whose sums are no longer true.
WHOLE_DAYS = """
due AS MATERIALIZED (
    SELECT DISTINCT asset FROM power_day_due
), whole AS (
    SELECT scope.stay, d.day, d.microseconds, d.first_on
      FROM power_day d JOIN scope ON scope.id = d.asset
     WHERE d.day >= greatest((scope.since AT TIME ZONE :zone)::date, :days_from::date)
       AND d.day < least((scope.until AT TIME ZONE :zone)::date, :days_until::date)
       AND NOT EXISTS (SELECT FROM due WHERE due.asset = d.asset)
)"""
# Spans of being on that do not overlap. The sessions of one device never do; only where an asset
# had two devices must they be merged, which costs several times as much.
SPANS = """
several AS (
    SELECT asset FROM device GROUP BY asset HAVING count(*) > 1
), sessions AS (
    SELECT scope.stay, p.asset,
           greatest(p.started_at, scope.since, :sessions_from::timestamptz) AS starts_at,
           least(p.ended_at, scope.until) AS ends_at
      FROM power_session p JOIN scope ON scope.id = p.asset
     WHERE p.started_at < scope.until AND p.ended_at > :sessions_from AND p.ended_at > scope.since
       AND scope.until > :sessions_from
       AND NOT EXISTS (SELECT FROM due WHERE due.asset = p.asset)
     UNION ALL
    SELECT scope.stay, p.asset, greatest(p.started_at, scope.since), least(p.ended_at, scope.until)
      FROM due JOIN scope ON scope.id = due.asset JOIN power_session p ON p.asset = due.asset
     WHERE p.started_at < scope.until AND p.ended_at > scope.since
), spans AS (
    SELECT stay, starts_at, ends_at FROM sessions
     WHERE NOT EXISTS (SELECT FROM several WHERE several.asset = sessions.asset)
     UNION ALL
    SELECT stay, lower(one), upper(one) FROM (
        SELECT stay, range_agg(tstzrange(starts_at, ends_at)) AS merged
          FROM sessions JOIN several USING (asset) GROUP BY stay) m, unnest(merged) one
)"""
POWER = """
power AS (
    SELECT stay, min(first_on) AS first_on, (sum(microseconds) / 1000000)::float8 AS seconds
      FROM (SELECT stay, first_on, microseconds FROM whole
             UNION ALL
            SELECT stay, starts_at, (extract(epoch FROM ends_at - starts_at) * 1000000)::bigint
              FROM spans) AS measured
     GROUP BY stay
)"""


async def whole_days(period: Period) -> dict[str, date | datetime | str]:
    """Which days of the period are added up already, from the first to before the second; and from
    when on sessions are to be read."""
    rolled = await rollups.rolled_until(power_days.NAME)
    end = period.first_day
    # Sums are of the days of one clock; by another one all sessions are read.
    if rolled is not None and period.zone == ZONE:
        over = rolled.astimezone(ZoneInfo(ZONE)).date()
        end = max(end, min(over, period.last_day + timedelta(days=1)))
    return {
        "zone": period.zone,
        "days_from": period.first_day,
        "days_until": end,
        "sessions_from": rollups.midnight(end, period.zone),
    }


# Days are those of the school's calendar; a session that ends at midnight has no hours after it.
HOURS_PER_DAY = """
SELECT p.asset AS asset_id, d.day::date AS day,
       sum(extract(epoch FROM least(p.ended_at, (d.day + interval '1 day') AT TIME ZONE s.zone)
               - greatest(p.started_at, d.day AT TIME ZONE s.zone))) / 3600.0 AS hours
  FROM power_session p
  JOIN school s ON s.id = p.school
  JOIN LATERAL generate_series(
         greatest(date_trunc('day', p.started_at AT TIME ZONE s.zone), $2::timestamp),
         least(p.ended_at AT TIME ZONE s.zone, $3::timestamp - interval '1 second'),
         interval '1 day') AS d(day) ON true
 WHERE p.school = any($1::bigint[]) AND ($4::bigint IS NULL OR p.asset = $4)
   AND p.ended_at > $2::timestamp AT TIME ZONE s.zone
   AND p.started_at < $3::timestamp AT TIME ZONE s.zone
 GROUP BY 1, 2
 HAVING sum(extract(epoch FROM least(p.ended_at, (d.day + interval '1 day')
               AT TIME ZONE s.zone) - greatest(p.started_at, d.day AT TIME ZONE s.zone))) > 0
 ORDER BY 1, 2
"""


class HoursOn(msgspec.Struct, frozen=True):
    """For how many hours an asset was on during one day of its school's calendar."""

    asset_id: int
    day: date
    hours: float


async def hours_per_day(
    actor: Actor,
    *,
    since: date,
    until: date,
    school_id: int | None = None,
    asset_id: int | None = None,
) -> list[HoursOn]:
    """Hours on, for each asset (or the one) and each day in [since, until) on which it was on at all."""
    return await fetch(
        HoursOn,
        HOURS_PER_DAY,
        actor.schools_for(school_id),
        datetime.combine(since, datetime.min.time()),
        datetime.combine(until, datetime.min.time()),
        asset_id,
    )
