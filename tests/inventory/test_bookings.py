"""One calendar: nothing is taken twice, nor more of a model than there is."""

import asyncio
from datetime import UTC, datetime, time, timedelta
from typing import Any

import msgspec
import pytest

from core import clock, database
from core.errors import Conflict, Forbidden, Invalid, NotFound
from inventory.holds import bookings, changing, weeks
from inventory.holds.bookings import BookingEdit, NewBooking
from inventory.holds.listing import HoldFilters, HoldView, get_hold, list_holds, list_own
from inventory.holds.usual import find_usual
from inventory.holds.weeks import AskedWeek
from tests import factories, factories_holds
from tests.factories_holds import BookingWorld as World
from tests.factories_holds import booking_world, monday
from tests.factories_holds import new_booking as new

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
async def world() -> World:
    return await booking_world()


async def test_an_asset_is_booked_for_a_lesson_by_one_alone(world: World) -> None:
    made = await factories.asset(world.school)
    booked = await bookings.book(world.teacher.actor, new(world, tag=made.tag, group="七(3)班"))
    (held,) = booked.items
    assert (held.tag, held.person, held.group) == (made.tag, world.teacher.name, "七(3)班")
    with pytest.raises(Conflict, match="booked for 七"):
        await bookings.book(world.technician.actor, new(world, tag=made.tag))
    # Back to back is no clash, for one lesson or several.
    await bookings.book(
        world.technician.actor,
        new(world, 1, tag=made.tag, last_lesson_id=world.lessons[2]),
    )
    assert [one.id for one in await list_own(world.teacher.actor)] == [held.id]


async def test_a_booking_is_four_statements_each_planned_for_all(world: World) -> None:
    made = [(await factories.asset(world.school)).tag for _ in range(8)]
    planned = "SELECT name, custom_plans FROM pg_prepared_statements"
    async with database.transaction(), database.connection() as own:
        before = dict(await own.fetch(planned))
        asked: list[object] = []
        with own.query_logger(asked.append):
            for tag in made:
                await bookings.book(world.teacher.actor, NewBooking(tag=tag, day=monday()))
        # The logger is told of the last one later.
        assert 0 < len(asked) <= 4 * len(made)
        after = await own.fetch(planned)
    # Then PostgreSQL has seen that a plan for any values is as good as one for these.
    assert max(plans - before.get(name, 0) for name, plans in after) <= 5


@pytest.mark.parametrize("kind", ["asset", "room", "model"])
async def test_of_32_who_book_the_last_one_at_once_one_has_it(world: World, kind: str) -> None:
    made = await factories.asset(world.school)
    wanted: dict[str, dict[str, Any]] = {
        "asset": {"tag": made.tag},
        "room": {"place_id": await factories.place(world.school)},
        "model": {"model_id": made.model_id, "school_id": world.school.id},
    }
    results = await asyncio.gather(
        *(bookings.book(world.teacher.actor, new(world, **wanted[kind])) for _ in range(32)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, bookings.Booked) for one in results) == 1
    assert sum(isinstance(one, Conflict) for one in results) == 31


async def test_the_database_itself_refuses_one_of_32_that_never_looked(world: World) -> None:
    made = await factories.asset(world.school)
    insert = (
        "INSERT INTO hold (school, kind, {column}, quantity, starts_at, ends_at, person,"
        " group_name, purpose, made_at, version) VALUES ($1, 'booking', $2, 1,"
        " now() + interval '1 day', now() + interval '2 days', $3, '', '', now(), 1)"
    )
    for column, key in (("asset", made.id), ("model", made.model_id)):
        await database.execute("DELETE FROM hold")
        results = await asyncio.gather(
            *(
                database.execute(
                    insert.format(column=column), world.school.id, key, world.teacher.id
                )
                for _ in range(32)
            ),
            return_exceptions=True,
        )
        assert [one for one in results if one == 1] == [1]


async def test_so_many_of_a_model_are_had_as_there_are(world: World) -> None:
    model = await factories.asset_model("robot_kit")
    one, other, *_ = [await factories.asset(world.school, model=model) for _ in range(6)]
    ask = {"model_id": model, "school_id": world.school.id}
    await bookings.book(world.teacher.actor, new(world, quantity=4, **ask))
    with pytest.raises(Conflict, match="2 of 6 are free") as refused:
        await bookings.book(world.technician.actor, new(world, quantity=3, **ask))
    assert refused.value.field == refused.value.errors[0].field == "quantity"
    # A single one of them takes its share.
    await bookings.book(world.technician.actor, new(world, tag=one.tag))
    with pytest.raises(Conflict, match="1 of 6 are free"):
        await bookings.book(world.technician.actor, new(world, quantity=2, **ask))
    await bookings.book(world.technician.actor, new(world, quantity=1, **ask))
    with pytest.raises(Conflict, match="all of this model are booked"):
        await bookings.book(world.technician.actor, new(world, tag=other.tag))
    with pytest.raises(Conflict, match="the school has 6 of it") as refused:
        await bookings.book(world.technician.actor, new(world, 1, quantity=7, **ask))
    assert refused.value.field == "quantity"
    with pytest.raises(Conflict, match="0 of 6 are free") as refused:
        await bookings.book(world.technician.actor, new(world, quantity=1, **ask))
    assert refused.value.field == "day"


async def test_what_is_likely_booked_next_comes_first(world: World) -> None:
    room = await factories.place(world.school)
    kit, other, gone = [await factories.asset(world.school) for _ in range(3)]
    for n, wanted in enumerate(({"tag": gone.tag}, {"place_id": room}, {"tag": kit.tag})):
        await bookings.book(world.teacher.actor, new(world, n, **wanted))
    await factories.step(gone, "retired")
    found = await find_usual(world.teacher.actor, [world.school.id], limit=5)
    assert [(one.tag, one.place_id) for one in found[:2]] == [(kit.tag, None), (None, room)]
    assert other.model_id in [one.model_id for one in found[2:]]
    assert len({(one.place_id, one.tag or one.model_id) for one in found}) == len(found)
    assert len(await find_usual(world.teacher.actor, [world.school.id], limit=1)) == 1
    assert not await find_usual(world.teacher.actor, [], limit=5)


async def test_the_week_that_is_shown_has_lessons_to_come(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    friday = monday() + timedelta(days=4)
    for hour, shown in ((1, friday), (6, friday + timedelta(days=3))):
        at = datetime.combine(friday, time(hour), UTC)
        monkeypatch.setattr(clock, "now", lambda at=at: at)
        assert await weeks.next_day(world.school.id) == shown


async def test_of_overlapping_requests_only_the_highest_moment_counts(world: World) -> None:
    made = await factories.asset(world.school)
    await factories.asset(world.school, model=made.model_id)
    ask = {"model_id": made.model_id, "school_id": world.school.id}
    book = bookings.book
    await book(world.teacher.actor, new(world, 1, **ask))
    await book(world.teacher.actor, new(world, 2, **ask))
    # One is taken in each of both lessons, never two at once.
    across = await book(
        world.technician.actor, new(world, 1, last_lesson_id=world.lessons[2], **ask)
    )
    with pytest.raises(Conflict):
        await book(world.technician.actor, new(world, 2, **ask))
    await changing.cancel_booking(world.technician.actor, across.items[0].id)
    await book(world.technician.actor, new(world, 2, **ask))


async def test_a_weekly_booking_names_the_dates_that_are_taken(world: World) -> None:
    made = await factories.asset(world.school)
    await factories_holds.term(world.school, monday(0), 6)
    holiday = monday(2) + timedelta(days=3)
    await database.execute(
        "INSERT INTO school_day (school, day, name, is_taught, is_public)"
        " VALUES ($1, $2, '运动会', false, false)",
        world.school.id,
        holiday,
    )
    # Its lessons are on the Sunday after.
    await database.execute(
        "INSERT INTO school_day (school, day, name, is_taught, as_weekday, is_public)"
        " VALUES ($1, $2, '补课', true, 4, false)",
        world.school.id,
        holiday + timedelta(days=3),
    )
    await bookings.book(
        world.technician.actor,
        new(world, tag=made.tag, day=monday(3) + timedelta(days=3), group="八(1)班"),
    )
    asked = new(world, tag=made.tag, weekly=True)
    with pytest.raises(Conflict) as refused:
        await bookings.book(world.teacher.actor, asked)
    assert [error.index for error in refused.value.errors] == [2]
    assert "八(1)班" in str(refused.value.errors[0].message.params["why"])
    assert await list_own(world.teacher.actor) == []
    booked = await bookings.book(
        world.teacher.actor, msgspec.structs.replace(asked, skip_taken=True)
    )
    days = [one.starts_at.date() for one in booked.items]
    assert days == [
        monday(1) + timedelta(days=3),
        holiday + timedelta(days=3),
        monday(4) + timedelta(days=3),
        monday(5) + timedelta(days=3),
    ]
    assert len(booked.skipped) == 1
    assert len({one.series for one in booked.items}) == 1
    gone = await changing.cancel_booking(world.teacher.actor, booked.items[1].id, whole_series=True)
    assert [one.id for one in gone] == [one.id for one in booked.items[1:]]
    assert [one.id for one in await list_own(world.teacher.actor)] == [booked.items[0].id]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"day": monday(0) - timedelta(days=9)}, "day"),
        ({"day": monday(60)}, "day"),
        ({"day": monday() + timedelta(days=5)}, "day"),
        ({"lesson_id": 10**9}, "lesson_id"),
        ({"last_day": monday()}, "last_day"),
        ({"weekly": True}, "weekly"),
        ({"quantity": 2}, "quantity"),
        ({"group": "x" * 121}, "group"),
        ({"purpose": "x" * 201}, "purpose"),
        ({"place_id": 1}, "tag"),
    ],
)
async def test_what_cannot_be_meant_names_its_field(
    world: World, facts: dict[str, Any], field: str
) -> None:
    made = await factories.asset(world.school)
    with pytest.raises(Invalid) as refused:
        await bookings.book(world.teacher.actor, new(world, **{"tag": made.tag, **facts}))
    assert refused.value.field == field


async def test_who_may_book_what_for_whom(world: World) -> None:
    made = await factories.asset(world.school)
    helper = await factories.person("student_helper", world.school)
    stranger = await factories.person("teacher", await factories.school())
    with pytest.raises(Forbidden):
        await bookings.book(helper.actor, new(world, tag=made.tag))
    with pytest.raises(NotFound):
        await bookings.book(stranger.actor, new(world, tag=made.tag))
    asked = new(world, tag=made.tag, person_id=world.technician.id)
    with pytest.raises(Forbidden):
        await bookings.book(world.teacher.actor, asked)
    asked = new(world, tag=made.tag, person_id=stranger.id)
    with pytest.raises(Invalid):
        await bookings.book(world.technician.actor, asked)
    asked = new(world, tag=made.tag, person_id=world.teacher.id)
    (held,) = (await bookings.book(world.technician.actor, asked)).items
    seen = await get_hold(helper.actor, held.id)
    assert (seen.person, seen.person_id, seen.purpose) == (None, None, "")
    await changing.cancel_booking(world.teacher.actor, held.id)


async def test_network_equipment_is_lent_only_where_the_school_says_so(world: World) -> None:
    switch = await factories.asset(world.school, model=await factories.asset_model("network"))
    with pytest.raises(Invalid, match="does not lend"):
        await bookings.book(world.teacher.actor, new(world, tag=switch.tag))
    await database.execute(
        "INSERT INTO lending_rule (school, model, is_lent) VALUES ($1, $2, true)",
        world.school.id,
        switch.model_id,
    )
    await bookings.book(world.teacher.actor, new(world, tag=switch.tag))


async def test_a_booking_is_put_to_another_time_or_stays_where_it_is(world: World) -> None:
    made = await factories.asset(world.school)
    (held,) = (await bookings.book(world.teacher.actor, new(world, tag=made.tag))).items
    await bookings.book(world.technician.actor, new(world, 1, tag=made.tag))
    edit = BookingEdit(day=monday() + timedelta(days=3), lesson_id=world.lessons[1])
    with pytest.raises(Conflict):
        await changing.change_booking(world.teacher.actor, held.id, edit)
    edit = BookingEdit(
        day=monday() + timedelta(days=3),
        lesson_id=world.lessons[2],
        last_lesson_id=world.lessons[3],
        version=held.version,
    )
    moved = await changing.change_booking(world.teacher.actor, held.id, edit)
    assert moved.starts_at < held.starts_at and moved.ends_at == held.ends_at
    with pytest.raises(Conflict, match="Somebody else"):
        await changing.change_booking(world.teacher.actor, held.id, edit)
    await changing.cancel_booking(world.teacher.actor, held.id)
    with pytest.raises(Conflict, match="closed"):
        await changing.cancel_booking(world.teacher.actor, held.id)
    page = await list_holds(world.teacher.actor, HoldFilters(view=HoldView.past, mine=True))
    assert [one.closed_as for one in page.items] == ["cancelled"]


async def test_what_nobody_came_for_is_free_again(world: World) -> None:
    made = await factories.asset(world.school)
    today = NewBooking(tag=made.tag, day=clock.today(factories_holds.ZONE))
    (held,) = (await bookings.book(world.teacher.actor, today)).items
    with pytest.raises(Forbidden):
        await changing.mark_no_show(world.teacher.actor, held.id)
    gone = await changing.mark_no_show(world.technician.actor, held.id)
    assert gone.closed_as == "no_show"
    await bookings.book(world.technician.actor, today)
    (later,) = (await bookings.book(world.teacher.actor, new(world, tag=made.tag))).items
    with pytest.raises(Conflict, match="cancel it instead"):
        await changing.mark_no_show(world.technician.actor, later.id)


async def test_a_week_says_lesson_by_lesson_what_stands_in_the_way(world: World) -> None:
    made = await factories.asset(world.school)
    await bookings.book(world.teacher.actor, new(world, tag=made.tag, group="5B"))
    week = await weeks.get_week(world.teacher.actor, AskedWeek(tag=made.tag, day=monday()))
    assert [(one.day.weekday(), len(one.slots)) for one in week.days] == [
        (day, 4) for day in range(5)
    ]
    taken = [
        (day.day, slot.lesson)
        for day in week.days
        for slot in day.slots
        if slot.availability and slot.availability.obstacles
    ]
    assert taken == [(monday() + timedelta(days=3), "Lesson 3")]
    own = await weeks.week_of_person(
        world.teacher.actor, world.teacher.id, world.school.id, monday()
    )
    assert [slot.lesson for day in own.days for slot in day.slots if slot.holds] == ["Lesson 3"]
