"""Assets are written, corrected, moved and taken through their life."""

import asyncio

import asyncpg
import pytest

from core import database
from core.errors import Conflict, Forbidden, Invalid, NotFound
from inventory import assets, custody
from inventory.assets import AssetChanges, Condition, LifecycleState, NewAsset
from inventory.custody import Holder
from tests import factories

pytestmark = pytest.mark.usefixtures("db")


async def test_an_asset_without_a_tag_gets_the_schools_next() -> None:
    school = await factories.school("VOC")
    technician = await factories.person("technician", school)
    model = await factories.asset_model()
    new = NewAsset(school="VOC", model_id=model)
    made = [await assets.create_asset(technician.actor, new) for _ in range(3)]
    assert [asset.tag for asset in made] == ["VOC-00001", "VOC-00002", "VOC-00003"]
    assert all(asset.code and len(asset.code) == 12 for asset in made)


async def test_a_made_tag_steps_over_one_written_by_hand() -> None:
    school = await factories.school("VOC")
    technician = await factories.person("technician", school)
    model = await factories.asset_model()
    await assets.create_asset(
        technician.actor, NewAsset(school="VOC", model_id=model, tag=" voc-00001 ")
    )
    second = await assets.create_asset(technician.actor, NewAsset(school="VOC", model_id=model))
    assert second.tag == "VOC-00002"


async def test_32_parallel_creations_give_32_tags() -> None:
    school = await factories.school("RUR")
    technician = await factories.person("technician", school)
    new = NewAsset(school="RUR", model_id=await factories.asset_model())
    made = await asyncio.gather(*(assets.create_asset(technician.actor, new) for _ in range(32)))
    assert sorted(asset.tag for asset in made) == [f"RUR-{n:05d}" for n in range(1, 33)]


async def test_32_parallel_creations_of_one_tag_give_one_asset() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    new = NewAsset(school=school.code, model_id=await factories.asset_model(), tag="P-0042")
    results = await asyncio.gather(
        *(assets.create_asset(technician.actor, new) for _ in range(32)), return_exceptions=True
    )
    refused = [result for result in results if isinstance(result, Invalid)]
    assert len(refused) == 31
    assert {problem.code for problem in refused} == {"taken"}


@pytest.mark.parametrize("tag", ["A", "-AB", "P 42", "P_42", "电脑1", "A" * 33])
async def test_a_tag_that_cannot_be_printed_is_refused(tag: str) -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    with pytest.raises(Invalid) as refused:
        await assets.create_asset(
            technician.actor,
            NewAsset(school=school.code, model_id=await factories.asset_model(), tag=tag),
        )
    assert refused.value.field == "tag"


async def test_a_trusted_serial_is_unique_in_its_model_and_junk_is_not() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    model, other = await factories.asset_model(), await factories.asset_model()

    async def create(model_id: int, serial: str) -> assets.Asset:
        return await assets.create_asset(
            technician.actor,
            NewAsset(school=school.code, model_id=model_id, serial_number=serial),
        )

    assert (await create(model, "PF2K7Q9Z")).serial_trust == "ok"
    with pytest.raises(Invalid) as refused:
        await create(model, "pf2k7q9z")
    assert refused.value.field == "serial_number"
    assert (await create(other, "PF2K7Q9Z")).serial_trust == "ok"
    assert (await create(model, "Default string")).serial_trust == "junk"
    assert (await create(model, "Default string")).serial_trust == "junk"


async def test_an_edit_over_somebody_elses_is_refused() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    made = await factories.asset(school)
    edited = await assets.update_asset(
        technician.actor, made.tag, AssetChanges(version=1, name="Front desk")
    )
    assert (edited.name, edited.version) == ("Front desk", 2)
    with pytest.raises(Conflict, match="Somebody else changed"):
        await assets.update_asset(technician.actor, made.tag, AssetChanges(version=1, note="late"))


async def test_32_parallel_edits_of_one_version_leave_one_winner() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    made = await factories.asset(school)
    results = await asyncio.gather(
        *(
            assets.update_asset(technician.actor, made.tag, AssetChanges(version=1, note=f"{n}"))
            for n in range(32)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(result, Conflict) for result in results) == 31


async def test_a_field_left_out_of_an_edit_stays() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    room = await factories.place(school)
    made = await factories.asset(school, place=room)
    edited = await assets.update_asset(
        technician.actor, made.tag, AssetChanges(version=1, serial_number="AB12345")
    )
    assert (edited.place_id, edited.serial_number, edited.serial_trust) == (room, "AB12345", "ok")
    emptied = await assets.update_asset(
        technician.actor, made.tag, AssetChanges(version=2, place_id=None)
    )
    assert emptied.place_id is None


async def test_an_asset_cannot_stand_in_a_room_of_the_other_school() -> None:
    school, other = await factories.school(), await factories.school()
    technician = await factories.person("technician", school, other)
    made = await factories.asset(school)
    room = await factories.place(other)
    with pytest.raises(Invalid) as refused:
        await assets.move_assets(technician.actor, [made.tag], room)
    assert refused.value.field == "place_id"


async def test_the_other_school_does_not_exist_for_a_stranger() -> None:
    school, other = await factories.school(), await factories.school()
    stranger = await factories.person("admin", other)
    made = await factories.asset(school)
    for attempt in (
        assets.get_asset(stranger.actor, made.tag),
        assets.update_asset(stranger.actor, made.tag, AssetChanges(version=1, name="mine")),
        assets.take_step(stranger.actor, made.tag, LifecycleState.lost),
        assets.move_assets(stranger.actor, [made.tag], 1),
        custody.hand_out(stranger.actor, [made.tag], Holder(group="5B")),
        custody.take_back(stranger.actor, [made.tag]),
        assets.create_asset(stranger.actor, NewAsset(school=school.code, model_id=made.model_id)),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert (await assets.list_assets(stranger.actor)).items == []


@pytest.mark.parametrize("role", ["teacher", "student_helper", "auditor"])
async def test_readers_see_the_schools_assets_and_write_none(role: str) -> None:
    school = await factories.school()
    reader = await factories.person(role, school)
    made = await factories.asset(school)
    assert (await assets.get_asset(reader.actor, made.tag)).tag == made.tag
    for attempt in (
        assets.update_asset(reader.actor, made.tag, AssetChanges(version=1, name="mine")),
        assets.take_step(reader.actor, made.tag, LifecycleState.lost),
        custody.hand_out(reader.actor, [made.tag], Holder(group="5B")),
    ):
        with pytest.raises(Forbidden):
            await attempt


async def test_only_steps_that_exist_are_taken() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    made = await factories.asset(school)
    with pytest.raises(Conflict) as refused:
        await assets.take_step(technician.actor, made.tag, LifecycleState.disposed)
    assert refused.value.code == "asset_step_exists"
    lost = await assets.take_step(
        technician.actor, made.tag, LifecycleState.lost, reason="Not in its room"
    )
    assert lost.lifecycle == "lost"
    (step,) = await assets.list_steps(lost)
    assert (step.from_state, step.to_state, step.reason) == (
        "in_service",
        "lost",
        "Not in its room",
    )


async def test_repair_begins_with_a_work_order_only() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    made = await factories.asset(school)
    with pytest.raises(Conflict, match="report the fault"):
        await assets.take_step(technician.actor, made.tag, LifecycleState.in_repair)
    asset = await assets.get_asset(technician.actor, made.tag)
    steps = [step.to_state for step in await assets.find_next_steps(technician.actor, asset)]
    assert LifecycleState.retired in steps and LifecycleState.in_repair not in steps


async def test_an_asset_in_custody_or_under_repair_cannot_be_retired() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    held, broken = await factories.asset(school), await factories.asset(school)
    await custody.hand_out(technician.actor, [held.tag], Holder(group="5B"))
    await database.execute(
        "INSERT INTO work_order (school, asset, source, fault, summary, opened_at, asset_state_before)"
        " VALUES ($1, $2, 'person', 'other', 'Does not start', now(), 'in_service')",
        school.id,
        broken.id,
    )
    for asset, code in ((held, "in_custody"), (broken, "open_work_order")):
        with pytest.raises(Conflict) as refused:
            await assets.take_step(technician.actor, asset.tag, LifecycleState.retired)
        assert refused.value.code == code
        assert asset.tag in str(refused.value.message)


async def test_the_story_names_places_and_people_and_reasons() -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    made = await factories.asset(school)
    room = await factories.place(school)
    await assets.move_assets(technician.actor, [made.tag], room)
    await custody.hand_out(technician.actor, [made.tag], Holder(person_id=technician.id))
    await custody.take_back(technician.actor, [made.tag], note="with its charger")
    await assets.take_step(technician.actor, made.tag, LifecycleState.lost, reason="Moved house")
    asset = await assets.get_asset(technician.actor, made.tag)
    story = await assets.list_history(technician.actor, asset)
    told = [
        (change.entity, field.field, field.after) for change in story for field in change.fields
    ]
    assert ("asset", "place", asset.place) in told
    assert ("custody", "holder", technician.name) in told
    assert ("custody", "return_note", "with its charger") in told
    assert ("asset", "reason", "Moved house") in told
    assert story[-1].action == "insert"
    assert {change.actor_name for change in story} == {technician.name, None}


@pytest.mark.parametrize("end", ["disposed", "written_off", "returned_to_donor", "sold"])
async def test_of_what_has_left_the_books_only_the_note_can_be_changed(end: str) -> None:
    school = await factories.school()
    technician = await factories.person("technician", school)
    made = await factories.asset(school, lifecycle=end)
    room = await factories.place(school)
    for change in (
        {"name": "New"}, {"condition": Condition.ok, "serial_number": "SN12345"},
        {"place_id": room}, {"model_id": await factories.asset_model()},
    ):  # fmt: skip
        with pytest.raises(Conflict, match="only its note"):
            await assets.update_asset(
                technician.actor,
                made.tag,
                AssetChanges(version=1, **change),  # type: ignore[arg-type]
            )
    with pytest.raises(Conflict, match="has left the books"):
        await assets.move_assets(technician.actor, [made.tag], room)
    with pytest.raises(asyncpg.RestrictViolationError):
        await database.execute("UPDATE asset SET place = $2 WHERE id = $1", made.id, room)
    noted = await assets.update_asset(
        technician.actor, made.tag, AssetChanges(version=1, note="Sold for parts")
    )
    assert (noted.note, noted.version, noted.has_left) == ("Sold for parts", 2, True)
