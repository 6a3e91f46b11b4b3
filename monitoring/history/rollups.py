"""Samples rolled up: each hour once it is over, each day of a school once its hours are.

Every step is one transaction that ends by moving the mark in ``rolled``, and gives the same rows
however often it runs. The hours just before the mark are rolled again with every new one, for
what a slow worker wrote late; what comes later still is counted when its raw samples are dropped
(monitoring/history/retention.py). A row is only ever replaced by one of more samples, so an hour
whose raw samples are partly gone keeps what it had.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core import clock
from core.database import execute, fetch_value, transaction
from monitoring.history.meters import METERS
from monitoring.history.samples import DAYS, HOURS, SAMPLES, Part

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# Visits of the last moments may still be on their way into the database.
ROLL_AFTER = timedelta(minutes=2)
LATE = 2 * HOUR
ADVISORY_LOCK = 0x6C61_6273_726F_6C6C
# An hour of a county's samples is grouped in memory, not on disk.
WORK_MEM = "64MB"

COLUMNS = 'device, metric, instance, low, mean, high, "first", "last", grown, count'
REPLACE = """
DO UPDATE SET low = excluded.low, mean = excluded.mean, high = excluded.high,
    "first" = excluded."first", "last" = excluded."last", grown = excluded.grown,
    count = excluded.count
"""
# Growth is that between the samples of the hour; a fall is a reset, and adds nothing.
ROLL_HOUR = f"""
WITH raw AS NOT MATERIALIZED (
    SELECT s.device, s.metric, s.instance, s.at, s.value
      FROM sample s JOIN device d ON d.id = s.device JOIN school c ON c.id = d.school
     WHERE s.at >= $2 AND s.at < $3 AND c.zone = $1
)
INSERT INTO sample_hour (hour, {COLUMNS})
SELECT $2, device, metric, instance, min(value), avg(value), max(value), NULL, NULL, NULL, count(*)
  FROM raw WHERE metric <> all($4::text[]) GROUP BY device, metric, instance
 UNION ALL
SELECT $2, device, metric, instance, min(value), avg(value), max(value),
       (array_agg(value ORDER BY at))[1], (array_agg(value ORDER BY at DESC))[1],
       coalesce(sum(greatest(value - before, 0)), 0), count(*)
  FROM (SELECT *, lag(value) OVER (PARTITION BY device, metric, instance ORDER BY at) AS before
          FROM raw WHERE metric = any($4::text[])) AS steps
 GROUP BY device, metric, instance
 ORDER BY 2, 3, 4
ON CONFLICT (device, metric, instance, hour) {REPLACE} WHERE sample_hour.count < excluded.count
"""
# Between two hours a meter grows as well; nothing is lost of a night without samples.
ROLL_DAY = f"""
INSERT INTO sample_day (day, {COLUMNS})
SELECT $4::date, device, metric, instance, min(low), sum(mean * count) / sum(count), max(high),
       (array_agg("first" ORDER BY hour))[1], (array_agg("last" ORDER BY hour DESC))[1],
       sum(grown + greatest(coalesce("first" - before, 0), 0)), sum(count)
  FROM (SELECT h.*, lag("last") OVER (
               PARTITION BY device, metric, instance ORDER BY hour) AS before
          FROM sample_hour h JOIN device d ON d.id = h.device JOIN school c ON c.id = d.school
         WHERE h.hour >= $2 AND h.hour < $3 AND c.zone = $1) AS hours
 GROUP BY device, metric, instance
 ORDER BY 2, 3, 4
ON CONFLICT (device, metric, instance, day) {REPLACE} WHERE sample_day.count < excluded.count
"""


async def roll_up() -> None:
    """Bring every school's hours and days up to the last hour that is over."""
    until = clock.now() - ROLL_AFTER
    for zone in await zones():
        begins = await _roll_hours(zone, until)
        if begins is not None:
            await _roll_days(zone, begins)


async def zones() -> list[str]:
    """The zones of the schools that have devices."""
    found: list[str] | None = await fetch_value(
        "SELECT array_agg(DISTINCT zone) FROM school s"
        " WHERE EXISTS (SELECT FROM device d WHERE d.school = s.id)"
    )
    return found or []


async def roll_part(part: Part) -> None:
    """Roll up the hours and days of a partition of raw samples once more; joins a transaction."""
    for zone in await zones():
        for hour in hours(zone, part.starts_at, part.ends_at):
            await roll_hour(zone, hour)
        hours_until = await rolled_until(f"hours {zone}")
        for day in days(zone, part.starts_at, part.ends_at):
            if hours_until and midnight(day + DAY, zone) <= hours_until:
                await _roll_day(zone, day)


async def rolled_until(name: str) -> datetime | None:
    """How far a roll-up has come, None before its first step."""
    found: datetime | None = await fetch_value("SELECT until FROM rolled WHERE name = $1", name)
    return found


async def move_mark(name: str, until: datetime) -> None:
    """Say how far a roll-up has come; never back. Joins the transaction of the step."""
    await execute(
        "INSERT INTO rolled (name, until) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE"
        " SET until = greatest(rolled.until, excluded.until)",
        name,
        until,
    )


async def one_at_a_time() -> None:
    """Wait for the other worker's step; what is read after this sees it. Joins a transaction."""
    await execute("SELECT pg_advisory_xact_lock($1)", ADVISORY_LOCK)


async def _roll_hours(zone: str, until: datetime) -> datetime | None:
    """Roll every hour that is over and not rolled; from when, or None if there was nothing new."""
    mark = await rolled_until(f"hours {zone}")
    if mark is None:
        parts = await SAMPLES.parts()
        if not parts:
            return None
        mark = begins = parts[0].starts_at
    else:
        begins = mark - LATE
    if mark + HOUR > until:
        return None
    for hour in hours(zone, begins, until - HOUR):
        await roll_hour(zone, hour)
    return begins


async def _roll_days(zone: str, begins: datetime) -> None:
    """Roll each day that is over and may have changed: from ``begins``, or from the mark."""
    hours_until = await rolled_until(f"hours {zone}")
    assert hours_until is not None
    mark = await rolled_until(f"days {zone}")
    for day in days(zone, min(begins, mark or begins), hours_until):
        if midnight(day + DAY, zone) <= hours_until:
            await _roll_day(zone, day)


async def roll_hour(zone: str, hour: datetime) -> None:
    """One hour of the devices of the zone's schools, and the mark behind it."""
    await HOURS.prepare(hour.date(), hour.date())
    async with transaction():
        await one_at_a_time()
        await execute(f"SET LOCAL work_mem = '{WORK_MEM}'")
        await execute(ROLL_HOUR, zone, hour, hour + HOUR, sorted(METERS))
        await move_mark(f"hours {zone}", hour + HOUR)


async def _roll_day(zone: str, day: date) -> None:
    await DAYS.prepare(day, day)
    begins, ends = midnight(day, zone), midnight(day + DAY, zone)
    async with transaction():
        await one_at_a_time()
        await execute(f"SET LOCAL work_mem = '{WORK_MEM}'")
        await execute(ROLL_DAY, zone, begins, ends, day)
        await move_mark(f"days {zone}", ends)


def midnight(day: date, zone: str) -> datetime:
    """When the day begins on a clock of the zone."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def hours(zone: str, since: datetime, until: datetime) -> Iterator[datetime]:
    """The starts of the zone's hours, from the one that ``since`` is in up to ``until``, which
    counts. In some zones an hour begins at half past of UTC's."""
    local = since.astimezone(ZoneInfo(zone)).replace(minute=0, second=0, microsecond=0)
    hour = local.astimezone(UTC)
    while hour <= until:
        yield hour
        hour += HOUR


def days(zone: str, since: datetime, until: datetime) -> Iterator[date]:
    """The zone's days from the one that ``since`` is in to the one that ``until`` is in."""
    day = since.astimezone(ZoneInfo(zone)).date()
    last = until.astimezone(ZoneInfo(zone)).date()
    while day <= last:
        yield day
        day += DAY
