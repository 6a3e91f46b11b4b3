"""Exams and stock-takes in the calendar, and what an asset with bookings may not do."""

from datetime import timedelta

import msgspec
import pytest

from core.errors import Conflict, Forbidden
from inventory import assets
from inventory.holds import blocks, bookings, changing
from inventory.holds.blocks import NewBlock
from inventory.holds.listing import get_hold
from tests import factories
from tests.factories_holds import BookingWorld as World
from tests.factories_holds import booking_world, monday
from tests.factories_holds import new_booking as new

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
async def world() -> World:
    return await booking_world()


async def test_a_booking_keeps_an_asset_at_its_school(world: World) -> None:
    other = await factories.school()
    keeper = await factories.person("technician", world.school, other)
    made = await factories.asset(world.school)
    (held,) = (await bookings.book(world.teacher.actor, new(world, tag=made.tag))).items
    with pytest.raises(Conflict, match="booked"):
        await assets.change_school(keeper.actor, [made.tag], other.id)
    await changing.cancel_booking(world.teacher.actor, held.id)
    await assets.change_school(keeper.actor, [made.tag], other.id)


async def test_an_exam_takes_a_room_and_gives_it_back(world: World) -> None:
    room = await factories.place(world.school)
    (held,) = (await bookings.book(world.teacher.actor, new(world, place_id=room))).items
    exam = NewBlock(kind="exam", place_id=room, day=monday() + timedelta(days=3))
    with pytest.raises(Conflict, match="booked for"):
        await blocks.block(world.technician.actor, exam)
    with pytest.raises(Forbidden):
        await blocks.block(world.teacher.actor, exam)
    asked = msgspec.structs.replace(exam, displaces=True)
    (taken,) = await blocks.block(world.technician.actor, asked)
    assert (await get_hold(world.teacher.actor, held.id)).trouble == "exam"
    with pytest.raises(Conflict, match="held for an exam"):
        await bookings.book(world.teacher.actor, new(world, 1, place_id=room))
    await blocks.release(world.technician.actor, taken.id)
    assert (await get_hold(world.teacher.actor, held.id)).trouble is None


async def test_a_stock_take_takes_many_assets_or_none(world: World) -> None:
    one, two = await factories.asset(world.school), await factories.asset(world.school)
    await bookings.book(world.teacher.actor, new(world, tag=two.tag))
    asked = NewBlock(kind="stocktake", tags=[one.tag, two.tag], day=monday() + timedelta(days=3))
    with pytest.raises(Conflict) as refused:
        await blocks.block(world.technician.actor, asked)
    assert [error.index for error in refused.value.errors] == [1]
    taken = await blocks.block(
        world.technician.actor, msgspec.structs.replace(asked, tags=[one.tag])
    )
    assert [held.kind for held in taken] == ["stocktake"]
