"""Function rooms: what they lack is worked out, and spare things close the gap in one step."""

import pytest

from core import database
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.roles import Role
from inventory import disposals, rooms, transfers
from inventory.disposals import End, NewDisposal
from inventory.models import AssetKind
from inventory.rooms import ItemFacts, NewPlan, RoomFilters, RoomSetting, StandardFacts
from inventory.transfers import NewReceipt, ReceivedLine
from monitoring.usage.room_candidates import WhySpare, find_room_candidates
from tests import factories, factories_rooms

pytestmark = pytest.mark.usefixtures("db")


async def test_a_thing_counts_once_where_it_stands_and_only_if_it_works() -> None:
    school = await factories.school()
    admin = await factories.person("admin", school)
    model = await factories.asset_model("computer")
    teachers = ItemFacts("Computer of the teacher", 1, model_id=model, is_obligatory=False)
    made = await factories_rooms.room(admin, school, teachers, seats=3)
    cabinet = await factories.place(school, "cabinet", made.place_id)
    await factories.asset(school, place=made.place_id, model=model)
    plain = await factories.asset(school, place=cabinet)
    broken = await factories.asset(school, place=made.place_id)
    await database.execute("UPDATE asset SET condition = 'broken' WHERE id = $1", broken.id)
    await factories.asset(school)
    room = await rooms.get_function_room(admin.actor, made.place_id)
    pupils, own = room.needs
    assert (pupils.should, pupils.holds, pupils.works, pupils.gap) == (3, 2, 1, 2)
    assert (own.should, own.holds, own.works, own.gap) == (1, 1, 1, 0)
    assert (room.missing, room.must, room.short_lines) == (2, 2, 1)
    (gap,) = await rooms.sum_gaps(admin.actor)
    assert (gap.what, gap.gap, gap.rooms) == ("Computer", 2, 1)
    await database.execute(
        "UPDATE asset SET class_code = 'A02010105', class_edition = 'x' WHERE id = $1", plain.id
    )
    by_class = ItemFacts("Desktop", 1, class_code="A020101")
    facts = StandardFacts(
        made.standard.room_kind, "Anew", "A source", [by_class], revision=made.standard.revision
    )
    changed = await rooms.update_standard(admin.actor, made.standard.id, facts)
    assert changed.revision == made.standard.revision + 1
    (line,) = (await rooms.get_function_room(admin.actor, made.place_id)).needs
    assert (line.holds, line.gap) == (1, 0)
    assert not (await rooms.list_function_rooms(admin.actor, RoomFilters(short=True))).items
    with pytest.raises(Conflict):
        await rooms.update_standard(admin.actor, made.standard.id, facts)


async def test_spare_things_of_both_schools_come_in_one_step_or_not_at_all() -> None:
    here, there = await factories.school(), await factories.school()
    admin = await factories.person("admin", here, there)
    made = await factories_rooms.room(admin, here, seats=3)
    other = await factories_rooms.room(admin, there, seats=1)
    loose = await factories.asset(here)
    store = await factories.place(there, "room")
    afar = await factories.asset(there, place=store)
    needed = await factories.asset(there, place=other.place_id)
    found = await find_room_candidates(admin.actor, made.place_id)
    assert [(one.tag, one.why) for one in found] == [
        (loose.tag, WhySpare.no_place),
        (afar.tag, WhySpare.not_taken),
    ]
    ending = await factories.asset(there, place=store, lifecycle="retired")
    await disposals.propose_disposal(
        admin.actor, NewDisposal([ending.tag], End.disposed, "Beyond repair")
    )
    with pytest.raises(Conflict) as refused:
        await rooms.plan_room(
            admin.actor, made.place_id, NewPlan([loose.tag, afar.tag, needed.tag, ending.tag])
        )
    assert [(one.code, one.value) for one in refused.value.errors] == [
        ("in_a_room", needed.tag),
        ("proposed", ending.tag),
    ]
    assert await database.fetch_value("SELECT place FROM asset WHERE id = $1", loose.id) is None
    plan = await rooms.plan_room(admin.actor, made.place_id, NewPlan([loose.tag, afar.tag]))
    assert plan.moved == 1
    (draft,) = plan.transfers
    (need,) = (await rooms.get_function_room(admin.actor, made.place_id)).needs
    assert (need.works, need.coming, need.gap, need.to_find) == (1, 1, 2, 1)
    assert not await find_room_candidates(admin.actor, made.place_id)
    await transfers.send_transfer(admin.actor, draft.id)
    receipt = NewReceipt([ReceivedLine(afar.tag)], made.place_id)
    await transfers.receive_transfer(admin.actor, draft.id, receipt)
    (need,) = (await rooms.get_function_room(admin.actor, made.place_id)).needs
    assert (need.works, need.coming, need.gap) == (2, 0, 1)


async def test_who_may_do_what_and_what_no_room_follows() -> None:
    school, other = await factories.school(), await factories.school()
    admin = await factories.person("admin", school)
    made = await factories_rooms.room(admin, school)
    keeper, teacher = [
        await factories.person(role, school) for role in (Role.technician, "teacher")
    ]
    new = factories_rooms.computers(school)
    with pytest.raises(Forbidden):
        await rooms.create_standard(keeper.actor, new)
    assert (await rooms.get_function_room(teacher.actor, made.place_id)).missing == 2
    thing = await factories.asset(school)
    with pytest.raises(Forbidden):
        await rooms.plan_room(teacher.actor, made.place_id, NewPlan([thing.tag]))
    with pytest.raises(Forbidden):
        await rooms.set_function_room(
            teacher.actor, made.place_id, RoomSetting(made.standard.id, 1)
        )
    stranger = await factories.person("admin", other)
    for call in (
        rooms.get_function_room(stranger.actor, made.place_id),
        rooms.get_standard(stranger.actor, made.standard.id),
        rooms.set_function_room(
            stranger.actor, await factories.place(other), RoomSetting(made.standard.id, 1)
        ),
    ):
        with pytest.raises(NotFound):
            await call
    building = await factories.place(school, "building")
    with pytest.raises(Invalid):
        await rooms.set_function_room(admin.actor, building, RoomSetting(made.standard.id, 1))
    both = ItemFacts("Two ways", 1, AssetKind.computer, class_code="A02")
    with pytest.raises(Invalid) as refused:
        await rooms.create_standard(admin.actor, factories_rooms.computers(school, both))
    assert [(one.field, one.index) for one in refused.value.errors] == [("kind", 1)]
    await rooms.retire_standard(admin.actor, made.standard.id)
    with pytest.raises(Invalid):
        await rooms.set_function_room(
            admin.actor, await factories.place(school), RoomSetting(made.standard.id, 1)
        )
    await rooms.clear_function_room(admin.actor, made.place_id)
    assert not (await rooms.list_function_rooms(admin.actor)).items
