"""The usage report by donation, model, school and room: each asset once, its hours where they were."""

from datetime import date, timedelta

import pytest

from core import clock
from core.access import Role
from inventory.usage import Period
from monitoring.history import power_days
from monitoring.usage.report import UsageReport, usage
from tests import factories
from tests import factories_usage as made
from tests.factories import MadePerson, MadeSchool
from tests.monitoring.usage_cases import LONG_AGO, PERIOD, asset_of, on, totals

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
async def admin(school: MadeSchool) -> MadePerson:
    return await factories.person(Role.admin, school)


async def test_states_are_counted(school: MadeSchool, admin: MadePerson) -> None:
    for state in ("in_service", "in_service", "in_repair", "lost", "triage", "wiping", "retired"):
        await asset_of(school, lifecycle=state)
    found = await totals(admin)
    counts = (found.in_service, found.in_repair, found.lost, found.preparing, found.gone)
    assert counts == (2, 1, 1, 2, 1)
    assert sum(counts) == found.assets


async def test_groups_hold_their_own_assets(school: MadeSchool, admin: MadePerson) -> None:
    room = await factories.place(school)
    cabinet = await factories.place(school, "cabinet", room)
    model = await factories.asset_model(name="Desk One")
    donation, line = await made.donation_line(school, "Spring gift", model)
    given = await asset_of(school, model=model, donation_line=line, place=cabinet)
    await asset_of(school, model=model, place=room)
    await asset_of(school)
    device = await made.device(given, since=LONG_AGO)
    await made.powered(given, device, (on(2, 8), on(2, 10)))

    async def groups(report: UsageReport) -> list[tuple[int | None, int, float]]:
        return [(r.key, r.figures.assets, r.figures.hours_on) for r in report.rows]

    by_room = await usage(admin.actor, "room", PERIOD)
    assert await groups(by_room) == [(room, 2, 2.0), (None, 1, 0.0)]
    by_donation = await usage(admin.actor, "donation", PERIOD)
    assert await groups(by_donation) == [(donation, 1, 2.0), (None, 2, 0.0)]
    assert [r.label for r in by_donation.rows] == ["Spring gift", ""]
    by_model = await usage(admin.actor, "model", PERIOD)
    assert by_model.rows[0].label == "Maker Desk One"
    assert by_model.totals == by_room.totals == by_donation.totals
    story = await usage(admin.actor, "asset", PERIOD, donation_id=donation)
    assert [(r.key, r.label) for r in story.rows] == [(given.id, given.tag)]


async def test_hours_count_in_the_room_of_their_day(school: MadeSchool, admin: MadePerson) -> None:
    first, second = await factories.place(school), await factories.place(school)
    asset = await asset_of(school, place=first)
    device = await made.device(asset, since=LONG_AGO)
    await made.moved(asset, on(3, 14), place=second)
    await made.powered(
        asset,
        device,
        (on(2, 22), on(3, 1)),  # 2 h on the 2nd in the first room, 1 h on the 3rd in the second
        (on(3, 8), on(3, 10)),  # the day of the move counts where it came to
        (on(4, 8), on(4, 9)),
    )
    await made.held(asset, admin, on(2), on(4))
    report = await usage(admin.actor, "room", PERIOD)
    found = {
        r.key: (r.figures.assets, r.figures.hours_on, r.figures.custody_days) for r in report.rows
    }
    assert found == {first: (0, 2.0, 1.0), second: (1, 4.0, 1.0)}
    assert (report.totals.assets, report.totals.monitored) == (1, 1)
    assert report.totals.hours_per_day == 2.0
    # What comes after the period changes nothing in it.
    before = await usage(admin.actor, "room", Period(date(2026, 3, 2), date(2026, 3, 2)))
    assert [(r.key, r.figures.assets) for r in before.rows] == [(first, 1)]


async def test_a_day_begins_by_the_clock_of_the_period(
    school: MadeSchool, admin: MadePerson
) -> None:
    asset = await asset_of(school)
    device = await made.device(asset, since=LONG_AGO)
    # In Kathmandu midnight comes two hours and a quarter later.
    await made.powered(asset, device, (on(3, 0), on(3, 4)))
    await power_days.roll_power_days()
    for zone, hours in (("Asia/Shanghai", 4.0), ("Asia/Kathmandu", 1.75)):
        only = Period(date(2026, 3, 3), date(2026, 3, 3), zone)
        report = await usage(admin.actor, "school", only)
        assert (report.totals.hours_on, report.days[0].hours) == (hours, hours), zone


async def test_each_school_has_the_hours_of_its_own_days(
    school: MadeSchool, admin: MadePerson
) -> None:
    other = await factories.school()
    both = await factories.person(Role.admin, school, other)
    asset = await asset_of(school)
    device = await made.device(asset, since=LONG_AGO, until=on(3, 9))
    await made.powered(asset, device, (on(2, 8), on(2, 11)))
    there = await made.moved(asset, on(3, 10), school=other)
    device = await made.device(there, since=on(3, 12), until=on(4, 20))
    await made.powered(there, device, (on(4, 8), on(4, 9)))
    report = await usage(both.actor, "school", PERIOD)
    found = {r.key: (r.figures.assets, r.figures.hours_on) for r in report.rows}
    assert found == {school.id: (0, 3.0), other.id: (1, 1.0)}
    assert (await totals(admin)).hours_on == 3.0
    own = await factories.person(Role.admin, other)
    assert (await totals(own)).hours_on == 1.0
    # Back again: the second stay adds to the first.
    await made.moved(there, on(4, 0), school=school)
    assert (await totals(admin)).assets == 1


async def test_the_schools_name_is_in_the_readers_language(
    school: MadeSchool, admin: MadePerson
) -> None:
    await asset_of(school)
    reader = await factories.person(Role.auditor, school, locale="zh_CN")
    assert (await usage(admin.actor, "school", PERIOD)).rows[0].label == school.name_en
    assert (await usage(reader.actor, "school", PERIOD)).rows[0].label == school.name_zh


async def test_a_running_period_is_counted_up_to_now(school: MadeSchool, admin: MadePerson) -> None:
    asset = await asset_of(school)
    today = clock.today("Asia/Shanghai")
    await made.held(asset, admin, clock.now() - timedelta(hours=36), None)
    report = await usage(admin.actor, "school", Period(today - timedelta(days=9), today))
    assert report.counted_until <= clock.now()
    assert report.totals.custody_days == 1.5


async def test_another_schools_equipment_is_not_in_the_report(
    school: MadeSchool, admin: MadePerson
) -> None:
    await asset_of(await factories.school())
    assert (await totals(admin)).assets == 0
