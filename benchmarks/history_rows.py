"""A year behind monitored devices, made by the database itself in a few statements."""

from datetime import date, datetime, timedelta

import msgspec

from core import clock, database
from monitoring.history.rollups import midnight, move_mark
from monitoring.history.samples import DAYS, HOURS, SAMPLES

ZONE = "Asia/Shanghai"
DAY = timedelta(days=1)
WHOLE_DEVICE = 1
GAUGES = ("cpu_load", "memory_used", "temperature", "disk_used", "processes")
PARTS = 4  # of each gauge: twenty lines

SCHOOL = (
    "INSERT INTO school (code, name_zh, name_en, created_at) VALUES ('LB', '灵璧', 'Lingbi', now())"
)
MODEL = "INSERT INTO asset_model (kind, brand, name) VALUES ('computer', 'Maker', 'Model')"
NETWORK = (
    "INSERT INTO network (school, name, cidr, created_at)"
    " SELECT id, 'All', '10.0.0.0/8', now() FROM school"
)
ASSETS = """
INSERT INTO asset (tag, school, title_holder, model, serial_number, serial_trust, lifecycle,
                   condition, name, created_at)
SELECT 'LB-' || lpad(n::text, 6, '0'), s.id, s.id, m.id, '', 'none', 'in_service', 'ok', '',
       now() - interval '2 years'
  FROM generate_series(1, $1::int) n, school s, asset_model m
"""
DEVICES = """
INSERT INTO device (school, asset, address, method, may_sleep, created_at, next_poll_at)
SELECT school, id, '10.' || id / 65536 || '.' || id / 256 % 256 || '.' || id % 256, 'ping', false,
       now() - interval '2 years', now()
  FROM asset ORDER BY id
"""
# In the order of time, as visits write them: the rows of one device lie far from each other.
SAMPLE_ROWS = """
INSERT INTO sample (device, metric, instance, at, value)
SELECT device, metric, 'part ' || part, at, round((50 + 30 * sin(extract(epoch FROM at) / 13750
           + part + device) + 5 * random())::numeric, 1)
  FROM generate_series($1::timestamptz, $2::timestamptz - interval '1 second',
                       $3::interval) at,
       unnest($4::text[]) metric, generate_series(1, $5::int) part,
       generate_series($6::bigint, $7::bigint) device
 ORDER BY at, device
"""
HOUR_ROWS = """
INSERT INTO sample_hour (hour, device, metric, instance, low, mean, high, count)
SELECT hour, device, metric, 'part ' || part, 20, 50 + 10 * random(), 80, 60
  FROM generate_series($1::timestamptz, $2::timestamptz - interval '1 second',
                       interval '1 hour') hour,
       unnest($3::text[]) metric, generate_series(1, $4::int) part,
       generate_series($5::bigint, $6::bigint) device
 ORDER BY hour, device
"""
DAY_ROWS = """
INSERT INTO sample_day (day, device, metric, instance, low, mean, high, count)
SELECT day, device, metric, 'part ' || part, 20, 50 + 10 * random(), 80, 1440
  FROM generate_series($1::timestamp, $2::timestamp - interval '1 second', interval '1 day') day,
       unnest($3::text[]) metric, generate_series(1, $4::int) part,
       generate_series($5::bigint, $6::bigint) device
 ORDER BY day, device
"""
# What the worker's steps give (monitoring/history/rollups.py), for one device and at one go.
HOURS_OF_ONE = """
INSERT INTO sample_hour (hour, device, metric, instance, low, mean, high, count)
SELECT date_trunc('hour', at, $2), device, metric, instance, min(value), avg(value), max(value),
       count(*)
  FROM sample WHERE device = $1 AND at < $3 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""
DAYS_OF_ONE = """
INSERT INTO sample_day (day, device, metric, instance, low, mean, high, count)
SELECT (hour AT TIME ZONE $2)::date, device, metric, instance, min(low),
       sum(mean * count) / sum(count), max(high), sum(count)
  FROM sample_hour WHERE device = $1 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""


class Size(msgspec.Struct, frozen=True):
    """How much there is to be."""

    others: int
    every_seconds: int
    days: int = 365


async def load(size: Size) -> None:
    """One device with a year of everything, and beside it many with what is kept of them."""
    today = midnight(clock.today(ZONE), ZONE)
    first = today - size.days * DAY
    last = WHOLE_DEVICE + size.others
    for statement in (SCHOOL, NETWORK, MODEL):
        await database.execute(statement)
    await database.execute(ASSETS, last)
    await database.execute(DEVICES)
    await _prepare(first.date(), clock.now().date())
    every, gauges = timedelta(seconds=size.every_seconds), list(GAUGES)
    for from_day in range(0, size.days, 30):
        since = first + from_day * DAY
        until = min(since + 30 * DAY, today)
        await _samples(since, until, every, WHOLE_DEVICE, WHOLE_DEVICE)
    await _samples(today - 2 * DAY, today, every, WHOLE_DEVICE + 1, last)
    await database.execute(HOURS_OF_ONE, WHOLE_DEVICE, ZONE, today)
    await database.execute(DAYS_OF_ONE, WHOLE_DEVICE, ZONE)
    for ago in range(60, 0, -10):
        since = today - ago * DAY
        await database.execute(
            HOUR_ROWS, since, since + 10 * DAY, gauges, PARTS, WHOLE_DEVICE + 1, last
        )
    await database.execute(
        DAY_ROWS,
        first.replace(tzinfo=None),
        today.replace(tzinfo=None),
        gauges,
        PARTS,
        WHOLE_DEVICE + 1,
        last,
    )
    await move_mark(f"hours {ZONE}", today)
    await move_mark(f"days {ZONE}", today)
    async with database.connection() as connection:
        await connection.execute("VACUUM ANALYZE")


async def _samples(
    since: datetime, until: datetime, every: timedelta, first: int, last: int
) -> None:
    await database.execute(SAMPLE_ROWS, since, until, every, list(GAUGES), PARTS, first, last)


async def _prepare(first: date, last: date) -> None:
    for cut in (SAMPLES, HOURS, DAYS):
        await cut.prepare(first - DAY, last + DAY)
