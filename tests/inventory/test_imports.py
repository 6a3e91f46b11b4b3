"""Each row gets a verdict; the file goes in whole, once, and as it was shown."""

import asyncio
import sys
from typing import Any

import pytest

from core import database
from core.errors import Conflict, Forbidden, NotFound
from inventory import assets, imports, models
from inventory.assets import Asset, AssetChanges, Condition, NewAsset
from inventory.imports import FileColumn, ImportState, Mapping, Verdict, staging
from inventory.imports.asset_fields import OWN
from inventory.imports.books import Books, KnownModel, by_title
from inventory.imports.importers import Order
from inventory.imports.judging import SLICE
from inventory.imports.mapped_cells import Layout, MappedCells
from inventory.imports.mapping import words_of
from inventory.imports.verdicts import AssetJudge
from inventory.models import AssetKind, ModelFilters
from tests import factories
from tests.factories import MadePerson, MadeSchool
from tests.factories_imports import applied, read, staged

pytestmark = pytest.mark.usefixtures("db")

HEAD = "Tag,Kind,Brand,Model,Serial number,Place,Condition,State,Name,Note\n"


class World:
    def __init__(self, school: MadeSchool, admin: MadePerson, model: int, room: str) -> None:
        self.school, self.admin, self.model, self.room = school, admin, model, room

    async def stage(self, *lines: str, head: str = HEAD) -> imports.ImportJob:
        text = head + "".join(f"{line}\n" for line in lines)
        return await staged(self.admin.actor, self.school.code, "list.csv", text.encode())

    async def rows(self, job: imports.ImportJob) -> list[imports.ImportRow]:
        return (await imports.list_rows(self.admin.actor, job.id, limit=200)).items


@pytest.fixture
async def world(db: object) -> World:
    school = await factories.school("VOC")
    admin = await factories.person("admin", school)
    room = await factories.place(school)
    name = await database.fetch_value("SELECT name FROM place WHERE id = $1", room)
    model = await factories.asset_model("computer", "M720")
    await factories.asset(school, tag="P-1", model=model, place=room)
    await database.execute(
        "UPDATE asset SET serial_number = 'PF2K7Q9Z', serial_trust = 'ok' WHERE tag = 'P-1'"
    )
    await factories.asset(school, tag="GONE", model=model, lifecycle="disposed")
    other = await factories.school()
    await factories.asset(other, tag="THEIRS", model=model)
    await factories.place(school, "building")
    return World(school, admin, model, name)


# Each: the row, its verdict, and the column of the remark or the fields of the difference.
CASES = [
    ("P-2,computer,Maker,M720,AB12345,,ok,in service,,", "create", None),
    (",,Maker,M720,,,,,,", "create", None),
    (",,Maker,M720,Default string,,,,,", "create", None),
    (",,maker,m720,,,,,,", "create", None),
    (",,,Maker M720,,,,,,", "create", None),
    (",打印机,HP,LaserJet,,,完好,,,", "create", None),
    ("P-1,,,,,,,,,", "same", []),
    ("p-1,computer,Maker,M720,PF2K7Q9Z,,,,,", "same", []),
    (",,Maker,M720,pf2k7q9z,,,,Desk 4,", "update", ["serial_number", "name"]),
    ("P-1,,,,,,broken,,Desk 4,by the door", "update", ["condition", "name", "note"]),
    ("P-1,,,,,,,在用,,", "same", []),
    ("P-1,printer,HP,LaserJet,,,,,,", "update", ["model_id"]),
    ("GONE,,,,,,,,New name,", "skip", None),
    ("THEIRS,,Maker,M720,,,,,,", "error", "Tag"),
    ("P 9,,Maker,M720,,,,,,", "error", "Tag"),
    ("P-9,,Maker,M720,PF2K7Q9Z,,,,,", "error", "Serial number"),
    ("P-9,,,,,,,,,", "error", "Model"),
    ("P-9,,HP,LaserJet,,,,,,", "error", "Kind"),
    ("P-9,spaceship,HP,LaserJet,,,,,,", "error", "Kind"),
    ("P-9,,Maker,M720,,Nowhere,,,,", "error", "Place"),
    ("P-9,,Maker,M720,,,splendid,,,", "error", "Condition"),
    ("P-9,,Maker,M720,,,,asleep,,", "error", "State"),
    ("P-9,,Maker,M720,,,,retired,,", "error", "State"),
    ("P-1,,,,,,,retired,,", "error", "State"),
    ("P-9,,Maker,M720,,,,," + "n" * 121 + ",", "error", "Name"),
]


@pytest.mark.parametrize(("line", "verdict", "detail"), CASES)
async def test_each_row_gets_its_verdict(
    world: World, line: str, verdict: str, detail: str | list[str] | None
) -> None:
    job = await world.stage(line)
    (row,) = await world.rows(job)
    assert row.verdict == verdict, row
    if isinstance(detail, str):
        assert [remark.column for remark in row.remarks] == [detail]
    elif isinstance(detail, list):
        assert sorted(one.field for one in row.diff) == sorted(detail)


async def test_two_rows_that_mean_one_asset_are_wrong(world: World) -> None:
    job = await world.stage(
        "P-2,,Maker,M720,,,,,,",
        "p-2,,Maker,M720,,,,,,",
        "P-3,,Maker,M720,AB12345,,,,,",
        "P-4,,Maker,M720,ab12345,,,,,",
        "P-1,,,,,,,,,",
        ",,Maker,M720,PF2K7Q9Z,,,,,",
        ",,Maker,M720,Default string,,,,,",
        ",,Maker,M720,Default string,,,,,",
    )
    assert [row.verdict for row in await world.rows(job)] == [
        "create", "error", "create", "error", "same", "error", "create", "create",
    ]  # fmt: skip


async def test_a_file_is_applied_whole(world: World) -> None:
    job = await world.stage(
        f"P-2,computer,Maker,M720,AB12345,{world.room},ok,in service,Front,",
        ",printer,HP,LaserJet,,,,,,",
        ",printer,hp,laserjet,,,,,,",
        "P-1,,,,,,broken,,,",
    )
    assert (job.counts.create, job.counts.update, job.can_apply) == (3, 1, True)
    before = await assets.list_assets(world.admin.actor)
    assert [row.tag for row in before.items] == ["GONE", "P-1"]
    done = await applied(world.admin.actor, job.id)
    assert done.state == "applied"
    after = await assets.list_assets(world.admin.actor)
    assert [row.tag for row in after.items] == ["GONE", "P-1", "P-2", "VOC-00001", "VOC-00002"]
    second = await assets.get_asset(world.admin.actor, "P-2")
    assert (second.place, second.condition, second.name) == (world.room, "ok", "Front")
    assert second.code
    assert (await assets.get_asset(world.admin.actor, "P-1")).condition == "broken"
    assert [row.tag for row in await world.rows(done)] == ["P-2", "VOC-00001", "VOC-00002", "P-1"]
    assert len((await models.list_models(world.admin.actor, ModelFilters("laserjet"))).items) == 1


async def test_one_wrong_row_keeps_the_file_out(world: World) -> None:
    job = await world.stage("P-2,,Maker,M720,,,,,,", "P 3,,Maker,M720,,,,,,")
    assert not job.can_apply
    with pytest.raises(Conflict, match="1 rows are wrong"):
        await applied(world.admin.actor, job.id)
    assert len((await assets.list_assets(world.admin.actor)).items) == 2


async def test_a_file_is_applied_once_by_whoever_tries(world: World) -> None:
    lines = ["P-2,,Maker,M720,,,,,,", ",,Maker,M720,,,,,,"]
    jobs = [await world.stage(*lines) for _ in range(4)]
    asked = await asyncio.gather(
        *(imports.apply_import(world.admin.actor, job.id) for job in jobs for _ in range(8)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, imports.ImportJob) for result in asked) == 4
    assert sum(isinstance(result, Conflict) for result in asked) == 28
    await asyncio.gather(*(imports.work_waiting() for _ in range(8)))
    after = [await imports.get_import(world.admin.actor, job.id) for job in jobs]
    assert sorted(job.state for job in after) == ["applied", "judged", "judged", "judged"]
    assert all(job.problem for job in after if job.state == "judged")
    assert len((await assets.list_assets(world.admin.actor)).items) == 4
    with pytest.raises(Conflict, match="This very file was imported on"):
        await world.stage(*lines)


async def test_one_tag_through_two_doors_at_once_is_one_asset_and_no_half_file(
    world: World,
) -> None:
    jobs = [
        await world.stage("P-9,,Maker,M720,,,,,,", f"X-{n},,Maker,M720,,,,,,") for n in range(16)
    ]
    for job in jobs:
        await imports.apply_import(world.admin.actor, job.id)
    new = NewAsset(school="VOC", model_id=world.model, tag="P-9")
    results = await asyncio.gather(
        *(imports.work_waiting(most=1) for _ in jobs),
        *(assets.create_asset(world.admin.actor, new) for _ in range(16)),
        return_exceptions=True,
    )
    made = [result for result in results if isinstance(result, Asset)]
    states = [(await imports.get_import(world.admin.actor, job.id)).state for job in jobs]
    assert len(made) + states.count(ImportState.applied) == 1, (results, states)
    assert states.count(ImportState.judged) == 16 - states.count(ImportState.applied)
    tags = {row.tag for row in (await assets.list_assets(world.admin.actor)).items}
    assert len(tags - {"P-1", "GONE", "P-9"}) == states.count(ImportState.applied)


async def test_a_preview_that_the_books_overtook_is_made_anew(world: World) -> None:
    job = await world.stage("P-1,,,,,,broken,,,", "P-2,,Maker,M720,,,,,,")
    await _correct(world, "P-1", condition=Condition.degraded)
    back = await applied(world.admin.actor, job.id)
    assert (back.state, back.can_apply) == ("judged", True)
    assert "changed since this preview" in str(back.problem)
    assert "P-2" not in [row.tag for row in (await assets.list_assets(world.admin.actor)).items]
    first, _ = await world.rows(job)
    assert first.diff[0].before == "degraded"
    done = await applied(world.admin.actor, job.id)
    assert (done.state, done.problem) == ("applied", None)
    assert (await assets.get_asset(world.admin.actor, "P-1")).condition == "broken"


async def _correct(world: World, tag: str, **fields: Any) -> None:
    version = (await assets.get_asset(world.admin.actor, tag)).version
    await assets.update_asset(world.admin.actor, tag, AssetChanges(version, **fields))


@pytest.mark.parametrize("locale", ["en", "zh_CN"])
async def test_the_template_is_a_file_that_can_be_imported(world: World, locale: str) -> None:
    job = await staged(world.admin.actor, "VOC", "template.csv", await imports.template(locale))
    (row,) = await world.rows(job)
    assert row.verdict == Verdict.create


async def test_5000_rows_are_looked_through_and_applied(world: World) -> None:
    lines = [f"Q-{n:05d},,Maker,M720,QX{n:07d}Z,,,,," for n in range(5_000)]
    job = await world.stage(*lines)
    assert job.counts.create == 5_000
    assert (await applied(world.admin.actor, job.id)).state == "applied"


async def test_only_admins_of_the_school_import(world: World) -> None:
    job = await world.stage("P-2,,Maker,M720,,,,,,")
    technician = await factories.person("technician", world.school)
    stranger = await factories.person("admin", await factories.school())
    with pytest.raises(Forbidden):
        await staged(technician.actor, "VOC", "list.csv", HEAD.encode())
    with pytest.raises(NotFound):
        await staged(stranger.actor, "VOC", "list.csv", HEAD.encode())
    for actor in (technician.actor, stranger.actor):
        for attempt in (
            imports.get_import(actor, job.id),
            imports.list_rows(actor, job.id),
            applied(actor, job.id),
            imports.discard(actor, job.id),
        ):
            with pytest.raises(NotFound):
                await attempt


async def test_a_discarded_import_is_never_applied(world: World) -> None:
    job = await world.stage("P-2,,Maker,M720,,,,,,")
    assert (await imports.discard(world.admin.actor, job.id)).state == "discarded"
    with pytest.raises(Conflict, match="finished"):
        await applied(world.admin.actor, job.id)
    assert (await imports.list_imports(world.admin.actor)).items == []


async def test_a_preview_is_forgotten_after_a_month_and_an_applied_import_never(
    world: World,
) -> None:
    done = await world.stage("P-2,,Maker,M720,,,,,,")
    await applied(world.admin.actor, done.id)
    old, fresh = await world.stage("P-3,,Maker,M720,,,,,,"), await world.stage("P-1,,,,,,,,,")
    await database.execute(
        "UPDATE import_job SET created_at = now() - interval '31 days' WHERE id <> $1", fresh.id
    )
    assert await staging.discard_undecided() == 1
    listed = await imports.list_imports(world.admin.actor)
    assert {job.id for job in listed.items} == {done.id, fresh.id}
    assert await world.rows(old) == []
    assert len(await world.rows(done)) == len(await world.rows(fresh)) == 1


@pytest.mark.parametrize("serial", ["6.37702E+15", "201909010001234000"])
async def test_a_serial_that_a_spreadsheet_rounded_is_refused_with_the_mend(
    world: World, serial: str
) -> None:
    job = await world.stage(f"P-2,computer,Maker,M720,{serial},,,,,", "P-3,,,Maker M720,,,,,,")
    rounded, fine = await world.rows(job)
    assert (rounded.verdict, fine.verdict) == ("error", "create")
    (remark,) = rounded.remarks
    assert remark.column == "Serial number"
    assert "Format the column as text" in str(remark.message)


def _calls_to_judge(models: int) -> int:
    """How many functions are called for 200 rows beside so many models."""
    known = {
        n: KnownModel(n, AssetKind.computer, "Maker", f"Model {n}") for n in range(1, models + 1)
    }
    books = Books(1, "VOC", known, by_title(known.values()), {}, {})
    columns = [FileColumn(head) for head in ("Kind", "Brand", "Model")]
    mapping = Mapping(columns={column.header: column.header.lower() for column in columns})
    layout = Layout.of(columns, mapping, words_of(OWN))
    judge, calls = AssetJudge(Order(1, "VOC", layout, frozenset({"tag"})), books), 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    rows = [
        MappedCells(layout, n, ["computer", "Maker", f"Model {1 + n % models}"]) for n in range(200)
    ]
    sys.setprofile(count)
    try:
        assert {judge.judge(row).verdict for row in rows} == {"create"}
    finally:
        sys.setprofile(None)
    return calls


def test_a_row_costs_the_same_however_many_models_there_are() -> None:
    assert _calls_to_judge(2_000) < 1.5 * _calls_to_judge(20)


async def test_others_have_their_turn_while_rows_are_judged(world: World) -> None:
    count = 10 * SLICE
    text = "Model\n" + "Maker M720\n" * count
    job = await read(world.admin.actor, "VOC", "list.csv", text.encode())
    await imports.map_columns(world.admin.actor, job.id)
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    waiting = asyncio.create_task(others())
    await imports.work_waiting()
    waiting.cancel()
    assert (await imports.get_import(world.admin.actor, job.id)).counts.create == count
    assert turns >= 10
