"""Days on against sessions: the usage report says the same whether its days are added up or not."""

import asyncio
import contextvars
import random
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core import clock, database
from core.access import Role
from inventory.usage import Period
from monitoring.history import power_days, rollups
from monitoring.polling.counters import Followed, Known
from monitoring.usage.report import UsageReport, usage
from tests import factories
from tests import factories_usage as made
from tests.factories import MadeAsset, MadePerson, MadeSchool
from tests.factories_monitoring import was_on

pytestmark = pytest.mark.usefixtures("db")

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)


def midnight(days_ago: int) -> datetime:
    day = clock.today("Asia/Shanghai") - timedelta(days=days_ago)
    return datetime.combine(day, datetime.min.time(), tzinfo=SHANGHAI)


@pytest.fixture
async def admin(school: MadeSchool) -> MadePerson:
    return await factories.person(Role.admin, school)


async def randomly_used(school: MadeSchool, chance: random.Random, devices: int) -> MadeAsset:
    """An asset whose devices were on at random for a year, over midnights and months as well."""
    asset = await made.created(await factories.asset(school), midnight(400))
    for _ in range(devices):
        device = await made.device(
            asset,
            since=midnight(chance.randint(0, 300)),
            until=clock.now() if devices > 1 else None,
        )
        await made.powered(asset, device, *spans(chance))
    return asset


def spans(chance: random.Random) -> list[tuple[datetime, datetime]]:
    found, at = [], midnight(390) + timedelta(hours=chance.uniform(0, 100))
    while at < clock.now():
        length = timedelta(hours=chance.choice([0.01, 2.5, 9, 30, 200]) * chance.uniform(0.5, 1.5))
        found.append((at, min(at + length, clock.now())))
        at += length + timedelta(hours=chance.choice([0, 1, 15, 90]))
    # What begins and ends on the very stroke of midnight belongs to one day.
    return found


PERIODS = [
    (364, 0), (29, 0), (0, 0), (1, 1), (200, 100), (380, 370), (40, 1), (800, 600),
]  # fmt: skip


async def reports(admin: MadePerson) -> list[UsageReport]:
    """The same report of many periods; its end is left out, since now has gone on."""
    today = clock.today("Asia/Shanghai")
    return [
        await usage(
            admin.actor,
            by,
            Period(today - timedelta(days=first), today - timedelta(days=last)),
        )
        for first, last in PERIODS
        for by in ("school", "model")
    ]


def told(found: list[UsageReport]) -> list[object]:
    return [
        (
            one.first_day,
            [(d.day, d.hours) for d in one.days],
            [(row.key, row.figures.hours_on, row.figures.monitored) for row in one.rows],
            (one.totals.hours_on, one.totals.idle),
        )
        for one in found
    ]


@pytest.mark.parametrize("seed", range(3))
async def test_the_report_is_the_same_before_and_after_days_are_added_up(
    seed: int, school: MadeSchool, admin: MadePerson
) -> None:
    chance = random.Random(seed)
    for number in range(12):
        await randomly_used(school, chance, devices=1 + (number % 4 == 0))
    from_sessions = told(await reports(admin))
    await power_days.roll_power_days()
    assert await database.fetch_value("SELECT count(*) FROM power_day") > 300
    assert await database.fetch_value("SELECT count(*) FROM power_day_due") == 0
    assert told(await reports(admin)) == from_sessions


async def test_average_hours_are_the_same_where_a_session_began_before_its_device(
    school: MadeSchool, admin: MadePerson
) -> None:
    asset = await made.created(await factories.asset(school), midnight(400))
    device = await made.device(asset, since=midnight(10) + timedelta(hours=7))
    on_at = midnight(13) + timedelta(hours=5, minutes=11)
    await made.powered(asset, device, (on_at, midnight(9)))
    period = Period(midnight(20).date(), midnight(5).date())
    before = await usage(admin.actor, "school", period)
    await power_days.roll_power_days()
    after = await usage(admin.actor, "school", period)
    assert after.totals == before.totals
    assert before.totals.hours_per_day


async def test_an_uptime_that_tells_of_days_long_over_is_in_the_report_at_once(
    school: MadeSchool, admin: MadePerson
) -> None:
    asset = await made.created(await factories.asset(school), midnight(400))
    device = await made.device(asset, since=midnight(40))
    await made.powered(asset, device, (midnight(30), midnight(30) + timedelta(hours=3)))
    await power_days.roll_power_days()
    # A worker that was away for days: the device has been on since the day before yesterday noon.
    booted = midnight(2) + timedelta(hours=12)
    now = clock.now()
    seconds = (now - booted).total_seconds()
    await was_on(device, Followed(Known(int(seconds * 100), "x", seconds, 0.0), False), now)
    period = Period(midnight(3).date(), midnight(1).date())
    assert (await usage(admin.actor, "school", period)).totals.hours_on == 36.0
    assert await database.fetch_value("SELECT count(*) FROM power_day_due") == 1
    await power_days.roll_power_days()
    assert await database.fetch_value("SELECT count(*) FROM power_day_due") == 0
    report = await usage(admin.actor, "school", period)
    assert [day.hours for day in report.days] == [0.0, 12.0, 24.0]


async def test_sessions_that_are_taken_back_are_taken_out(
    school: MadeSchool, admin: MadePerson
) -> None:
    asset = await made.created(await factories.asset(school), midnight(400))
    device = await made.device(asset, since=midnight(40))
    await made.powered(
        asset, device, (midnight(9), midnight(8)), (midnight(5), midnight(4)),
    )  # fmt: skip
    await power_days.roll_power_days()
    await database.execute("DELETE FROM power_session WHERE started_at = $1", midnight(9))
    await database.execute("UPDATE power_session SET started_at = $1", midnight(6))
    period = Period(midnight(20).date(), midnight(1).date())
    assert (await usage(admin.actor, "school", period)).totals.hours_on == 48.0
    await power_days.roll_power_days()
    assert (await usage(admin.actor, "school", period)).totals.hours_on == 48.0
    assert await days() == [midnight(6).date(), midnight(5).date()]


async def days() -> list[date]:
    found: list[date] = await database.fetch_value(
        "SELECT array_agg(day ORDER BY day) FROM power_day"
    )
    return found


async def test_a_visit_of_today_writes_nothing_down(school: MadeSchool) -> None:
    asset = await factories.asset(school)
    device = await made.device(asset, since=midnight(4))
    if clock.now() - midnight(0) < timedelta(minutes=1):
        pytest.skip("the day has only begun")
    now = clock.now()
    for seconds in (20.0, 30.0):
        at = now + timedelta(seconds=seconds - 30)
        await was_on(device, Followed(Known(int(seconds * 100), "x", seconds, 0.0), False), at)
    assert await database.fetch_value("SELECT count(*) FROM power_session") == 1
    assert await database.fetch_value("SELECT count(*) FROM power_day_due") == 0


async def test_killed_between_sums_and_mark_and_run_by_two_it_is_the_same(
    school: MadeSchool, admin: MadePerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(9)
    for _ in range(4):
        await randomly_used(school, chance, devices=1)
    from_sessions = told(await reports(admin))
    real, left = rollups.move_mark, 3

    async def dying(name: str, at: datetime) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise asyncio.CancelledError
        await real(name, at)

    monkeypatch.setattr(power_days, "move_mark", dying)
    with pytest.raises(asyncio.CancelledError):
        await power_days.roll_power_days()
    assert told(await reports(admin)) == from_sessions
    monkeypatch.setattr(power_days, "move_mark", real)
    loop = asyncio.get_running_loop()
    await asyncio.gather(
        *(
            loop.create_task(power_days.roll_power_days(), context=contextvars.Context())
            for _ in range(3)
        )
    )
    assert told(await reports(admin)) == from_sessions
