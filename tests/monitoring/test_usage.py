"""The usage report against cases that were worked out by hand (tests/monitoring/usage_cases.py)."""

from collections.abc import Awaitable, Callable
from decimal import Decimal

import pytest

from core import database
from core.access import Role
from core.errors import Forbidden
from inventory.repairs import outages
from monitoring.usage.report import usage
from tests import factories, factories_repairs
from tests import factories_usage as made
from tests.factories import MadeAsset, MadePerson, MadeSchool
from tests.monitoring.usage_cases import LONG_AGO, PERIOD, asset_of, on, totals

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
async def admin(school: MadeSchool) -> MadePerson:
    return await factories.person(Role.admin, school)


async def test_sessions_are_cut_at_midnight_and_at_the_ends_of_the_period(
    school: MadeSchool, admin: MadePerson
) -> None:
    asset = await asset_of(school)
    device = await made.device(asset, since=LONG_AGO)
    await made.powered(
        asset,
        device,
        (on(1, 20), on(2, 3)),  # 3 h of it in the period, on the 2nd
        (on(2, 22), on(3, 1, 30)),  # 2 h on the 2nd, 1.5 h on the 3rd
        (on(4, 23), on(5, 5)),  # 1 h of it in the period, on the 4th
        (on(6, 1), on(6, 2)),  # after it
    )
    report = await usage(admin.actor, "school", PERIOD)
    assert [(d.day.day, d.hours) for d in report.days] == [(2, 5.0), (3, 1.5), (4, 1.0)]
    assert report.totals.hours_on == 7.5
    assert report.totals.hours_per_day == 2.5


async def test_two_devices_of_one_asset_are_not_counted_twice(
    school: MadeSchool, admin: MadePerson
) -> None:
    asset = await asset_of(school)
    old = await made.device(asset, since=LONG_AGO, until=on(2, 11))
    new = await made.device(asset, since=on(2, 10))
    await made.powered(asset, old, (on(2, 8), on(2, 12)))
    await made.powered(asset, new, (on(2, 10), on(2, 14)))
    found = await totals(admin)
    assert (found.hours_on, found.monitored) == (6.0, 1)


async def test_hours_a_day_are_of_the_days_on_which_the_asset_was_watched(
    school: MadeSchool, admin: MadePerson
) -> None:
    # Added at noon of the 3rd: watched for a day and a half, on for three hours.
    asset = await asset_of(school, on(3, 12))
    device = await made.device(asset, since=on(3, 12))
    await made.powered(asset, device, (on(4, 9), on(4, 12)))
    # Two more assets that nobody watches do not thin the average.
    await asset_of(school)
    await asset_of(school)
    found = await totals(admin)
    assert (found.assets, found.monitored, found.hours_per_day) == (3, 1, 2.0)


async def test_a_removed_device_ends_the_watch(school: MadeSchool, admin: MadePerson) -> None:
    asset = await asset_of(school)
    device = await made.device(asset, since=LONG_AGO, until=on(3))
    await made.powered(asset, device, (on(2, 8), on(2, 20)))
    assert (await totals(admin)).hours_per_day == 12.0


async def test_nothing_watched_has_no_average(school: MadeSchool, admin: MadePerson) -> None:
    await asset_of(school)
    found = await totals(admin)
    assert (found.hours_on, found.hours_per_day) == (0, None)


async def test_custody_is_counted_inside_the_period_open_or_closed(
    school: MadeSchool, admin: MadePerson
) -> None:
    ended, open_one, before = [await asset_of(school) for _ in range(3)]
    await made.held(ended, admin, LONG_AGO, on(3, 12))  # 1.5 days
    await made.held(open_one, admin, on(4, 6), None)  # 0.75 days, to the period's end
    await made.held(before, admin, LONG_AGO, on(1))  # none
    assert (await totals(admin)).custody_days == 2.25


async def test_downtime_of_overlapping_repairs_counts_once(
    school: MadeSchool, admin: MadePerson
) -> None:
    asset = await asset_of(school)
    await factories_repairs.past_order(asset, on(1, 12), on(2, 6))  # 6 h, opened before
    await factories_repairs.past_order(asset, on(3, 0), on(3, 10))  # 10 h
    await factories_repairs.past_order(asset, on(3, 8), on(3, 12))  # 2 h more
    await factories_repairs.past_order(asset, on(4, 20), None)  # 4 h, still open
    await factories_repairs.past_order(asset, on(3, 0), on(3, 1), state="cancelled")  # no repair
    found = await totals(admin)
    assert (found.downtime_hours, found.repairs) == (22.0, 3)


async def test_an_order_that_keeps_its_asset_in_use_is_a_repair_and_no_downtime(
    school: MadeSchool, admin: MadePerson
) -> None:
    asset = await asset_of(school)
    await factories_repairs.past_order(asset, on(2, 0), on(4, 0), keeps_in_service=True)
    found = await totals(admin)
    assert (found.downtime_hours, found.repairs) == (0, 1)
    await factories_repairs.past_order(asset, on(3, 0), on(3, 10))
    found = await totals(admin)
    assert (found.downtime_hours, found.repairs) == (10.0, 2)


async def test_an_order_that_grew_counts_downtime_from_when_it_grew(
    school: MadeSchool, admin: MadePerson
) -> None:
    asset = await asset_of(school)
    order = await factories_repairs.past_order(asset, on(2), None, keeps_in_service=True)
    await outages.begin(order, school.id, on(4, 18))
    await database.execute("UPDATE work_order SET keeps_in_service = false WHERE id = $1", order)
    assert (await totals(admin)).downtime_hours == 6.0


async def test_what_is_lost_is_in_nobodys_custody(school: MadeSchool, admin: MadePerson) -> None:
    asset = await asset_of(school)
    await database.execute(
        "INSERT INTO custody (school, asset, holder, started_at, handed_by, note,"
        " return_note) VALUES ($1, $2, $4, $3, $4, '', '')",
        school.id,
        asset.id,
        on(2),
        admin.id,
    )
    for before, after, at in (("in_service", "lost", on(3)), ("lost", "in_service", on(4, 12))):
        await database.execute(
            "INSERT INTO asset_step (asset, school, from_state, to_state, at, reason)"
            " VALUES ($1, $2, $3, $4, $5, '')",
            asset.id,
            school.id,
            before,
            after,
            at,
        )
    assert (await totals(admin)).custody_days == 1.5


async def test_work_is_counted_when_it_was_done(school: MadeSchool, admin: MadePerson) -> None:
    order = await factories_repairs.past_order(await asset_of(school), on(1, 12), on(5))
    for at, minutes, cost in (
        (on(1, 13), 10, "1"),
        (on(2, 9), 25, "12.50"),
        (on(4, 23), 5, "0.10"),
    ):
        await database.execute(
            "INSERT INTO work_order_entry (work_order, school, at, by_name, found, done, minutes,"
            " cost) VALUES ($1, $2, $3, 'Technician One', 'x', 'x', $4, $5)",
            order,
            school.id,
            at,
            minutes,
            Decimal(cost),
        )
    found = await totals(admin)
    assert (found.work_minutes, found.cost) == (30, Decimal("12.60"))


Case = Callable[[MadeSchool, MadePerson, MadeAsset], Awaitable[None]]


async def _watched(school: MadeSchool, admin: MadePerson, asset: MadeAsset) -> None:
    await made.device(asset, since=LONG_AGO)


async def _nobody_knows(school: MadeSchool, admin: MadePerson, asset: MadeAsset) -> None:
    """Neither watched nor in custody: a book on its shelf, a computer without an agent."""


async def _last_on_long_ago(school: MadeSchool, admin: MadePerson, asset: MadeAsset) -> None:
    device = await made.device(asset, since=LONG_AGO)
    await made.powered(asset, device, (on(-60, 8), on(-60, 9)))


async def _on_lately(school: MadeSchool, admin: MadePerson, asset: MadeAsset) -> None:
    device = await made.device(asset, since=LONG_AGO)
    await made.powered(asset, device, (on(-20, 8), on(-20, 9)))


async def _held_by_a_class(school: MadeSchool, admin: MadePerson, asset: MadeAsset) -> None:
    await made.held(asset, admin, LONG_AGO, on(-24, 8))


async def _held_by_a_room(school: MadeSchool, admin: MadePerson, asset: MadeAsset) -> None:
    await made.device(asset, since=LONG_AGO)
    await made.held_by_place(asset, await factories.place(school), admin, LONG_AGO)


async def _room_and_nobody_knows(school: MadeSchool, admin: MadePerson, asset: MadeAsset) -> None:
    await made.held_by_place(asset, await factories.place(school), admin, LONG_AGO)


async def _never_answered(school: MadeSchool, admin: MadePerson, asset: MadeAsset) -> None:
    await made.device(asset, since=LONG_AGO, has_answered=False)


async def _watched_since_yesterday(school: MadeSchool, admin: MadePerson, asset: MadeAsset) -> None:
    await made.device(asset, since=on(3))


async def _no_longer_watched(school: MadeSchool, admin: MadePerson, asset: MadeAsset) -> None:
    await made.device(asset, since=LONG_AGO, until=on(-10))


async def _device_replaced(school: MadeSchool, admin: MadePerson, asset: MadeAsset) -> None:
    await made.device(asset, since=LONG_AGO, until=on(-10))
    await made.device(asset, since=on(-10))


async def _a_switch(school: MadeSchool, admin: MadePerson, asset: MadeAsset) -> None:
    device = await made.device(asset, since=LONG_AGO, profile="switch_h3c")
    await made.powered(asset, device, (on(-90, 8), on(-80, 9)))


async def _a_server(school: MadeSchool, admin: MadePerson, asset: MadeAsset) -> None:
    device = await made.device(asset, since=LONG_AGO, profile="host")
    await database.execute("UPDATE device SET may_sleep = false WHERE id = $1", device)


@pytest.mark.parametrize(
    ("case", "kind", "counted"),
    [
        (_watched, "computer", "idle"),
        (_last_on_long_ago, "computer", "idle"),
        (_held_by_a_room, "computer", "idle"),
        (_device_replaced, "computer", "idle"),
        (_nobody_knows, "computer", "use_unknown"),
        (_nobody_knows, "book", "use_unknown"),
        (_room_and_nobody_knows, "computer", "use_unknown"),
        (_never_answered, "computer", "use_unknown"),
        (_watched_since_yesterday, "computer", "use_unknown"),
        (_no_longer_watched, "computer", "use_unknown"),
        (_on_lately, "computer", None),
        (_held_by_a_class, "book", None),
        (_nobody_knows, "network", "infrastructure"),
        (_watched, "ups", "infrastructure"),
        (_a_switch, "other", "infrastructure"),
        (_a_server, "computer", "infrastructure"),
    ],
)
async def test_idle_is_what_is_watched_and_was_not_used_for_thirty_days(
    school: MadeSchool, admin: MadePerson, case: Case, kind: str, counted: str | None
) -> None:
    asset = await asset_of(school, model=await factories.asset_model(kind))
    await case(school, admin, asset)
    found = await totals(admin)
    assert found.in_service == 1
    counts = {
        "idle": found.idle,
        "use_unknown": found.use_unknown,
        "infrastructure": found.infrastructure,
    }
    assert {name for name, count in counts.items() if count} == ({counted} if counted else set())


async def test_what_is_new_or_not_in_service_is_not_idle(
    school: MadeSchool, admin: MadePerson
) -> None:
    for asset in (await asset_of(school, on(-20)), await asset_of(school, lifecycle="in_repair")):
        await made.device(asset, since=LONG_AGO)
    found = await totals(admin)
    assert (found.idle, found.use_unknown, found.infrastructure) == (0, 0, 0)


async def test_what_left_before_the_period_and_what_came_after_it_is_not_in_it(
    school: MadeSchool, admin: MadePerson
) -> None:
    await asset_of(school, on(5))
    await asset_of(school, lifecycle="announced")
    for left_at in (on(1), on(3)):
        gone = await asset_of(school, lifecycle="retired")
        await database.execute(
            "INSERT INTO asset_step (asset, school, from_state, to_state, at, reason)"
            " VALUES ($1, $2, 'retired', 'disposed', $3, '')",
            gone.id,
            school.id,
            left_at,
        )
        await database.execute("UPDATE asset SET lifecycle = 'disposed' WHERE id = $1", gone.id)
    found = await totals(admin)
    assert (found.assets, found.gone) == (1, 1)


@pytest.mark.parametrize("role", [Role.teacher, Role.technician, Role.student_helper])
async def test_the_report_is_for_admins_and_auditors(role: Role, school: MadeSchool) -> None:
    who = await factories.person(role, school)
    with pytest.raises(Forbidden):
        await usage(who.actor, "school", PERIOD)
