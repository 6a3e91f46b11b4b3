"""Hours that the collector read, in the usage report beside those that devices measured."""

from datetime import datetime, timedelta

import pytest

from core import clock
from core.access import Role
from inventory.usage import Period
from monitoring.usage.idle_list import list_idle_assets
from monitoring.usage.report import UsageReport, usage
from tests import factories, factories_collector
from tests import factories_usage as made
from tests.factories import MadeAsset, MadePerson

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
async def admin() -> MadePerson:
    return await factories.person(Role.admin, await factories.school("HG"))


async def computer(admin: MadePerson, *readings: tuple[float, int], disk: str) -> MadeAsset:
    """Long on the books, read so many days ago with so many hours."""
    school = factories.MadeSchool(admin.actor.school_ids[0], "HG", "", "")
    asset = await made.created(await factories.asset(school), clock.now() - timedelta(days=300))
    key = await factories_collector.key(admin, school)
    for days_ago, hours in readings:
        at = clock.now() - timedelta(days=days_ago)
        await factories_collector.read(admin, key, asset, hours, at=at, disk=disk)
    return asset


async def report(admin: MadePerson, days: int) -> UsageReport:
    today = clock.today("Asia/Shanghai")
    return await usage(admin.actor, "school", Period(today - timedelta(days=days - 1), today))


async def test_hours_between_readings_are_spread_and_said_to_be_averages(admin: MadePerson) -> None:
    await computer(admin, (40, 1000), (0, 1080), disk="A")
    await computer(admin, (40, 500), disk="B")
    whole, part = await report(admin, 60), (await report(admin, 10)).totals
    found = whole.totals
    assert (found.monitored, found.collected, found.use_unknown) == (0, 1, 1)
    assert (found.hours_on, found.average_hours) == (80, 80)
    assert found.hours_per_day == 2
    assert sum(day.hours for day in whole.days) == pytest.approx(80, abs=0.5)
    assert [day.hours for day in whole.days[-5:-1]] == [2, 2, 2, 2]
    # Ten days of the calendar are at most ten of the clock.
    assert 18 < part.hours_on <= 20
    assert part.hours_per_day == pytest.approx(2, abs=0.01)


async def test_where_a_device_watched_its_sessions_count_alone(admin: MadePerson) -> None:
    asset = await computer(admin, (40, 1000), (0, 1080), disk="A")
    since = clock.now() - timedelta(days=20)
    device = await made.device(asset, since=since)
    on_at: datetime = since + timedelta(days=1)
    await made.powered(asset, device, (on_at, on_at + timedelta(hours=3)))
    found = (await report(admin, 60)).totals
    assert (found.monitored, found.collected) == (1, 0)
    assert (round(found.average_hours), round(found.hours_on)) == (40, 43)


async def test_what_two_readings_say_was_off_is_idle_for_a_week(admin: MadePerson) -> None:
    idle = await computer(admin, (90, 1000), (5, 1001), disk="A")
    await computer(admin, (90, 1000), (9, 1001), disk="B")
    await computer(admin, (90, 1000), (5, 1400), disk="C")
    found = (await report(admin, 30)).totals
    assert (found.idle, found.use_unknown) == (1, 1)
    (listed,) = (await list_idle_assets(admin.actor)).items
    assert listed.tag == idle.tag
    assert listed.last_on_at is None
