"""The life of assets as rows of the database: which steps exist, for whom, and what refuses them."""

import asyncio

import asyncpg
import pytest

from core import database, permissions
from core.errors import Conflict, Forbidden, Invalid, Problem
from inventory import assets, custody, donations, repairs
from inventory.assets import AssetFilters, LifecycleState, NewAsset
from inventory.custody import Holder
from inventory.donations import Receipt
from tests import factories, factories_inventory, factories_monitoring, factories_repairs
from tests.factories import MadePerson, MadeSchool

VOIDED = LifecycleState.voided


async def state_of(asset_id: int) -> str:
    return str(await database.fetch_value("SELECT lifecycle FROM asset WHERE id = $1", asset_id))


async def steps_of(who: MadePerson, tag: str) -> set[str]:
    asset = await assets.get_asset(who.actor, tag)
    return {step.to_state.value for step in await assets.find_next_steps(who.actor, asset)}


async def test_each_permission_of_the_table_is_one_of_the_program(db: object) -> None:
    named = await database.fetch_column(str, "SELECT DISTINCT permission FROM lifecycle_transition")
    assert named
    assert all(permissions.named(name) for name in named)


async def test_the_database_changes_no_status_without_its_recorded_step(
    school: MadeSchool,
) -> None:
    made = await factories.asset(school)
    with pytest.raises(asyncpg.RestrictViolationError) as refused:
        await database.execute("UPDATE asset SET lifecycle = 'retired' WHERE id = $1", made.id)
    assert refused.value.constraint_name == "asset_status_follows_its_steps"
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await factories.step(made, "disposed")
    await factories.step(made, "retired")
    with pytest.raises(asyncpg.RestrictViolationError):
        # The step of yesterday is no leave to take it again today.
        await database.execute("UPDATE asset SET lifecycle = 'in_service' WHERE id = $1", made.id)
    assert await state_of(made.id) == "retired"


async def test_a_step_that_does_not_exist_is_named_with_what_is_possible_instead(
    school: MadeSchool, technician: MadePerson
) -> None:
    made = await factories.asset(school, lifecycle="retired")
    with pytest.raises(Conflict) as refused:
        await assets.take_step(technician.actor, made.tag, LifecycleState.in_service)
    assert str(refused.value.message) == (
        f"{made.tag} is “Retired” and cannot become “In service” from there;"
        " possible: Being refurbished or Disposed of or Returned to the donor or Sold"
    )
    with pytest.raises(Conflict, match="possible: Being refurbished"):
        await assets.take_steps(technician.actor, [made.tag], LifecycleState.lost)


async def test_who_may_take_a_step_is_read_from_the_table(
    school: MadeSchool, technician: MadePerson, admin: MadePerson
) -> None:
    made = await factories.asset(school)
    assert "retired" in await steps_of(technician, made.tag)
    await database.execute(
        "UPDATE lifecycle_transition SET permission = 'EDIT_DONATIONS' WHERE to_state = 'retired'"
    )
    try:
        assert "retired" not in await steps_of(technician, made.tag)
        assert "retired" in await steps_of(admin, made.tag)
        with pytest.raises(Forbidden):
            await assets.take_step(technician.actor, made.tag, LifecycleState.retired)
        with pytest.raises(Forbidden):
            await assets.take_steps(technician.actor, [made.tag], LifecycleState.retired)
        await assets.take_step(admin.actor, made.tag, LifecycleState.retired)
    finally:
        await database.execute("UPDATE lifecycle_transition SET permission = 'EDIT_EQUIPMENT'")


@pytest.mark.parametrize("state", [state for state in LifecycleState if state != "in_repair"])
async def test_every_step_that_is_offered_can_be_taken_and_no_other(
    state: LifecycleState, school: MadeSchool, technician: MadePerson
) -> None:
    made = await factories.asset(school, lifecycle=state.value)
    place = await factories.place(school)
    offered = await steps_of(technician, made.tag)
    for to_state in LifecycleState:
        one = await factories.asset(school, lifecycle=state.value)
        try:
            await assets.take_step(technician.actor, one.tag, to_state, place_id=place)
        except Problem:
            assert to_state.value not in offered
        else:
            assert to_state.value in offered


async def test_nobody_without_the_role_is_offered_a_step(school: MadeSchool) -> None:
    teacher = await factories.person("teacher", school)
    made = await factories.asset(school)
    assert await steps_of(teacher, made.tag) == set()


async def test_nothing_begins_after_the_end(school: MadeSchool) -> None:
    gone = await factories.asset(school, lifecycle="disposed")
    who = await factories.person("technician", school)
    begun = (
        "INSERT INTO custody (school, asset, holder, started_at, handed_by, note, return_note)"
        f" VALUES ({school.id}, {gone.id}, {who.id}, now(), {who.id}, '', '')",
        "INSERT INTO work_order (school, asset, source, fault, summary, opened_at,"
        f" asset_state_before) VALUES ({school.id}, {gone.id}, 'person', 'x', 'x', now(), 'lost')",
        "INSERT INTO asset_wipe (school, asset, method, result, wiped_on, done_by, note, recorded_at)"
        f" VALUES ({school.id}, {gone.id}, 'destroyed', 'passed', current_date, 'x', '', now())",
    )
    for sql in begun:
        with pytest.raises(asyncpg.RestrictViolationError, match="left the books"):
            await database.execute(sql)
    with pytest.raises(asyncpg.RestrictViolationError, match="left the books"):
        await factories_monitoring.device(school, asset=gone)


async def test_lost_ends_custody_without_a_return_and_shows_the_last_holder(
    school: MadeSchool, technician: MadePerson
) -> None:
    made = await factories.asset(school)
    await custody.hand_out(technician.actor, [made.tag], Holder(person_id=technician.id))
    lost = await assets.take_step(technician.actor, made.tag, LifecycleState.lost)
    assert (lost.custody_id, lost.holder) == (None, None)
    assert (lost.last_holder, lost.last_holder_kind) == (technician.name, "person")
    (loan,) = await custody.list_of_asset(technician.actor, made.tag)
    assert (loan.was_lost, loan.received_by, loan.return_note) == (True, None, "")
    at = await database.fetch_value("SELECT at FROM asset_step WHERE asset = $1", made.id)
    assert loan.ended_at == at
    helper = await factories.person("student_helper", school)
    seen = await assets.get_asset(helper.actor, made.tag)
    assert (seen.last_holder_kind, seen.last_holder, seen.last_holder_id) == ("person", None, None)
    with pytest.raises(Conflict, match="reported lost"):
        await custody.take_back(technician.actor, [made.tag])
    assert (await custody.list_custody(technician.actor)).items == []


async def test_what_is_found_again_says_where_it_is(
    school: MadeSchool, technician: MadePerson
) -> None:
    made, room = await factories.asset(school), await factories.place(school)
    elsewhere = await factories.place(await factories.school())
    await custody.hand_out(technician.actor, [made.tag], Holder(group="5B"))
    await assets.take_step(technician.actor, made.tag, LifecycleState.lost)
    for place_id in (None, elsewhere, 10**9):
        with pytest.raises(Invalid) as refused:
            await assets.take_step(
                technician.actor, made.tag, LifecycleState.triage, place_id=place_id
            )
        assert refused.value.field == "place_id"
    found = await assets.take_step(
        technician.actor, made.tag, LifecycleState.in_service, place_id=room
    )
    assert (found.place_id, found.lifecycle, found.last_holder) == (room, "in_service", None)
    # Lost again from its shelf: who had it before has nothing to do with it.
    again = await assets.take_step(technician.actor, made.tag, LifecycleState.lost)
    assert (again.last_holder, again.lost_on is not None) == (None, True)


async def test_what_was_entered_by_mistake_is_voided_and_its_numbers_are_free(
    school: MadeSchool, technician: MadePerson
) -> None:
    model = await factories.asset_model()
    new = NewAsset(school=school.code, model_id=model, serial_number="PF1", numbers=("校产-1",))
    made = await assets.create_asset(technician.actor, new)
    voided = await assets.take_step(technician.actor, made.tag, VOIDED, reason="Twice")
    assert (voided.has_left, voided.numbers) == (True, [])
    again = await assets.create_asset(technician.actor, new)
    assert (again.serial_number, again.numbers) == ("PF1", ["校产-1"])
    with pytest.raises(Invalid, match="never used twice"):
        await assets.create_asset(
            technician.actor, NewAsset(school=school.code, model_id=model, tag=made.tag)
        )
    with pytest.raises(Conflict, match="left the books"):
        await assets.move_assets(technician.actor, [made.tag], await factories.place(school))
    found = await assets.list_assets(technician.actor, AssetFilters(lifecycle=VOIDED))
    assert [row.tag for row in found.items] == [made.tag]


async def test_what_has_been_used_is_no_mistake(school: MadeSchool, technician: MadePerson) -> None:
    held, broken, watched, lost, wiped = [await factories.asset(school) for _ in range(5)]
    room = await factories.place(school)
    await custody.hand_out(technician.actor, [held.tag], Holder(group="5B"))
    await custody.take_back(technician.actor, [held.tag])
    order = await factories_repairs.order(broken)
    await repairs.cancel(technician.actor, order.id, reason="Nothing wrong")
    device = await factories_monitoring.device(school, asset=watched)
    await database.execute("UPDATE device SET removed_at = now() WHERE id = $1", device.id)
    await assets.take_step(technician.actor, lost.tag, LifecycleState.lost)
    await assets.take_step(technician.actor, lost.tag, LifecycleState.triage, place_id=room)
    await assets.record_wipes(
        technician.actor, [wiped.tag], assets.NewWipe(method=assets.WipeMethod.overwritten)
    )
    tags = [one.tag for one in (held, broken, watched, lost, wiped)]
    for tag in tags:
        assert "voided" not in await steps_of(technician, tag)
    with pytest.raises(Conflict) as refused:
        await assets.take_steps(technician.actor, tags, VOIDED)
    assert [error.code for error in refused.value.errors] == ["has_been_used"] * 5


async def test_a_receipt_is_undone_as_a_whole_and_the_numbers_go_back(
    school: MadeSchool, admin: MadePerson
) -> None:
    gift = await factories_inventory.donation(admin, school, declared=5)
    line = gift.lines[0].id
    kept = await donations.receive_line(admin.actor, gift.id, line, Receipt(2))
    wrong = await donations.receive_line(admin.actor, gift.id, line, Receipt(3))
    gift = await donations.get_donation(admin.actor, gift.id)
    assert [(one.assets, one.first_tag) for one in gift.receipts] == [
        (3, wrong[0].tag),
        (2, kept[0].tag),
    ]
    await assets.take_step(admin.actor, wrong[0].tag, VOIDED)
    gift = await donations.get_donation(admin.actor, gift.id)
    assert (gift.received, gift.missing) == (4, 1)
    gift = await donations.undo_receipt(admin.actor, gift.id, gift.receipts[0].id)
    assert (gift.received, gift.missing) == (2, 3)
    assert [(one.assets, one.undone_at is None) for one in gift.receipts] == [(0, False), (2, True)]
    assert {(one.lifecycle.value, one.assets) for one in gift.assets} == {
        ("received", 2),
        ("voided", 3),
    }
    with pytest.raises(Conflict, match="undone already"):
        await donations.undo_receipt(admin.actor, gift.id, gift.receipts[0].id)


async def test_a_receipt_of_which_one_thing_was_used_stays(
    school: MadeSchool, admin: MadePerson
) -> None:
    gift = await factories_inventory.donation(admin, school)
    made = await donations.receive_line(admin.actor, gift.id, gift.lines[0].id, Receipt(3))
    wipe = assets.NewWipe(method=assets.WipeMethod.secure_erase)
    await assets.record_wipes(admin.actor, [made[1].tag], wipe)
    gift = await donations.get_donation(admin.actor, gift.id)
    with pytest.raises(Conflict) as refused:
        await donations.undo_receipt(admin.actor, gift.id, gift.receipts[0].id)
    assert [(error.index, error.code) for error in refused.value.errors] == [(1, "has_been_used")]
    after = await donations.get_donation(admin.actor, gift.id)
    assert (after.received, after.receipts[0].undone_at) == (3, None)
    technician = await factories.person("technician", school)
    with pytest.raises(Forbidden):
        await donations.undo_receipt(technician.actor, gift.id, gift.receipts[0].id)


async def outcomes(*tries: object) -> list[object]:
    done = await asyncio.gather(*tries, return_exceptions=True)  # type: ignore[call-overload]
    assert all(isinstance(one, Problem) for one in done if isinstance(one, BaseException)), done
    return [one for one in done if not isinstance(one, BaseException)]


async def test_32_losses_and_returns_at_once_have_one_end(
    school: MadeSchool, technician: MadePerson
) -> None:
    made = await factories.asset(school)
    await custody.hand_out(technician.actor, [made.tag], Holder(group="5B"))
    await outcomes(
        *(
            assets.take_step(technician.actor, made.tag, LifecycleState.lost)
            if n % 2
            else custody.take_back(technician.actor, [made.tag])
            for n in range(32)
        )
    )
    (loan,) = await custody.list_of_asset(technician.actor, made.tag)
    assert loan.ended_at is not None
    assert (loan.received_by is None) == loan.was_lost
    assert await state_of(made.id) == "lost"


async def test_of_32_voids_and_uses_at_once_one_kind_wins(
    school: MadeSchool, admin: MadePerson
) -> None:
    gift = await factories_inventory.donation(admin, school)
    line = gift.lines[0].id
    made = await donations.receive_line(admin.actor, gift.id, line, Receipt(1))
    tag, wipe = made[0].tag, assets.NewWipe(method=assets.WipeMethod.overwritten)
    gift = await donations.get_donation(admin.actor, gift.id)
    asset_id = await database.fetch_value("SELECT id FROM asset WHERE tag = $1", tag)

    async def watch() -> None:
        await database.execute(
            "INSERT INTO work_order (school, asset, source, fault, summary, opened_at,"
            " asset_state_before) VALUES ($1, $2, 'person', 'x', 'x', now(), 'received')"
            " ON CONFLICT DO NOTHING",
            school.id,
            asset_id,
        )

    tries = [
        (
            assets.take_step(admin.actor, tag, VOIDED),
            assets.take_steps(admin.actor, [tag], VOIDED),
            donations.undo_receipt(admin.actor, gift.id, gift.receipts[0].id),
            assets.record_wipes(admin.actor, [tag], wipe),
        )
        for _ in range(8)
    ]
    done = await asyncio.gather(
        *(one for four in tries for one in four), watch(), return_exceptions=True
    )
    assert all(
        isinstance(one, Problem | asyncpg.RestrictViolationError)
        for one in done
        if isinstance(one, BaseException)
    )
    used = await database.fetch_value("SELECT asset_has_been_used($1)", asset_id)
    gift = await donations.get_donation(admin.actor, gift.id)
    assert (await state_of(asset_id), gift.received) == (("received", 1) if used else ("voided", 0))


async def test_32_voids_of_things_of_two_lines_in_any_order_count_each_once(
    school: MadeSchool, admin: MadePerson
) -> None:
    gifts = [await factories_inventory.donation(admin, school) for _ in range(2)]
    rows = [
        await donations.receive_line(admin.actor, gift.id, gift.lines[0].id, Receipt(32))
        for gift in gifts
    ]
    first, second = [[row.tag for row in made] for made in rows]
    # Each takes two things of each line, crosswise, so that the lines are asked for in both orders.
    chunks = [
        [first[n], second[-n - 1]] if n % 2 else [second[-n - 1], first[n]] for n in range(32)
    ]
    done = await outcomes(*(assets.take_steps(admin.actor, tags, VOIDED) for tags in chunks))
    assert len(done) == 32
    for gift in gifts:
        assert (await donations.get_donation(admin.actor, gift.id)).received == 0
