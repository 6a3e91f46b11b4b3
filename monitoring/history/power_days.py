"""For how long each asset was on, by the days of the reports: a year then is days, not sessions.

A day is added up once it is over. Where a session that reaches into such days changes later, a
trigger writes the asset into ``power_day_due`` in the same transaction; reports read its sessions
themselves until the next step has rolled it up anew, so they are right at every moment.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from core import clock
from core.database import execute, fetch, transaction
from inventory.usage import ZONE
from monitoring.history.rollups import midnight, move_mark, one_at_a_time, rolled_until

NAME = "power"
# A visit from just before midnight may be on its way into the database for a while after it.
ROLL_AFTER = timedelta(minutes=10)
DAYS_A_STEP = 31
ASSETS_A_STEP = 1000

# Sessions of one device never overlap; where an asset had several devices they are merged first.
# $1 and $2 are the first day and the one after the last, $3 the assets or null for all.
ROLL = """
WITH several AS (
    SELECT asset FROM device GROUP BY asset HAVING count(*) > 1
), sessions AS (
    SELECT asset, greatest(started_at, $1::date::timestamp AT TIME ZONE $4) AS starts_at,
           least(ended_at, $2::date::timestamp AT TIME ZONE $4) AS ends_at
      FROM power_session
     WHERE started_at < $2::date::timestamp AT TIME ZONE $4
       AND ended_at > $1::date::timestamp AT TIME ZONE $4
       AND ($3::bigint[] IS NULL OR asset = any($3))
), spans AS (
    SELECT asset, starts_at, ends_at FROM sessions
     WHERE NOT EXISTS (SELECT FROM several WHERE several.asset = sessions.asset)
     UNION ALL
    SELECT asset, lower(one), upper(one) FROM (
        SELECT asset, range_agg(tstzrange(starts_at, ends_at)) AS merged
          FROM sessions JOIN several USING (asset) GROUP BY asset) m, unnest(merged) one
), local AS (
    SELECT asset, starts_at, ends_at, (starts_at AT TIME ZONE $4)::date AS first_day,
           ((ends_at - interval '1 microsecond') AT TIME ZONE $4)::date AS last_day
      FROM spans
), cut AS (
    SELECT asset, first_day AS day, starts_at, ends_at FROM local WHERE first_day = last_day
     UNION ALL
    SELECT asset, d.day::date, greatest(starts_at, d.day AT TIME ZONE $4),
           least(ends_at, (d.day + interval '1 day') AT TIME ZONE $4)
      FROM local CROSS JOIN LATERAL generate_series(
           first_day::timestamp, last_day::timestamp, interval '1 day') AS d(day)
     WHERE first_day < last_day
)
INSERT INTO power_day (asset, day, microseconds, first_on)
SELECT asset, day, (sum(extract(epoch FROM ends_at - starts_at)) * 1000000)::bigint, min(starts_at)
  FROM cut GROUP BY asset, day ORDER BY asset, day
"""
FORGET = """
DELETE FROM power_day WHERE day >= $1 AND day < $2 AND ($3::bigint[] IS NULL OR asset = any($3))
"""


class _Due(msgspec.Struct, frozen=True):
    asset: int
    since: datetime


async def roll_power_days() -> None:
    """Add up the days that are over, then those in which something has changed since."""
    today = (clock.now() - ROLL_AFTER).astimezone(ZoneInfo(ZONE)).date()
    mark = await rolled_until(NAME)
    first = await _first_day() if mark is None else mark.astimezone(ZoneInfo(ZONE)).date()
    while first is not None and first < today:
        until = min(first + timedelta(days=DAYS_A_STEP), today)
        async with transaction():
            await one_at_a_time()
            await _roll(first, until, None)
            await move_mark(NAME, midnight(until, ZONE))
        first = until
    while await _roll_due():
        pass


async def _first_day() -> date | None:
    rows = await fetch(
        _Due, "SELECT 0 AS asset, started_at AS since FROM power_session ORDER BY 2 LIMIT 1"
    )
    return rows[0].since.astimezone(ZoneInfo(ZONE)).date() if rows else None


async def _roll_due() -> bool:
    """One step of what has changed; whether there was anything. The notes go with the new sums."""
    async with transaction():
        await one_at_a_time()
        mark = await rolled_until(NAME)
        due = await fetch(
            _Due,
            "DELETE FROM power_day_due WHERE asset IN"
            " (SELECT DISTINCT asset FROM power_day_due ORDER BY asset LIMIT $1)"
            " RETURNING asset, since",
            ASSETS_A_STEP,
        )
        if due and mark is not None:
            since = min(one.since for one in due).astimezone(ZoneInfo(ZONE)).date()
            until = mark.astimezone(ZoneInfo(ZONE)).date()
            if since < until:
                await _roll(since, until, sorted({one.asset for one in due}))
    return bool(due)


async def _roll(first: date, until: date, assets: list[int] | None) -> None:
    await execute(FORGET, first, until, assets)
    await execute(ROLL, first, until, assets, ZONE)
