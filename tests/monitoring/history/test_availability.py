"""Availability against a count of every minute of the month, one by one."""

import random
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from core import clock, database, places
from core.access import Role
from core.errors import Forbidden, Invalid, NotFound
from monitoring.history.availability import AvailabilityFigures, availability
from monitoring.history.months import Month, chosen_month, last_months
from tests import factories, factories_history
from tests import factories_monitoring as made
from tests.factories import MadePerson, MadeSchool

pytestmark = pytest.mark.usefixtures("db")

SHANGHAI = ZoneInfo("Asia/Shanghai")
MINUTE = timedelta(minutes=1)
MARCH = Month(date(2026, 3, 1))
Spans = list[tuple[str, datetime, datetime]]


def on(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 3, 1, hour, minute, tzinfo=SHANGHAI) + timedelta(days=day - 1)


@pytest.fixture
async def keeper(school: MadeSchool) -> MadePerson:
    return await factories.person(Role.technician, school)


async def watched(school: MadeSchool, spans: Spans, **columns: object) -> int:
    """A device with these states; ``place`` is where its asset stands."""
    place = columns.pop("place", None)
    asset = await factories.asset(school, place=place)  # type: ignore[arg-type]
    device = (await made.device(school, asset=asset, may_sleep=False)).id
    await factories_history.lived(school, device, spans)
    for name, value in columns.items():
        await database.execute(f"UPDATE device SET {name} = $2 WHERE id = $1", device, value)
    return device


async def figures_of(keeper: MadePerson, **only: int) -> AvailabilityFigures:
    return (await availability(keeper.actor, "room", MARCH, **only)).totals


def random_spans(chance: random.Random) -> Spans:
    spans: Spans = []
    at, state = on(-3), "unknown"
    while at < on(36):
        end = at + MINUTE * chance.choice([3, 50, 400, 2000])
        spans.append((state, at, end))
        state = chance.choice([s for s in ("up", "up", "down", "unknown") if s != state])
        # Now and then nobody watched.
        at = end + (MINUTE * chance.choice([0, 0, 0, 700]))
    return spans


LESSONS = [(n, "07:30", "17:00") for n in range(1, 6)] + [(5, "22:00", "01:30")]


@pytest.mark.parametrize("seed", range(3))
async def test_every_minute_is_one_of_five(
    seed: int, school: MadeSchool, keeper: MadePerson
) -> None:
    chance = random.Random(seed)
    spans = random_spans(chance)
    has_hours, may_sleep = seed != 1, seed == 2
    hours = await factories_history.expected_hours(school, LESSONS) if has_hours else None
    await watched(school, spans, hours=hours, may_sleep=may_sleep)
    await factories_history.maintenance(
        school, keeper.id, starts_at=on(4, 9), ends_at=on(5, 18), cancelled_at=on(5, 12)
    )
    await factories_history.maintenance(
        school, keeper.id, starts_at=on(-40), weekdays=[2, 7],
        from_time=time(23), to_time=time(3, 15),
    )  # fmt: skip
    found = await figures_of(keeper)
    minutes = dict.fromkeys(("up", "down", "unknown", "maintenance", "uncounted"), 0)
    at = on(1)
    while at < on(32):
        state = next((s for s, since, until in spans if since <= at < until), None)
        if state is not None:
            minutes[judged(state, at, has_hours)] += 1
        at += MINUTE
    assert {
        "up": found.up_hours,
        "down": found.down_hours,
        "unknown": found.unknown_hours,
        "maintenance": found.maintenance_hours,
        "uncounted": found.uncounted_hours,
    } == {name: round(count / 60, 2) for name, count in minutes.items()}
    assert found.percent == round(100 * minutes["up"] / (minutes["up"] + minutes["down"]), 2)


def judged(state: str, at: datetime, has_hours: bool) -> str:
    clock_time, weekday = at.time(), at.isoweekday()
    once = on(4, 9) <= at < on(5, 12)
    begun = weekday in (2, 7) and clock_time >= time(23)
    weekly_window = begun or (weekday in (3, 1) and clock_time < time(3, 15))
    if once or weekly_window:
        return "maintenance"
    lessons = weekday <= 5 and time(7, 30) <= clock_time < time(17)
    club = (weekday == 5 and clock_time >= time(22)) or (weekday == 6 and clock_time < time(1, 30))
    if has_hours and not (lessons or club):
        return "uncounted"
    return state


async def test_what_may_be_switched_off_and_has_no_hours_has_no_percentage(
    school: MadeSchool, keeper: MadePerson
) -> None:
    await watched(
        school, [("up", on(1), on(3)), ("down", on(3), on(5)), ("unknown", on(5), on(6))],
        may_sleep=True,
    )  # fmt: skip
    found = await figures_of(keeper)
    assert (found.percent, found.up_hours, found.down_hours, found.outages) == (None, 0, 0, 0)
    assert (found.uncounted_hours, found.unknown_hours) == (96.0, 24.0)


async def test_a_room_is_all_of_its_devices_together_the_worst_first(
    school: MadeSchool, keeper: MadePerson
) -> None:
    room, other = await factories.place(school), await factories.place(school)
    cabinet = await factories.place(school, "cabinet", room)
    always: Spans = [("up", on(-5), on(40))]
    half: Spans = [("up", on(-5), on(11)), ("down", on(11), on(21)), ("up", on(21), on(40))]
    await watched(school, always, place=room)
    broken = await watched(school, half, place=cabinet)
    await watched(school, always, place=other)
    await watched(school, always)
    report = await availability(keeper.actor, "room", MARCH)
    assert [(r.key, r.figures.devices) for r in report.rows] == [(room, 2), (None, 1), (other, 1)]
    assert report.rows[0].figures.percent == round(100 * 52 / 62, 2)
    assert report.rows[0].figures.outages == 1
    assert report.totals.devices == 4
    devices = await availability(keeper.actor, "device", MARCH, room_id=room)
    assert (devices.rows[0].key, len(devices.rows)) == (broken, 2)
    nowhere = await availability(keeper.actor, "device", MARCH, room_id=0)
    assert len(nowhere.rows) == 1


async def test_what_stands_in_a_cabinet_counts_for_its_room_named_with_the_building(
    school: MadeSchool, keeper: MadePerson
) -> None:
    building = await factories.place(school, "building")
    room = await factories.place(school, "room", building)
    always: Spans = [("up", on(-5), on(40))]
    await watched(school, always, place=await factories.place(school, "cabinet", room))
    await watched(school, always, place=await factories.place(school, "cabinet", building))
    report = await availability(keeper.actor, "room", MARCH)
    names = {row.key: row.label for row in report.rows}
    wanted = {key: (await places.get_place(keeper.actor, key)).path for key in (building, room)}
    assert names == wanted
    assert names[room].startswith(f"{names[building]} / ")


async def test_maintenance_of_a_room_is_not_that_of_another(
    school: MadeSchool, keeper: MadePerson
) -> None:
    room, other = await factories.place(school), await factories.place(school)
    down: Spans = [("down", on(1), on(40))]
    await watched(school, down, place=room)
    alone = await watched(school, down, place=other)
    await watched(school, down, place=other)
    whole = {"starts_at": on(1), "ends_at": on(11)}
    await factories_history.maintenance(school, keeper.id, place=room, **whole)
    await factories_history.maintenance(school, keeper.id, device=alone, **whole)
    report = await availability(keeper.actor, "room", MARCH)
    hours = {row.key: row.figures.maintenance_hours for row in report.rows}
    assert hours == {room: 240.0, other: 240.0}
    assert report.totals.down_hours == 31 * 24 * 3 - 480


async def test_a_device_counts_from_its_first_day_to_its_last(
    school: MadeSchool, keeper: MadePerson
) -> None:
    await watched(school, [("up", on(10), on(12))], removed_at=on(12))
    await watched(school, [("up", on(-20), on(-10))], removed_at=on(-10))
    found = await figures_of(keeper)
    assert (found.devices, found.up_hours, found.percent) == (1, 48.0, 100.0)


async def test_a_running_month_is_counted_up_to_now(school: MadeSchool, keeper: MadePerson) -> None:
    device = (await made.device(school, may_sleep=False)).id
    await database.execute("UPDATE device SET state = 'up' WHERE id = $1", device)
    report = await availability(keeper.actor, "device", chosen_month(None))
    assert report.counted_until <= clock.now()
    assert report.totals.devices == 1


async def test_other_schools_and_other_roles_see_nothing(school: MadeSchool) -> None:
    await watched(school, [("up", on(1), on(2))])
    stranger = (await factories.person(Role.admin, await factories.school())).actor
    assert (await availability(stranger, "room", MARCH)).rows == []
    with pytest.raises(NotFound):
        await availability(stranger, "room", MARCH, school_id=school.id)
    room = await factories.place(school)
    with pytest.raises(NotFound):
        await availability(stranger, "device", MARCH, room_id=room)
    teacher = (await factories.person(Role.teacher, school)).actor
    with pytest.raises(Forbidden):
        await availability(teacher, "room", MARCH)


@pytest.mark.parametrize("name", ["2026", "2026-13", "2026-1", "March", "2999-01", "2026-03-01"])
def test_a_month_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(Invalid):
        chosen_month(name)


def test_months_to_choose_from_are_those_of_a_year() -> None:
    months = last_months()
    assert len({month.name for month in months}) == 13
    assert all(a.starts_at == b.ends_at for a, b in pairwise(months))
