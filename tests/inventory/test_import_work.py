"""Several at one import, or beside one: late workers, applying beside undoing, others' own work."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from core import database, leases, places
from core.errors import Invalid
from core.places import NewPlace, PlaceKind
from inventory import assets, imports, models
from inventory.assets import AssetChanges, NewAsset
from inventory.imports import (
    ImportJob,
    ImportState,
    Mapping,
    RowFilters,
    applying,
    made,
    staging,
    undoing,
    working,
)
from inventory.imports.asset_writing import AssetWriter
from inventory.imports.claims import QUEUE, Claim
from inventory.models import AssetKind, ModelFacts, ModelFilters
from tests import factories
from tests.factories import MadePerson, MadeSchool
from tests.factories_imports import applied, read, staged, undone
from tests.patience import EVERY_SECONDS, MANY_LOOKS, PATIENCE_SECONDS

pytestmark = pytest.mark.usefixtures("db")

PLACES = Mapping(makes_places=True)
TEXT = """Tag,Kind,Brand,Model,Serial number,Place,Condition
N-1,printer,HP,LaserJet,,Lab house / Lab 9,ok
N-2,computer,Maker,M720,,Old room,
P-1,,,,PF3L8R0A,,broken
"""
# Changes what the first made, and uses the model that it brought.
NEXT = "Tag,Brand,Model,Place,Condition\nN-9,HP,LaserJet,Lab 9,ok\nN-1,,,,broken\n"
GoOn = Callable[[], Awaitable[None]]


@pytest.fixture
async def known(school: MadeSchool, admin: MadePerson) -> MadePerson:
    await factories.asset(school, tag="P-1", model=await factories.asset_model("computer", "M720"))
    await database.execute("UPDATE asset SET serial_number = 'PF2K7Q9Z', serial_trust = 'ok'")
    await places.create_place(admin.actor, NewPlace(school.id, PlaceKind.room, "Old room"))
    return admin


@pytest.fixture
async def job(school: MadeSchool, known: MadePerson) -> ImportJob:
    return await staged(known.actor, school.code, "a.csv", TEXT.encode(), mapping=PLACES)


async def tags(known: MadePerson) -> set[str]:
    return {row.tag for row in (await assets.list_assets(known.actor)).items}


async def state(known: MadePerson, job: ImportJob) -> ImportState:
    return (await imports.get_import(known.actor, job.id)).state


@asynccontextmanager
async def held_at(owner: Any, name: str, job: ImportJob) -> AsyncIterator[GoOn]:
    """The worker stands still before it calls ``name``, where nothing is committed yet."""
    reached, let_go = asyncio.Event(), asyncio.Event()
    real = getattr(owner, name)

    async def wait(*args: Any, **named: Any) -> Any:
        if not reached.is_set():
            reached.set()
            await let_go.wait()
        return await real(*args, **named)

    setattr(owner, name, wait)
    at_work = asyncio.create_task(imports.work_waiting(only=job.id))
    await asyncio.wait_for(reached.wait(), PATIENCE_SECONDS)

    async def go_on() -> None:
        let_go.set()
        await at_work

    try:
        yield go_on
    finally:
        await go_on()
        setattr(owner, name, real)


async def somebody_waits_for_a_lock() -> None:
    for _ in range(MANY_LOOKS):
        if await database.fetch_value(
            "SELECT true FROM pg_stat_activity WHERE wait_event_type = 'Lock' LIMIT 1"
        ):
            return
        await asyncio.sleep(EVERY_SECONDS)
    raise AssertionError("nobody waits")


async def test_nobody_who_writes_models_or_places_waits_for_an_import_that_is_applied(
    school: MadeSchool, known: MadePerson, job: ImportJob
) -> None:
    """Names that the import brings, and rows that it refers to: renamed, moved, retired."""
    await imports.apply_import(known.actor, job.id)
    old_room = (await places.list_places(known.actor))[0].id
    (m720,) = (await models.list_models(known.actor, ModelFilters("M720"))).items

    async def write() -> None:
        actor, house = known.actor, PlaceKind.building
        # What the import brings is there already: the same again is refused, not waited for.
        with pytest.raises(Invalid, match="in the list already"):
            await models.create_model(actor, ModelFacts(AssetKind.printer, "LaserJet", "HP"))
        await models.create_model(actor, ModelFacts(AssetKind.printer, "Another", "HP"))
        renamed = ModelFacts(AssetKind.computer, "M720 Tiny", "Maker")
        await models.update_model(actor, m720.id, renamed)
        with pytest.raises(Invalid, match="already there"):
            await places.create_place(actor, NewPlace(school.id, house, "Lab house"))
        built = await places.create_place(actor, NewPlace(school.id, house, "New house"))
        await places.rename_place(actor, old_room, name="New room")
        await places.move_place(actor, old_room, parent_id=built.id)
        await places.retire_place(actor, old_room)
        await places.restore_place(actor, old_room)

    async with held_at(AssetWriter, "finish", job):
        await asyncio.wait_for(write(), PATIENCE_SECONDS)
        assert await state(known, job) is ImportState.applying
    assert await state(known, job) is ImportState.applied
    assert (await assets.get_asset(known.actor, "N-2")).place == "New house / New room"


async def test_a_place_that_is_retired_while_rows_are_written_keeps_the_import_out(
    known: MadePerson, job: ImportJob
) -> None:
    """Nothing of it stays, neither its models nor its places."""
    await imports.apply_import(known.actor, job.id)
    (room,) = await places.list_places(known.actor)
    async with held_at(AssetWriter, "finish", job):
        await places.retire_place(known.actor, room.id)
    back = await imports.get_import(known.actor, job.id)
    assert back.state is ImportState.judged
    assert "changed since this preview" in str(back.problem)
    assert await tags(known) == {"P-1"}
    assert await places.list_places(known.actor) == []
    assert (await models.list_models(known.actor, ModelFilters("LaserJet"))).items == []


async def test_a_worker_killed_after_it_made_models_leaves_them_to_the_next(
    known: MadePerson, job: ImportJob
) -> None:
    await imports.apply_import(known.actor, job.id)
    # Its lease runs out where the rows are written: another worker has applied it when it comes back.
    async with held_at(AssetWriter, "create", job):
        await database.execute("UPDATE import_job SET claimed_until = now()")
        await imports.work_waiting(only=job.id)
        assert await state(known, job) is ImportState.applied
    back = await undone(known.actor, job.id)
    assert (back.state, back.problem) == (ImportState.undone, None)
    assert (await models.list_models(known.actor, ModelFilters("LaserJet"))).items == []


async def test_an_import_that_is_applied_while_another_is_undone_is_judged_anew(
    school: MadeSchool, known: MadePerson, job: ImportJob
) -> None:
    await applied(known.actor, job.id)
    second = await staged(known.actor, school.code, "b.csv", NEXT.encode())
    assert (second.counts.create, second.counts.update) == (1, 1)
    await imports.undo_import(known.actor, job.id)
    await imports.apply_import(known.actor, second.id)
    async with held_at(undoing, "end_step", job) as go_on:
        applies = asyncio.create_task(imports.work_waiting(only=second.id))
        await somebody_waits_for_a_lock()
        await go_on()
        await applies
    assert await state(known, job) is ImportState.undone
    back = await imports.get_import(known.actor, second.id)
    assert (back.state, back.counts.error) == (ImportState.judged, 2)
    assert "changed since this preview" in str(back.problem)
    assert await tags(known) == {"P-1"}
    assert (await models.list_models(known.actor, ModelFilters("LaserJet"))).items == []


async def test_an_import_that_is_undone_while_another_is_applied_stays(
    school: MadeSchool, known: MadePerson, job: ImportJob
) -> None:
    await applied(known.actor, job.id)
    second = await staged(known.actor, school.code, "b.csv", NEXT.encode())
    await imports.undo_import(known.actor, job.id)
    await imports.apply_import(known.actor, second.id)
    async with held_at(applying, "end_step", second) as go_on:
        undoes = asyncio.create_task(imports.work_waiting(only=job.id))
        await somebody_waits_for_a_lock()
        await go_on()
        await undoes
    assert await state(known, second) is ImportState.applied
    back = await imports.get_import(known.actor, job.id)
    assert (back.state, "1 rows stand in the way" in str(back.problem)) == ("applied", True)
    assert await tags(known) == {"N-1", "N-2", "N-9", "P-1"}
    # The later one can be undone by itself.
    assert (await undone(known.actor, second.id)).state is ImportState.undone
    assert await tags(known) == {"N-1", "N-2", "P-1"}


async def test_a_worker_that_lost_its_lease_writes_no_verdicts(
    school: MadeSchool, known: MadePerson
) -> None:
    job = await read(known.actor, school.code, "a.csv", TEXT.encode())
    await imports.map_columns(known.actor, job.id, PLACES)
    (late,) = await leases.claim(Claim, QUEUE)
    await database.execute("UPDATE import_job SET claimed_until = now()")
    await imports.work_waiting()
    await imports.apply_import(known.actor, job.id)
    await imports.work_waiting()
    await working._step_or_say_why(late)
    rows = (await imports.list_rows(known.actor, job.id)).items
    # Judged against the books of now, all of them would be the same.
    assert [row.verdict for row in rows] == ["create", "create", "update"]
    assert (await undone(known.actor, job.id)).state is ImportState.undone


async def test_a_row_that_is_taken_in_again_is_judged_anew(
    school: MadeSchool, known: MadePerson, job: ImportJob
) -> None:
    await imports.leave_out(known.actor, job.id, 3)
    (m720,) = (await models.list_models(known.actor, ModelFilters("M720"))).items
    new = NewAsset(school=school.code, model_id=m720.id, tag="N-2")
    await assets.create_asset(known.actor, new)
    taken = await imports.leave_out(known.actor, job.id, 3, is_left_out=False)
    assert taken.state is ImportState.mapped
    await imports.work_waiting()
    rows = (await imports.list_rows(known.actor, job.id)).items
    assert [row.verdict for row in rows] == ["create", "update", "update"]
    assert [one.field for one in rows[1].diff] == ["place_id"]


async def test_the_bytes_of_a_file_go_a_week_after_its_import_was_decided_on(
    school: MadeSchool, known: MadePerson, job: ImportJob
) -> None:
    texts = {name: f"Tag,Brand,Model\nF-{name},Maker,M720\n" for name in "abcdef"}
    made_of = {
        name: await staged(known.actor, school.code, f"{name}.csv", text.encode())
        for name, text in texts.items()
    }
    await applied(known.actor, made_of["a"].id)
    await applied(known.actor, made_of["b"].id)
    await undone(known.actor, made_of["b"].id)
    await imports.discard(known.actor, made_of["c"].id)
    await database.execute("UPDATE import_job SET state = 'failed' WHERE id = $1", made_of["d"].id)
    await applied(known.actor, made_of["e"].id)
    assert await staging.delete_old_files() == 0
    await database.execute(
        "UPDATE import_job SET created_at = created_at - interval '8 days',"
        " applied_at = applied_at - interval '8 days', undone_at = undone_at - interval '8 days'"
        " WHERE id <> $1",
        made_of["e"].id,
    )
    assert await staging.delete_old_files() == 4
    left = await database.fetch_column(str, "SELECT job::text FROM import_file")
    # Those that wait for somebody stay, and what was applied lately.
    assert set(left) == {str(one.id) for one in (made_of["e"], made_of["f"], job)}
    assert (await undone(known.actor, made_of["a"].id)).state is ImportState.undone


async def test_what_stands_against_undoing_is_said_row_by_row(
    school: MadeSchool, known: MadePerson, job: ImportJob
) -> None:
    """A serial number that the asset had before belongs to another by now."""
    await applied(known.actor, job.id)
    (m720,) = (await models.list_models(known.actor, ModelFilters("M720"))).items
    new = NewAsset(school=school.code, model_id=m720.id, tag="P-2", serial_number="PF2K7Q9Z")
    await assets.create_asset(known.actor, new)
    back = await undone(known.actor, job.id)
    assert back.state is ImportState.applied
    rows = (await imports.list_rows(known.actor, job.id, RowFilters(in_the_way=True))).items
    assert [(row.tag, str(row.obstacle)) for row in rows] == [
        ("P-1", "Another asset has its earlier serial number by now")
    ]
    other = await assets.get_asset(known.actor, "P-2")
    await assets.update_asset(
        known.actor, "P-2", AssetChanges(other.version, serial_number="PF9Z9Z9Z")
    )
    assert (await undone(known.actor, job.id)).state is ImportState.undone


async def test_models_and_places_that_stay_are_named_and_all_go_in_a_few_statements(
    school: MadeSchool, known: MadePerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    async def count(table: str, ids: list[int], **more: Any) -> dict[int, str]:
        asked.append(len(ids))
        return await find_used(table, ids, **more)

    find_used = made.find_used
    monkeypatch.setattr(made, "find_used", count)
    lines = "".join(f"N-{n},printer,HP,Laser {n},House / Room {n}\n" for n in range(40))
    text = "Tag,Kind,Brand,Model,Place\n" + lines
    job = await staged(known.actor, school.code, "a.csv", text.encode(), mapping=PLACES)
    await applied(known.actor, job.id)
    (used,) = (await models.list_models(known.actor, ModelFilters("Laser 7"))).items
    await factories.asset(school, tag="P-2", model=used.id)
    back = await undone(known.actor, job.id)
    assert back.state is ImportState.undone
    assert "HP Laser 7" in str(back.problem)
    assert [one.name for one in await places.list_places(known.actor)] == ["Old room"]
    assert len((await models.list_models(known.actor, ModelFilters("Laser"))).items) == 1
    # The models twice, since one stays; the rooms, then their house.
    assert sorted(asked) == [1, 1, 40, 41]


async def test_undoing_that_the_database_refuses_says_why(
    known: MadePerson, job: ImportJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a race only the constraint can tell; the reason is its sentence, and no fault."""
    await applied(known.actor, job.id)

    async def see_nothing(_writer: object, _rows: object) -> dict[int, object]:
        return {}

    monkeypatch.setattr(AssetWriter, "_taken", see_nothing)
    (m720,) = (await models.list_models(known.actor, ModelFilters("M720"))).items
    await factories.asset(MadeSchool(job.school_id, job.school, "", ""), tag="P-2", model=m720.id)
    await database.execute(
        "UPDATE asset SET serial_number = 'PF2K7Q9Z', serial_trust = 'ok' WHERE tag = 'P-2'"
    )
    back = await undone(known.actor, job.id)
    assert back.state is ImportState.applied
    assert "Another asset of this model has this serial number" in str(back.problem)
