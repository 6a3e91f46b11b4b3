"""Roll-ups against the same numbers worked out from the raw samples in plain Python."""

import asyncio
import contextlib
import contextvars
import random
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from core import clock, database
from core.errors import Unavailable
from core.settings import Settings
from monitoring.history import retention, rollups
from monitoring.history.meters import METERS
from monitoring.history.samples import HOURS, SAMPLES
from tests import factories, factories_history
from tests import factories_monitoring as made
from tests.factories_history import Sample

pytestmark = pytest.mark.usefixtures("db")

HOUR = timedelta(hours=1)
SERIES = (("cpu_load", ""), ("disk_used", "C:\\"), ("disk_used", "D:\\"), ("pages_printed", ""))
Rows = dict[tuple[Any, ...], tuple[Any, ...]]


@pytest.fixture(autouse=True)
async def no_old_partitions(db: object) -> None:
    """Partitions outlive the rows of a test; what there is to roll begins with the oldest."""
    for cut in (SAMPLES, HOURS):
        for part in await cut.parts():
            await database.execute(f"DROP TABLE {part.name}")


async def random_history(zone: str, hours: int, seed: int = 1) -> list[Sample]:
    """Two devices with four series each, up to now; kept, and given back."""
    chance = random.Random(seed)
    school = await factories.school()
    await database.execute("UPDATE school SET zone = $2 WHERE id = $1", school.id, zone)
    until = clock.now()
    samples: list[Sample] = []
    for _ in range(2):
        device = (await made.device(school)).id
        for metric, instance in SERIES:
            samples += factories_history.wandering(
                device,
                metric,
                instance,
                until - hours * HOUR,
                until,
                every=timedelta(minutes=7),
                chance=chance,
                missed=0.4,
            )
    chance.shuffle(samples)
    await factories_history.keep(samples)
    return samples


def hours_by_hand(samples: list[Sample], zone: str) -> Rows:
    groups: dict[tuple[Any, ...], list[tuple[datetime, float]]] = {}
    for device, metric, instance, at, value in samples:
        local = at.astimezone(ZoneInfo(zone)).replace(minute=0, second=0, microsecond=0)
        groups.setdefault((device, metric, instance, local.astimezone(UTC)), []).append((at, value))
    return {key: summed(key[1], sorted(group)) for key, group in groups.items()}


def days_by_hand(samples: list[Sample], zone: str) -> Rows:
    groups: dict[tuple[Any, ...], list[tuple[datetime, float]]] = {}
    for device, metric, instance, at, value in samples:
        day = at.astimezone(ZoneInfo(zone)).date()
        groups.setdefault((device, metric, instance, day), []).append((at, value))
    return {key: summed(key[1], sorted(group)) for key, group in groups.items()}


def summed(metric: str, group: list[tuple[datetime, float]]) -> tuple[Any, ...]:
    values = [value for _, value in group]
    low, mean, high = min(values), pytest.approx(sum(values) / len(values)), max(values)
    if metric not in METERS:
        return low, mean, high, None, None, None, len(values)
    grown = sum(max(b - a, 0) for a, b in pairwise(values))
    return low, mean, high, values[0], values[-1], pytest.approx(grown), len(values)


async def rolled(table: str, period: str) -> Rows:
    async with database.connection() as conn:
        rows = await conn.fetch(
            f'SELECT device, metric, instance, {period}, low, mean, high, "first", "last", grown,'
            f" count FROM {table}"
        )
    return {tuple(row)[:4]: tuple(row)[4:] for row in rows}


def over(rows: Rows, until: datetime, length: timedelta, zone: str) -> Rows:
    """The rows of the hours or days that were over at the moment."""
    local = until.astimezone(ZoneInfo(zone))

    def is_over(start: datetime | date) -> bool:
        if isinstance(start, datetime):
            return start + length <= until
        return start < local.date()

    return {key: row for key, row in rows.items() if is_over(key[3])}


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Asia/Kolkata", "UTC", "America/New_York"])
async def test_hours_and_days_are_those_of_the_schools_clock(zone: str) -> None:
    samples = await random_history(zone, hours=70)
    until = clock.now() - rollups.ROLL_AFTER
    await rollups.roll_up()
    assert await rolled("sample_hour", "hour") == over(
        hours_by_hand(samples, zone), until, HOUR, zone
    )
    # A day is over with its last hour, which ends by the school's clock: at half past in some.
    last_hour = until.astimezone(ZoneInfo(zone)).replace(minute=0)
    assert await rolled("sample_day", "day") == over(
        days_by_hand(samples, zone), last_hour, timedelta(days=1), zone
    )


async def test_schools_of_two_zones_are_each_rolled_by_their_own_clock() -> None:
    near = await random_history("Asia/Shanghai", hours=30, seed=2)
    far = await random_history("Asia/Kolkata", hours=30, seed=3)
    until = clock.now() - rollups.ROLL_AFTER
    await rollups.roll_up()
    assert await rolled("sample_hour", "hour") == (
        over(hours_by_hand(near, "Asia/Shanghai"), until, HOUR, "Asia/Shanghai")
        | over(hours_by_hand(far, "Asia/Kolkata"), until, HOUR, "Asia/Kolkata")
    )


async def test_rolling_again_changes_nothing_and_writes_nothing() -> None:
    await random_history("Asia/Shanghai", hours=30)
    await rollups.roll_up()
    before = await rolled("sample_hour", "hour"), await rolled("sample_day", "day")
    written = await versions()
    await database.execute("UPDATE rolled SET until = until - interval '20 hours'")
    await rollups.roll_up()
    assert (await rolled("sample_hour", "hour"), await rolled("sample_day", "day")) == before
    assert await versions() == written


async def versions() -> list[int]:
    async with database.connection() as conn:
        rows = await conn.fetch(
            "SELECT xmin::text::bigint AS x FROM sample_hour UNION ALL"
            " SELECT xmin::text::bigint FROM sample_day ORDER BY 1"
        )
    return [row["x"] for row in rows]


async def test_what_a_slow_worker_writes_late_is_counted_with_the_next_hour() -> None:
    samples = await random_history("Asia/Shanghai", hours=30)
    until = clock.now() - rollups.ROLL_AFTER
    last_hour = until.replace(minute=0, second=0, microsecond=0)
    late = [s for s in samples if last_hour - HOUR <= s[3] < last_hour and s[4] > 20]
    assert late
    for device, metric, instance, at, _ in late:
        await database.execute(
            "DELETE FROM sample WHERE device = $1 AND metric = $2 AND instance = $3 AND at = $4",
            device,
            metric,
            instance,
            at,
        )
    await rollups.roll_up()
    by_hand = over(hours_by_hand(samples, "Asia/Shanghai"), until, HOUR, "Asia/Shanghai")
    assert await rolled("sample_hour", "hour") != by_hand
    await factories_history.keep(late)
    # As an hour later: there is a new hour to roll, and with it those before it.
    await database.execute("UPDATE rolled SET until = until - interval '1 hour'")
    await rollups.roll_up()
    assert await rolled("sample_hour", "hour") == by_hand


@pytest.mark.parametrize("steps", [1, 5, 11, 20])
async def test_killed_at_any_step_it_goes_on_to_the_same_rows(
    steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dies between the rows and the mark, which are one transaction."""
    samples = await random_history("Asia/Shanghai", hours=30)
    until = clock.now() - rollups.ROLL_AFTER
    real, left = rollups.move_mark, steps

    async def dying(name: str, at: datetime) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise asyncio.CancelledError
        await real(name, at)

    monkeypatch.setattr(rollups, "move_mark", dying)
    with pytest.raises(asyncio.CancelledError):
        await rollups.roll_up()
    monkeypatch.setattr(rollups, "move_mark", real)
    await rollups.roll_up()
    by_hand = hours_by_hand(samples, "Asia/Shanghai")
    assert await rolled("sample_hour", "hour") == over(by_hand, until, HOUR, "Asia/Shanghai")


@pytest.mark.parametrize("after_seconds", [0.02, 0.1, 0.3])
async def test_a_worker_whose_line_is_cut_leaves_nothing_half_done(after_seconds: float) -> None:
    samples = await random_history("Asia/Shanghai", hours=50)
    until = clock.now() - rollups.ROLL_AFTER
    working = asyncio.get_running_loop().create_task(
        rollups.roll_up(), context=contextvars.Context()
    )
    await asyncio.sleep(after_seconds)
    await database.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE pid <> pg_backend_pid() AND datname = current_database()"
    )
    # Whatever it failed with is logged by the worker; the job comes again.
    with contextlib.suppress(
        Unavailable, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError
    ):
        await working
    await rollups.roll_up()
    by_hand = hours_by_hand(samples, "Asia/Shanghai")
    assert await rolled("sample_hour", "hour") == over(by_hand, until, HOUR, "Asia/Shanghai")


async def test_workers_that_roll_at_once_give_the_rows_of_one() -> None:
    samples = await random_history("Asia/Shanghai", hours=50)
    until = clock.now() - rollups.ROLL_AFTER
    loop = asyncio.get_running_loop()
    await asyncio.gather(
        *(loop.create_task(rollups.roll_up(), context=contextvars.Context()) for _ in range(4))
    )
    by_hand = hours_by_hand(samples, "Asia/Shanghai")
    assert await rolled("sample_hour", "hour") == over(by_hand, until, HOUR, "Asia/Shanghai")


async def test_a_part_that_was_never_rolled_is_rolled_before_it_is_dropped() -> None:
    school = await factories.school()
    device = (await made.device(school)).id
    long_ago = clock.now() - timedelta(days=5)
    samples = factories_history.wandering(
        device, "cpu_load", "", long_ago, long_ago + timedelta(hours=60),
        every=timedelta(minutes=9), chance=random.Random(4),
    )  # fmt: skip
    await factories_history.keep(samples)
    await retention.maintain_partitions(Settings(keep_samples_days=1, keep_hours_days=400))
    assert await database.fetch_value("SELECT count(*) FROM sample") == 0
    assert await rolled("sample_hour", "hour") == hours_by_hand(samples, "Asia/Shanghai")
    await rollups.roll_up()
    assert await rolled("sample_hour", "hour") == hours_by_hand(samples, "Asia/Shanghai")
    assert await rolled("sample_day", "day") == days_by_hand(samples, "Asia/Shanghai")


async def test_a_late_sample_of_long_ago_is_counted_when_its_day_goes() -> None:
    school = await factories.school()
    device = (await made.device(school)).id
    noon = (clock.now() - timedelta(days=4)).replace(hour=12, minute=0, second=0, microsecond=0)
    early = [(device, "cpu_load", "", noon + timedelta(minutes=n), 10.0 + n) for n in range(30)]
    late = [(device, "cpu_load", "", noon + timedelta(minutes=40), 99.0)]
    await factories_history.keep(early)
    await rollups.roll_up()
    assert [row[2] for row in (await rolled("sample_day", "day")).values()] == [39.0]
    await factories_history.keep(late)
    await retention.maintain_partitions(Settings(keep_samples_days=2))
    assert await rolled("sample_hour", "hour") == hours_by_hand(early + late, "Asia/Shanghai")
    assert await rolled("sample_day", "day") == days_by_hand(early + late, "Asia/Shanghai")


async def test_a_drop_that_fails_takes_its_last_roll_up_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    school = await factories.school()
    device = (await made.device(school)).id
    long_ago = clock.now() - timedelta(days=5)
    await factories_history.keep([(device, "cpu_load", "", long_ago, 1.0)])

    async def dying(_part: object) -> None:
        raise asyncio.CancelledError

    monkeypatch.setattr(rollups, "roll_part", dying)
    with pytest.raises(asyncio.CancelledError):
        await retention.maintain_partitions(Settings(keep_samples_days=1))
    assert await database.fetch_value("SELECT count(*) FROM sample") == 1


async def test_hours_go_when_their_days_are_rolled_and_not_before() -> None:
    school = await factories.school()
    device = (await made.device(school)).id
    await HOURS.prepare(date(2024, 3, 1), date(2024, 3, 1))
    await database.execute(
        "INSERT INTO sample_hour (hour, device, metric, instance, low, mean, high, count)"
        " VALUES ('2024-03-05 03:00Z', $1, 'cpu_load', '', 1, 2, 3, 4)",
        device,
    )
    await retention.maintain_partitions(Settings())
    assert await database.fetch_value("SELECT count(*) FROM sample_hour") == 1
    await rollups.move_mark("days Asia/Shanghai", clock.now())
    await retention.maintain_partitions(Settings())
    assert await database.fetch_value("SELECT count(*) FROM sample_hour") == 0
