"""Bookings that are changed or given up: displaced, partly handed out, of lessons that moved, over."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from core import clock, database
from core.errors import Conflict, Invalid
from inventory import custody, repairs
from inventory.custody import Holder
from inventory.custody.booked import Meeting
from inventory.holds import blocks, bookings, changing
from inventory.holds.blocks import NewBlock
from inventory.holds.bookings import BookingEdit, NewBooking
from inventory.holds.listing import Hold, get_hold
from tests import factories, factories_holds, factories_repairs
from tests.factories_holds import BookingWorld as World
from tests.factories_holds import booking_world, monday
from tests.factories_holds import new_booking as new

pytestmark = pytest.mark.usefixtures("db")
THURSDAY = timedelta(days=3)


@pytest.fixture
async def world() -> World:
    return await booking_world()


async def _book(world: World, asked: NewBooking) -> Hold:
    return (await bookings.book(world.teacher.actor, asked)).items[0]


async def _change(world: World, held: Hold, **facts: Any) -> Hold:
    return await changing.change_booking(world.teacher.actor, held.id, BookingEdit(**facts))


async def test_a_displaced_booking_that_is_moved_is_displaced_no_more(world: World) -> None:
    room = await factories.place(world.school)
    held = await _book(world, new(world, place_id=room, last_lesson_id=world.lessons[4]))
    exam = NewBlock(
        kind="exam",
        place_id=room,
        day=monday() + THURSDAY,
        lesson_id=world.lessons[3],
        displaces=True,
    )
    await blocks.block(world.technician.actor, exam)
    at = {"day": monday() + THURSDAY, "last_lesson_id": world.lessons[4]}
    # Something else is said of it, at the time that it had.
    said = await _change(world, held, **at, lesson_id=world.lessons[3], purpose="Robots")
    assert (said.trouble, said.purpose) == ("exam", "Robots")
    with pytest.raises(Conflict):
        await _change(world, held, **at, lesson_id=world.lessons[2])
    moved = await _change(world, held, **at, lesson_id=world.lessons[4])
    assert moved.trouble is None
    with pytest.raises(Conflict, match="booked"):
        await bookings.book(world.technician.actor, new(world, 4, place_id=room))


async def test_only_bookings_give_way(world: World) -> None:
    made = await factories.asset(world.school)
    asked = NewBlock(kind="stocktake", tags=[made.tag], day=monday() + THURSDAY)
    (counted,) = await blocks.block(world.technician.actor, asked)
    exam = NewBlock(kind="exam", tags=[made.tag], day=monday() + THURSDAY, displaces=True)
    with pytest.raises(Conflict, match="being counted"):
        await blocks.block(world.technician.actor, exam)
    assert (await get_hold(world.technician.actor, counted.id)).closed_as is None
    # A repair is a fact: it displaces even that.
    await factories_repairs.order(made)
    standing = await database.fetch_value("SELECT displaced_by FROM hold WHERE id = $1", counted.id)
    assert standing is not None


async def test_a_block_of_many_asks_as_often_as_one_of_one(world: World) -> None:
    tags = [(await factories.asset(world.school)).tag for _ in range(12)]
    counts = []
    for days, chosen in ((3, tags[:1]), (4, tags)):
        day = monday() + timedelta(days=days)
        exam = NewBlock(kind="exam", tags=chosen, day=day, displaces=True)
        async with database.transaction(), database.connection() as own:
            asked: list[object] = []
            with own.query_logger(asked.append):
                assert len(await blocks.block(world.technician.actor, exam)) == len(chosen)
            counts.append(len(asked))
    assert counts[0] == counts[1] > 5


async def test_a_repair_that_has_ended_leaves_the_rest_of_its_day(world: World) -> None:
    made = await factories.asset(world.school)
    order = await factories_repairs.order(made)
    await repairs.complete(world.technician.actor, order.id, resolution="Mended")
    today = NewBooking(tag=made.tag, day=clock.today(factories_holds.ZONE))
    assert (await _book(world, today)).trouble is None
    assert await database.fetch_column(str, "SELECT closed_as FROM hold WHERE kind = 'repair'") == [
        "ended"
    ]


@pytest.mark.parametrize(
    ("first", "last", "is_taken"), [(0, 365, True), (0, 366, False), (-30, 335, True)]
)
async def test_a_booking_is_of_a_year_at_most(
    world: World, first: int, last: int, is_taken: bool
) -> None:
    made = await factories.asset(world.school)
    today = clock.today(factories_holds.ZONE)
    asked = NewBooking(
        tag=made.tag, day=today + timedelta(days=first), last_day=today + timedelta(days=last)
    )
    if is_taken:
        assert (await _book(world, asked)).quantity == 1
        return
    with pytest.raises(Invalid) as refused:
        await _book(world, asked)
    assert refused.value.field == "last_day"


async def test_a_booking_keeps_its_hours_when_the_lessons_move(world: World) -> None:
    made = await factories.asset(world.school)
    held = await _book(world, new(world, tag=made.tag))
    await database.execute(
        "UPDATE lesson_period SET starts = starts + interval '7 minutes',"
        " ends = ends + interval '7 minutes' WHERE school = $1",
        world.school.id,
    )
    day = monday() + THURSDAY
    kept = await _change(world, held, day=day, keeps_hours=True, purpose="Robots")
    assert (kept.starts_at, kept.ends_at) == (held.starts_at, held.ends_at)
    moved = await _change(world, held, day=day - timedelta(days=1), keeps_hours=True)
    assert moved.starts_at == held.starts_at - timedelta(days=1)
    lesson = await _change(world, held, day=day, keeps_hours=True, lesson_id=world.lessons[3])
    assert lesson.starts_at == held.starts_at + timedelta(minutes=7)
    for facts, field in (
        ({"last_day": day - timedelta(days=1)}, "last_day"),
        ({"last_day": day + timedelta(days=900)}, "last_day"),
        ({"day": monday(-3)}, "day"),
    ):
        with pytest.raises(Invalid) as refused:
            await _change(world, held, **{"day": day, "keeps_hours": True, **facts})
        assert refused.value.field == field


async def test_what_is_partly_handed_out_can_still_be_changed(world: World) -> None:
    model = await factories.asset_model("robot_kit")
    tags = [(await factories.asset(world.school, model=model)).tag for _ in range(4)]
    today = clock.today(factories_holds.ZONE)
    ask = {"model_id": model, "school_id": world.school.id}
    tomorrow = today + timedelta(days=1)
    held = await _book(world, NewBooking(quantity=3, day=today, last_day=tomorrow, **ask))
    await custody.hand_out(
        world.technician.actor,
        tags[:2],
        Holder(person_id=world.teacher.id),
        due_on=tomorrow,
        meeting=Meeting(booking_id=held.id),
    )
    assert (await _change(world, held, day=today, quantity=3)).outstanding == 1
    assert (await _change(world, held, day=today, last_day=tomorrow, quantity=4)).outstanding == 2
    with pytest.raises(Conflict):
        await _change(world, held, day=today, last_day=tomorrow, quantity=5)
    with pytest.raises(Invalid, match="2 of them have been handed out"):
        await _change(world, held, day=today, quantity=1)
    done = await _change(world, held, day=today, quantity=2)
    assert (done.outstanding, done.closed_as) == (0, "fulfilled")


async def test_what_became_too_few_can_be_made_less(world: World) -> None:
    made = await factories.asset(world.school)
    other = await factories.asset(world.school, model=made.model_id)
    ask = {"model_id": made.model_id, "school_id": world.school.id}
    held = await _book(world, new(world, quantity=2, **ask))
    await factories_repairs.order(other)
    at = {"day": monday() + THURSDAY, "lesson_id": world.lessons[3]}
    assert (await _change(world, held, **at, quantity=2, purpose="x")).trouble == "short"
    assert (await _change(world, held, **at, quantity=1)).trouble is None
    with pytest.raises(Conflict):
        await _change(world, held, **at, quantity=2)


async def test_of_32_who_cancel_or_call_off_one_did_it(world: World) -> None:
    made = await factories.asset(world.school)
    held = await _book(world, new(world, tag=made.tag))
    results = await asyncio.gather(
        *(changing.cancel_booking(world.teacher.actor, held.id) for _ in range(32)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, list) for one in results) == 1
    assert sum(isinstance(one, Conflict) for one in results) == 31
    exam = NewBlock(kind="exam", tags=[made.tag], day=monday())
    (taken,) = await blocks.block(world.technician.actor, exam)
    results = await asyncio.gather(
        *(blocks.release(world.technician.actor, taken.id) for _ in range(32)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, Conflict) for one in results) == 31


async def test_what_is_over_is_neither_changed_nor_given_up(world: World) -> None:
    made = await factories.asset(world.school)
    held = await _book(world, new(world, tag=made.tag))
    exam = NewBlock(kind="exam", tags=[made.tag], day=monday())
    (taken,) = await blocks.block(world.technician.actor, exam)
    await database.execute(
        "UPDATE hold SET starts_at = now() - interval '2 hours' - id * interval '1 day',"
        " ends_at = now() - interval '1 hour' - id * interval '1 day'"
    )
    with pytest.raises(Conflict, match="over already"):
        await _change(world, held, day=monday())
    with pytest.raises(Conflict, match="over already"):
        await changing.cancel_booking(world.teacher.actor, held.id)
    with pytest.raises(Conflict, match="over already"):
        await blocks.release(world.technician.actor, taken.id)
    assert (await changing.mark_no_show(world.technician.actor, held.id)).closed_as == "no_show"
