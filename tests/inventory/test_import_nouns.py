"""Lists of models and places: judged, applied, taken back; each by its own permission and school."""

import pytest

from core import database, places
from core.errors import Conflict, Forbidden, NotFound
from core.places import NewPlace, PlaceKind
from inventory import imports, models
from inventory.imports import ImportJob, ImportState, Noun, RowFilters
from inventory.imports.nouns import IMPORTERS
from inventory.models import AssetKind, ModelFacts, ModelFilters
from tests import factories, factories_holds
from tests.core.made_sheets import Made, xlsx
from tests.factories import MadePerson, MadeSchool
from tests.factories_holds import monday
from tests.factories_imports import applied, staged, undone
from tests.factories_inventory import donation

pytestmark = pytest.mark.usefixtures("db")

MODELS = """类别,品牌,型号,国际标准书号
电脑,联想,启天M415,
电脑,联想,启天 M-415,
图书,人民邮电出版社,Python 入门,978-7-115-54608-1
打印机,惠普,LaserJet,
飞船,Acme,X,
,Acme,Y,
图书,出版社,旧书名,978-7-115-00000-2
"""
PLACES = """楼宇,房间,柜,新名称
实验楼,机房一,,
实验楼,机房一,柜 1,
实验楼,机房一,柜 2,
实验楼,,,
,门卫室,,传达室
,旧机房,,
图书馆,,柜 9,
,机房一,柜 3,改名
"""


async def rows_of(who: MadePerson, job: ImportJob) -> list[imports.ImportRow]:
    return (await imports.list_rows(who.actor, job.id, limit=200)).items


async def content_of(table: str) -> str:
    sql = f"SELECT jsonb_agg(to_jsonb(t) ORDER BY id) FROM {table} t"
    return str(await database.fetch_value(sql))


async def _laboratory(school: MadeSchool) -> None:
    """What the templates of timetables name, with one Monday to come in the term."""
    for building, room in (("实验楼", "物理实验室"), ("Laboratory building", "Physics laboratory")):
        around = await factories.place(school, "building")
        place = await factories.place(school, parent=around)
        for place_id, name in ((around, building), (place, room)):
            await database.execute("UPDATE place SET name = $2 WHERE id = $1", place_id, name)
    await factories_holds.lessons(school)
    await factories_holds.term(school, monday(), 1)


@pytest.mark.parametrize("noun", list(IMPORTERS))
@pytest.mark.parametrize("locale", ["en", "zh_CN"])
async def test_each_template_is_a_file_that_can_be_imported_and_taken_back(
    school: MadeSchool, admin: MadePerson, noun: Noun, locale: str
) -> None:
    table = IMPORTERS[noun].table
    for title in IMPORTERS[Noun.donation_lines].sample["donation"]:
        gift = await donation(admin, school)
        await database.execute("UPDATE donation SET title = $2 WHERE id = $1", gift.id, title)
    if noun is Noun.timetables:
        await _laboratory(school)
    before = await database.fetch_value(f"SELECT count(*) FROM {table}")
    text = await imports.template(locale, noun)
    job = await staged(admin.actor, school.code, "template.csv", text, noun=noun)
    assert [row.verdict for row in await rows_of(admin, job)] == ["create"], job
    assert (await applied(admin.actor, job.id)).state is ImportState.applied
    assert await database.fetch_value(f"SELECT count(*) FROM {table}") == before + (
        2 if noun is Noun.places else 1
    )
    assert (await undone(admin.actor, job.id)).state is ImportState.undone
    assert await database.fetch_value(f"SELECT count(*) FROM {table}") == before


async def test_models_are_found_by_name_or_isbn_and_go_again(
    school: MadeSchool, admin: MadePerson
) -> None:
    actor = admin.actor
    await models.create_model(actor, ModelFacts(AssetKind.printer, "LaserJet", "HP"))
    book = ModelFacts(AssetKind.book, "旧书", "出版社", "9787115000002")
    await models.create_model(actor, book)
    before = await content_of("asset_model")
    sheet = xlsx(Made("型号", [line.split(",") for line in MODELS.strip().splitlines()]))
    job = await staged(actor, school.code, "models.xlsx", sheet, noun=Noun.models)
    rows = await rows_of(admin, job)
    assert [row.verdict for row in rows] == [
        "create", "error", "create", "same", "error", "error", "update",
    ]  # fmt: skip
    assert [str(row.remarks[0].message) for row in rows if row.verdict == "error"] == [
        "Line 2 is about the same one",
        "“飞船” is no kind that we know",
        "A model that is not in the list needs its kind",
    ]
    assert [(one.field, one.before, one.after) for one in rows[-1].diff] == [
        ("name", "旧书", "旧书名")
    ]
    with pytest.raises(Conflict, match="3 rows are wrong"):
        await imports.apply_import(actor, job.id)
    for row in rows:
        if row.verdict == "error":
            await imports.leave_out(actor, job.id, row.line)
    done = await applied(actor, job.id)
    assert done.state is ImportState.applied, done.problem
    (python,) = (await models.list_models(actor, ModelFilters("Python"))).items
    assert (python.kind, python.brand, python.isbn) == (
        "book", "人民邮电出版社", "9787115546081",
    )  # fmt: skip
    assert (await models.list_models(actor, ModelFilters("旧书名"))).items
    # What is used by now stands in the way, with its reason; then all goes as it came.
    used = await factories.asset(school, model=python.id)
    assert (await undone(actor, job.id)).state is ImportState.applied
    (row,) = (await imports.list_rows(actor, job.id, RowFilters(in_the_way=True))).items
    assert (row.line, str(row.obstacle)) == (4, "There are assets of it by now")
    await database.execute("DELETE FROM asset_step WHERE asset = $1", used.id)
    await database.execute("DELETE FROM asset WHERE id = $1", used.id)
    assert (await undone(actor, job.id)).state is ImportState.undone
    assert await content_of("asset_model") == before


async def test_a_model_of_another_school_is_not_changed(
    school: MadeSchool, admin: MadePerson
) -> None:
    facts = ModelFacts(AssetKind.book, "Robots", "Press", "9787115000002")
    model = await models.create_model(admin.actor, facts)
    text = b"Kind,Brand,Name,ISBN\nbook,Press,Robots,9787115546081\n"
    fine = await staged(admin.actor, school.code, "a.csv", text, noun=Noun.models)
    assert fine.counts.update == 1
    await factories.asset(await factories.school(), model=model.id)
    back = await applied(admin.actor, fine.id)
    assert (back.state, back.counts.error) == (ImportState.judged, 1)
    (row,) = await rows_of(admin, back)
    assert "Another school has this model too" in str(row.remarks[0].message)


async def test_a_model_that_somebody_adds_meanwhile_is_no_second_one(
    school: MadeSchool, admin: MadePerson
) -> None:
    text = b"Kind,Brand,Model\nprinter,HP,LaserJet\n"
    job = await staged(admin.actor, school.code, "a.csv", text, noun=Noun.models)
    await models.create_model(admin.actor, ModelFacts(AssetKind.printer, "LaserJet", "HP"))
    back = await applied(admin.actor, job.id)
    assert (back.state, back.counts.same) == (ImportState.judged, 1)
    assert "in the list already" in str(back.problem)


async def test_places_are_made_in_order_renamed_and_taken_back_into_use(
    school: MadeSchool, admin: MadePerson
) -> None:
    actor = admin.actor
    await places.create_place(actor, NewPlace(school.id, PlaceKind.room, "门卫室"))
    old = await places.create_place(actor, NewPlace(school.id, PlaceKind.room, "旧机房"))
    await places.retire_place(actor, old.id)
    before = await content_of("place")
    job = await staged(actor, school.code, "places.csv", PLACES.encode(), noun=Noun.places)
    rows = await rows_of(admin, job)
    assert [row.verdict for row in rows] == [
        "create", "create", "create", "skip", "update", "update", "create", "error",
    ]  # fmt: skip
    assert "Line 2 makes it already" in str(rows[3].remarks[0].message)
    await imports.leave_out(actor, job.id, rows[-1].line)
    done = await applied(actor, job.id)
    assert done.state is ImportState.applied, done.problem
    tree = [(one.path, one.kind.value) for one in await places.list_places(actor)]
    assert sorted(tree) == sorted(
        [
            ("传达室", "room"),
            ("旧机房", "room"),
            ("实验楼", "building"),
            ("实验楼 / 机房一", "room"),
            ("实验楼 / 机房一 / 柜 1", "cabinet"),
            ("实验楼 / 机房一 / 柜 2", "cabinet"),
            ("图书馆", "building"),
            ("图书馆 / 柜 9", "cabinet"),
        ]
    )
    room = next(one for one in await places.list_places(actor) if one.path == "实验楼 / 机房一")
    extra = await places.create_place(actor, NewPlace(school.id, PlaceKind.cabinet, "柜", room.id))
    await factories.asset(school, place=old.id)
    assert (await undone(actor, job.id)).state is ImportState.applied
    blocked = (await imports.list_rows(actor, job.id, RowFilters(in_the_way=True))).items
    assert [(row.line, str(row.obstacle)) for row in blocked] == [
        (2, "Places were added in it"),
        (7, "Assets stand there by now"),
    ]
    await database.execute("DELETE FROM place WHERE id = $1", extra.id)
    await database.execute("UPDATE asset SET place = NULL")
    gone = await undone(actor, job.id)
    assert (gone.state, gone.problem) == (ImportState.undone, None)
    assert await content_of("place") == before


async def test_5000_places_are_written_in_a_few_statements(
    school: MadeSchool, admin: MadePerson
) -> None:
    lines = "".join(f"House {n // 100},Room {n},\n" for n in range(5_000))
    text = ("Building,Room,Cabinet\n" + lines).encode()
    job = await staged(admin.actor, school.code, "a.csv", text, noun=Noun.places)
    assert job.counts.create == 5_000
    assert (await applied(admin.actor, job.id)).state is ImportState.applied
    assert len(await places.list_places(admin.actor)) == 5_050
    assert (await undone(admin.actor, job.id)).state is ImportState.undone
    assert await places.list_places(admin.actor) == []


@pytest.mark.parametrize("noun", [noun for noun in IMPORTERS if noun is not Noun.assets])
async def test_only_admins_of_the_school_import_and_see_it(
    school: MadeSchool, admin: MadePerson, noun: Noun
) -> None:
    text = await imports.template("en", noun)
    await donation(admin, school)
    job = await staged(admin.actor, school.code, "a.csv", text, noun=noun)
    technician = await factories.person("technician", school)
    stranger = await factories.person("admin", await factories.school())
    with pytest.raises(Forbidden):
        await imports.upload(technician.actor, school.code, "a.csv", text, noun=noun)
    with pytest.raises(NotFound):
        await imports.upload(stranger.actor, school.code, "a.csv", text, noun=noun)
    for who in (technician, stranger):
        assert (await imports.list_imports(who.actor)).items == []
        with pytest.raises(NotFound):
            await imports.apply_import(who.actor, job.id)
