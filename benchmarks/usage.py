"""Reports of a county and a year: ``python -m benchmarks.usage``.

The usage report from the sums of days beside the same report from single sessions, which must say
the same; and the availability of a month.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

import msgspec

from benchmarks import stack
from benchmarks.history_rows import ASSETS, DEVICES, MODEL, NETWORK, SCHOOL
from benchmarks.tables import print_json, print_table
from core import clock, database
from core.access import Actor
from core.settings import Settings
from inventory.usage import ZONE, Period
from monitoring.history import power_days
from monitoring.history.availability import availability
from monitoring.history.months import last_months
from monitoring.usage.report import UsageReport, usage

Made = TypeVar("Made")

ROUNDS = 3
DAYS = 365
# Two sessions on most school days, as computers of a school are used.
SESSIONS = """
INSERT INTO power_session (school, device, asset, started_at, ended_at)
SELECT d.school, d.id, d.asset, begins, begins + interval '3 hours' * (0.5 + random() / 2)
  FROM device d, generate_series(1, $1::int) ago, unnest(ARRAY[8, 14]) hour,
       LATERAL (SELECT date_trunc('day', now()) - ago * interval '1 day'
                       + hour * interval '1 hour' + random() * interval '30 minutes' AS begins) b
 WHERE (d.id + ago) % 7 > 1
"""
# As many changes of state as a device that is switched off every evening has in a month.
SPANS = """
INSERT INTO state_span (school, device, state, started_at, ended_at)
SELECT school, id, CASE WHEN n % 2 = 0 THEN 'up' ELSE 'down' END, now() - n * interval '12 hours',
       CASE WHEN n > 0 THEN now() - (n - 1) * interval '12 hours' END
  FROM device, generate_series(0, 150) n
"""


class Measured(msgspec.Struct, frozen=True):
    """Seconds."""

    sessions: int
    rolled_in: float
    from_days: float
    from_sessions: float
    availability: float
    devices: int


async def measure(assets: int) -> Measured:
    """The year's report both ways, alike to the last hundredth; and last month's availability."""
    actor = await _load(assets)
    sessions = await database.fetch_value("SELECT count(*) FROM power_session")
    today = clock.today(ZONE)
    year = Period(today - timedelta(days=DAYS - 1), today)
    theirs, from_sessions = await _report(actor, year)
    began = time.perf_counter()
    await power_days.roll_power_days()
    rolled_in = time.perf_counter() - began
    async with database.connection() as connection:
        await connection.execute("VACUUM ANALYZE power_day")
    ours, from_days = await _report(actor, year)
    if (ours.rows, ours.days) != (theirs.rows, theirs.days):
        raise SystemExit("the two reports differ")
    month = last_months()[1]
    took, _ = await _median(lambda: availability(actor, "room", month))
    return Measured(sessions, rolled_in, from_days, from_sessions, took, assets)


async def _load(assets: int) -> Actor:
    for statement in (SCHOOL, NETWORK, MODEL):
        await database.execute(statement)
    await database.execute(ASSETS, assets)
    await database.execute(DEVICES)
    async with database.connection() as connection:
        # How sessions are written is not what is measured.
        await connection.execute("ALTER TABLE power_session DISABLE TRIGGER USER")
        await connection.execute(
            "ALTER TABLE power_session DROP CONSTRAINT power_session_never_overlaps;"
            "ALTER TABLE state_span DROP CONSTRAINT state_span_never_overlaps;"
            "TRUNCATE state_span"
        )
        await connection.execute(SESSIONS, DAYS + 30, timeout=600)
        await connection.execute(SPANS, timeout=600)
        await connection.execute("VACUUM ANALYZE", timeout=600)
    return Actor.system("benchmark", [await database.fetch_value("SELECT id FROM school")])


async def _report(actor: Actor, year: Period) -> tuple[UsageReport, float]:
    took, report = await _median(lambda: usage(actor, "room", year))
    return report, took


async def _median(do: Callable[[], Awaitable[Made]]) -> tuple[float, Made]:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        made = await do()
        times.append(time.perf_counter() - began)
    return statistics.median(times), made


async def run(settings: Settings, assets: int) -> Measured:
    assert settings.database_url
    await database.open(settings.database_url, max_size=2)
    try:
        return await measure(assets)
    finally:
        await database.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assets", type=int, default=2000, help="each with a device")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with stack.engines() as settings:
        found = asyncio.run(run(settings, asked.assets))
    ratio = found.from_sessions / found.from_days
    if asked.json:
        print_json({**msgspec.structs.asdict(found), "usage_sessions_against_days": ratio})
        return
    print_table(
        ("report", "seconds"),
        [
            (f"a year of use from {found.sessions:,} sessions", f"{found.from_sessions:.2f}"),
            ("the same from days", f"{found.from_days:.2f}"),
            ("ratio", f"{ratio:.1f}"),
            ("the days added up, once", f"{found.rolled_in:.1f}"),
            (f"availability of a month, {found.devices:,} devices", f"{found.availability:.2f}"),
        ],
    )


if __name__ == "__main__":
    main()
