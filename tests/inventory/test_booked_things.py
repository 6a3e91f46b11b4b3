"""Repairs and hand-outs beside bookings: who has a thing that is booked."""

import asyncio
from datetime import timedelta

import msgspec
import pytest

from core import clock, database
from core.errors import Conflict
from inventory import custody, repairs
from inventory.custody import Holder
from inventory.custody.booked import Meeting
from inventory.holds import bookings, weeks
from inventory.holds.availability import COUNTS
from inventory.holds.bookings import NewBooking
from inventory.holds.listing import get_hold
from inventory.holds.weeks import AskedWeek
from tests import factories, factories_holds, factories_repairs
from tests.factories_holds import BookingWorld as World
from tests.factories_holds import booking_world, monday
from tests.factories_holds import new_booking as new

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
async def world() -> World:
    return await booking_world()


async def test_a_repair_displaces_a_booking_until_it_is_done(world: World) -> None:
    made = await factories.asset(world.school)
    (held,) = (await bookings.book(world.teacher.actor, new(world, tag=made.tag))).items
    order = await factories_repairs.order(made)
    await factories_repairs.order(made, fault="another")
    assert (await get_hold(world.teacher.actor, held.id)).trouble == "repair"
    with pytest.raises(Conflict, match="in repair"):
        await bookings.book(world.teacher.actor, new(world, 1, tag=made.tag))
    await _complete(world, order.id)
    assert (await get_hold(world.teacher.actor, held.id)).trouble == "repair"
    for order_id in await database.fetch_column(
        int, "SELECT id FROM work_order WHERE closed_at IS NULL"
    ):
        await _complete(world, order_id)
    assert (await get_hold(world.teacher.actor, held.id)).trouble is None
    with pytest.raises(Conflict, match="booked for"):
        await bookings.book(world.technician.actor, new(world, tag=made.tag))
    await bookings.book(world.teacher.actor, new(world, 1, tag=made.tag))


async def test_what_is_booked_goes_to_whom_it_is_booked_for(world: World) -> None:
    made = await factories.asset(world.school)
    today = clock.today(factories_holds.ZONE)
    booked = await bookings.book(
        world.teacher.actor, NewBooking(tag=made.tag, day=today, last_day=today + timedelta(days=1))
    )
    held = booked.items[0]
    with pytest.raises(Conflict) as refused:
        await custody.hand_out(world.technician.actor, [made.tag], Holder(group="5B"))
    assert [error.code for error in refused.value.errors] == ["booked"]
    (loan,) = await custody.hand_out(
        world.technician.actor, [made.tag], Holder(person_id=world.teacher.id), due_on=today
    )
    assert (await get_hold(world.teacher.actor, held.id)).closed_as == "fulfilled"
    await custody.take_back(world.technician.actor, [loan.tag])
    # Back early, it is free again.
    await bookings.book(world.teacher.actor, NewBooking(tag=made.tag, day=today))


async def test_what_is_booked_for_a_class_goes_to_it_however_the_class_is_written(
    world: World,
) -> None:
    today = clock.today(factories_holds.ZONE)
    for written, holder in (("五（2）班", "五(2)班"), ("5.2班", "五年级2班")):
        made = await factories.asset(world.school)
        new_one = NewBooking(tag=made.tag, day=today, group=written)
        (held,) = (await bookings.book(world.teacher.actor, new_one)).items
        await custody.hand_out(
            world.technician.actor, [made.tag], Holder(group=holder), due_on=today
        )
        assert (await get_hold(world.teacher.actor, held.id)).closed_as == "fulfilled"


async def test_others_get_what_is_booked_only_knowingly(world: World) -> None:
    made = await factories.asset(world.school)
    today = clock.today(factories_holds.ZONE)
    (held,) = (
        await bookings.book(
            world.teacher.actor, NewBooking(tag=made.tag, day=today + timedelta(days=1))
        )
    ).items
    asked = Meeting(overrides_bookings=True)
    await custody.hand_out(world.technician.actor, [made.tag], Holder(group="5B"), meeting=asked)
    assert (await get_hold(world.teacher.actor, held.id)).trouble == "out"
    with pytest.raises(Conflict, match="handed out to 5B"):
        await bookings.book(
            world.teacher.actor, NewBooking(tag=made.tag, day=today + timedelta(days=9))
        )


async def test_so_many_of_a_model_are_chosen_when_they_are_handed_out(world: World) -> None:
    model = await factories.asset_model("robot_kit")
    tags = [(await factories.asset(world.school, model=model)).tag for _ in range(4)]
    today = clock.today(factories_holds.ZONE)
    ask = {"model_id": model, "school_id": world.school.id, "day": today}
    (held,) = (await bookings.book(world.teacher.actor, NewBooking(quantity=3, **ask))).items
    out = custody.hand_out
    technician, due = world.technician.actor, today
    await out(technician, [tags[0]], Holder(group="6A"), due_on=due)
    with pytest.raises(Conflict, match="booked, for Teacher"):
        await out(technician, [tags[1]], Holder(group="6A"), due_on=due)
    asked = Meeting(booking_id=held.id)
    who = Holder(person_id=world.teacher.id)
    await out(technician, tags[1:3], who, due_on=due, meeting=asked)
    assert (await get_hold(technician, held.id)).outstanding == 1
    await out(technician, [tags[3]], who, due_on=due, meeting=asked)
    assert (await get_hold(technician, held.id)).closed_as == "fulfilled"


async def test_of_32_hand_outs_and_bookings_of_one_thing_one_has_it(world: World) -> None:
    made = await factories.asset(world.school)
    today = clock.today(factories_holds.ZONE)
    booking = NewBooking(tag=made.tag, day=today, last_day=today + timedelta(days=1))
    results = await asyncio.gather(
        *(
            custody.hand_out(world.technician.actor, [made.tag], Holder(group=f"{n}"))
            if n % 2
            else bookings.book(world.teacher.actor, booking)
            for n in range(32)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(one, bookings.Booked | list) for one in results) == 1
    assert sum(isinstance(one, Conflict) for one in results) == 31


async def _complete(world: World, order_id: int) -> None:
    await repairs.complete(world.technician.actor, order_id, resolution="Mended")


async def test_a_model_that_loses_one_to_a_repair_is_short_for_the_last_to_book(
    world: World,
) -> None:
    made = await factories.asset(world.school)
    await factories.asset(world.school, model=made.model_id)
    ask = {"model_id": made.model_id, "school_id": world.school.id}
    first = (await bookings.book(world.teacher.actor, new(world, **ask))).items[0]
    last = (await bookings.book(world.technician.actor, new(world, **ask))).items[0]
    await factories_repairs.order(made)
    assert (await get_hold(world.teacher.actor, first.id)).trouble is None
    assert (await get_hold(world.teacher.actor, last.id)).trouble == "short"


async def test_a_week_of_a_model_looks_once_at_what_is_out_and_booked(world: World) -> None:
    model = await factories.asset_model()
    made = [await factories.asset(world.school, model=model) for _ in range(3)]
    of_model = {"model_id": model, "school_id": world.school.id}
    await bookings.book(world.teacher.actor, new(world, 1, quantity=2, **of_model))
    await bookings.book(world.teacher.actor, new(world, 2, tag=made[0].tag))
    friday = monday() + timedelta(days=4)
    await custody.hand_out(
        world.technician.actor, [made[2].tag], Holder(person_id=world.teacher.id), due_on=friday
    )
    week = await weeks.get_week(world.teacher.actor, AskedWeek(**of_model, day=monday()))
    free = [[slot.free for slot in day.slots] for day in week.days]
    assert free == [[2] * 4, [2] * 4, [2] * 4, [0, 1, 2, 2], [2] * 4]
    slots = [slot for day in week.days for slot in day.slots]
    values = {
        "school": world.school.id,
        "model": model,
        "starts": [slot.starts_at for slot in slots],
        "ends": [slot.ends_at for slot in slots],
        "but": None,
    }
    sql, args = database.numbered(COUNTS, values)
    plan = await database.fetch_value(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", *args)
    nodes = [msgspec.json.decode(plan)[0]["Plan"]] if isinstance(plan, str) else [plan[0]["Plan"]]
    for node in nodes:
        nodes += node.get("Plans", [])
    loops = {
        one["Actual Loops"] for one in nodes if one.get("Relation Name") in ("hold", "custody")
    }
    assert len(slots) == 20 and loops <= {0, 1}
