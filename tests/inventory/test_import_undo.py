"""An applied import is taken back whole, or every row that is in the way says why."""

import asyncio

import pytest

from core import database, leases
from core.access import Role
from core.errors import Conflict
from inventory import assets, custody, imports, models
from inventory.assets import AssetChanges, Condition
from inventory.custody import Holder
from inventory.imports import ImportState, Mapping, Quantity, RowFilters, working
from inventory.imports.claims import QUEUE, Claim
from inventory.models import ModelFilters
from tests import factories
from tests.factories import MadePerson, MadeSchool
from tests.factories_fields import field, said
from tests.factories_imports import applied, read, staged, undone

pytestmark = pytest.mark.usefixtures("db")

TEXT = """Tag,Kind,Brand,Model,Serial number,Place,Condition,Name,Own no,Screen size
N-1,computer,Maker,M720,AB12345,,ok,Front,no 1,15 inch
,printer,HP,LaserJet,,Lab house / Lab 9,,,,
P-1,,,,PF2K7Q9Z,,broken,Desk 4,no 2;no 3,17 inch
"""
PLACES = Mapping(
    columns={"Own no": "numbers"},
    makes_places=True,
)
STATE = "SELECT (SELECT jsonb_agg(to_jsonb(a) - 'version' ORDER BY id) FROM asset a) AS assets,"
EVERYTHING = f"""{STATE}
       (SELECT count(*) FROM asset_model) AS models, (SELECT count(*) FROM place) AS places,
       (SELECT jsonb_agg(number ORDER BY number) FROM asset_number) AS numbers,
       (SELECT jsonb_agg(text_value ORDER BY asset) FROM asset_value
         WHERE text_value IS NOT NULL) AS values"""


async def everything() -> str:
    return str(await database.fetch_value(f"SELECT to_jsonb(e) FROM ({EVERYTHING}) e"))


@pytest.fixture
async def known(school: MadeSchool, admin: MadePerson) -> MadePerson:
    model = await factories.asset_model("computer", "M720")
    await factories.asset(school, tag="P-1", model=model)
    await field(admin, school)
    return admin


async def test_what_was_made_goes_and_what_was_changed_is_put_back(
    school: MadeSchool, known: MadePerson
) -> None:
    before = await everything()
    job = await staged(known.actor, school.code, "a.csv", TEXT.encode(), mapping=PLACES)
    assert (job.counts.create, job.counts.update, job.counts.error) == (2, 1, 0)
    done = await applied(known.actor, job.id)
    assert (done.state, done.can_undo) == (ImportState.applied, True)
    changed = await assets.get_asset(known.actor, "P-1")
    assert (changed.condition, changed.numbers) == ("broken", ["no 2", "no 3"])
    assert said(changed) == {"Screen size": "17 inch"}
    made = await assets.get_asset(known.actor, f"{school.code}-00001")
    assert made.place == "Lab house / Lab 9"
    back = await undone(known.actor, job.id)
    assert (back.state, back.problem) == (ImportState.undone, None)
    assert await everything() == before
    assert (await models.list_models(known.actor, ModelFilters("laserjet"))).items == []
    # Undone is as if it had never been: the same file can be imported.
    again = await staged(known.actor, school.code, "a.csv", TEXT.encode(), mapping=PLACES)
    assert (await applied(known.actor, again.id)).state is ImportState.applied
    with pytest.raises(Conflict):
        await imports.undo_import(known.actor, job.id)


async def test_what_came_after_is_named_row_by_row_and_nothing_is_undone(
    school: MadeSchool, known: MadePerson
) -> None:
    job = await staged(known.actor, school.code, "a.csv", TEXT.encode(), mapping=PLACES)
    await applied(known.actor, job.id)
    teacher = await factories.person(Role.teacher, school)
    await custody.hand_out(known.actor, ["N-1"], Holder(person_id=teacher.id))
    version = (await assets.get_asset(known.actor, "P-1")).version
    await assets.update_asset(known.actor, "P-1", AssetChanges(version, condition=Condition.ok))
    after = await everything()
    back = await undone(known.actor, job.id)
    assert back.state is ImportState.applied
    assert "2 rows stand in the way" in str(back.problem)
    rows = (await imports.list_rows(known.actor, job.id, RowFilters(in_the_way=True))).items
    assert [(row.tag, str(row.obstacle)) for row in rows] == [
        ("N-1", "It has been handed out since"),
        ("P-1", "It has been changed since"),
    ]
    assert await everything() == after


async def test_a_model_that_others_use_by_now_stays(school: MadeSchool, known: MadePerson) -> None:
    job = await staged(known.actor, school.code, "a.csv", TEXT.encode(), mapping=PLACES)
    await applied(known.actor, job.id)
    (printer,) = (await models.list_models(known.actor, ModelFilters("laserjet"))).items
    await factories.asset(school, tag="P-2", model=printer.id)
    assert (await undone(known.actor, job.id)).state is ImportState.undone
    assert (await assets.get_asset(known.actor, "P-2")).model == "LaserJet"


async def test_a_quantity_becomes_so_many_assets_or_none_and_goes_again(
    school: MadeSchool, known: MadePerson
) -> None:
    text = "类别,品牌,型号,数量\n电脑,Maker,M720,30\n电脑,Maker,M720,1\n".encode()
    asked = await staged(known.actor, school.code, "a.csv", text)
    assert (asked.counts.error, asked.findings.quantities) == (1, 1)
    left = await staged(
        known.actor, school.code, "a.csv", text, mapping=Mapping(quantity=Quantity.leave_out)
    )
    assert (left.counts.skip, left.counts.create) == (1, 1)
    job = await staged(
        known.actor, school.code, "a.csv", text, mapping=Mapping(quantity=Quantity.one_each)
    )
    assert job.findings.things == 31
    before = await database.fetch_value("SELECT count(*) FROM asset")
    await applied(known.actor, job.id)
    assert await database.fetch_value("SELECT count(*) FROM asset") == before + 31
    await undone(known.actor, job.id)
    assert await database.fetch_value("SELECT count(*) FROM asset") == before


async def test_apply_and_undo_of_one_import_at_once_happen_one_after_the_other(
    school: MadeSchool, known: MadePerson
) -> None:
    job = await staged(known.actor, school.code, "a.csv", TEXT.encode(), mapping=PLACES)
    before = await everything()
    for wanted in (imports.apply_import, imports.undo_import):
        asked = await asyncio.gather(
            *(wanted(known.actor, job.id) for _ in range(16)),
            *(imports.undo_import(known.actor, job.id) for _ in range(16)),
            return_exceptions=True,
        )
        assert sum(isinstance(answer, imports.ImportJob) for answer in asked) == 1
        assert sum(isinstance(answer, Conflict) for answer in asked) == 31
        await asyncio.gather(*(imports.work_waiting() for _ in range(8)))
    assert (await imports.get_import(known.actor, job.id)).state is ImportState.undone
    assert await everything() == before


STEPS = [ImportState.uploaded, ImportState.mapped, ImportState.applying, ImportState.undoing]


@pytest.mark.parametrize("step", STEPS)
async def test_a_worker_killed_in_the_middle_loses_nothing_and_doubles_nothing(
    school: MadeSchool, known: MadePerson, step: ImportState, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the last statement of the step all is written, and nothing is committed."""
    before = await everything()
    killed = [step]

    async def die(claim: Claim, state: ImportState, **columns: object) -> None:
        if claim.state in killed:
            killed.clear()
            raise KeyboardInterrupt
        await end_step(claim, state, **columns)

    from inventory.imports import applying, judging, sheet_reading, undoing
    from inventory.imports.claims import end_step

    for module in (applying, judging, sheet_reading, undoing):
        monkeypatch.setattr(module, "end_step", die)

    async def work() -> None:
        try:
            await working.work_waiting()
        except KeyboardInterrupt:
            # Its lease runs out; another worker takes the step.
            await database.execute("UPDATE import_job SET claimed_until = now()")
            await working.work_waiting()

    job = await imports.upload(known.actor, school.code, "a.csv", TEXT.encode())
    await work()
    await imports.map_columns(known.actor, job.id, PLACES)
    await work()
    await imports.apply_import(known.actor, job.id)
    await work()
    done = await imports.get_import(known.actor, job.id)
    assert (done.state, done.counts.create, done.rows) == (ImportState.applied, 2, 3)
    assert await database.fetch_value("SELECT count(*) FROM asset") == 3
    await imports.undo_import(known.actor, job.id)
    await work()
    assert (await imports.get_import(known.actor, job.id)).state is ImportState.undone
    assert await everything() == before
    assert killed == []


async def test_a_worker_that_comes_back_late_changes_nothing(
    school: MadeSchool, known: MadePerson
) -> None:
    job = await read(known.actor, school.code, "a.csv", TEXT.encode())
    await imports.map_columns(known.actor, job.id, PLACES)
    (late,) = await leases.claim(Claim, QUEUE)
    await database.execute("UPDATE import_job SET claimed_until = now()")
    await working.work_waiting()
    await working._step_or_say_why(late)
    judged = await imports.get_import(known.actor, job.id)
    assert (judged.state, judged.counts.create) == (ImportState.judged, 2)


async def test_a_file_that_ends_its_workers_is_given_up(
    school: MadeSchool, admin: MadePerson
) -> None:
    job = await imports.upload(admin.actor, school.code, "a.csv", TEXT.encode())
    for _ in range(working.MOST_LOST_CLAIMS):
        await leases.claim(Claim, QUEUE)
        await database.execute("UPDATE import_job SET claimed_until = now()")
    await working.work_waiting()
    failed = await imports.get_import(admin.actor, job.id)
    assert failed.state is ImportState.failed
    assert "ended the program several times" in str(failed.problem)


async def test_a_mapping_is_offered_again_for_the_same_headers_in_any_order(
    school: MadeSchool, admin: MadePerson
) -> None:
    said = Mapping(
        columns={"Gadget": "model", "Colour": "note"}, values={"condition": {"so-so": "ok"}}
    )
    await staged(
        admin.actor, school.code, "a.csv", b"Gadget,Colour,Kind\nPC,red,computer\n", mapping=said
    )
    again = await read(admin.actor, school.code, "b.csv", b"Kind,Colour,Gadget\ncomputer,blue,PC\n")
    assert again.mapping is not None
    assert again.mapping.columns == {"Kind": "kind", "Colour": "note", "Gadget": "model"}
    other = await factories.school()
    stranger = await factories.person(Role.admin, other)
    fresh = await read(
        stranger.actor, other.code, "b.csv", b"Kind,Colour,Gadget\ncomputer,blue,PC\n"
    )
    assert fresh.mapping is not None
    assert fresh.mapping.columns["Gadget"] == ""


async def test_spellings_that_are_joined_make_one_model(
    school: MadeSchool, known: MadePerson
) -> None:
    text = "Kind,Brand,Model\ncomputer,Maker,M-720\ncomputer,Acme,Notebook 15\ncomputer,Acme,Notebok 15\n"
    job = await staged(known.actor, school.code, "a.csv", text.encode())
    # Strokes and spaces make no new model; a mistyped one is offered.
    assert {one.name: one.near for one in job.findings.models} == {
        "Acme Notebook 15": ("Acme Notebok 15",),
        "Acme Notebok 15": ("Acme Notebook 15",),
    }
    joins = {"model": {"Acme Notebok 15": "Acme Notebook 15"}}
    joined = await staged(
        known.actor, school.code, "a.csv", text.encode(), mapping=Mapping(joins=joins)
    )
    assert [one.name for one in joined.findings.models] == ["Acme Notebook 15"]
    await applied(known.actor, joined.id)
    assert len((await models.list_models(known.actor, ModelFilters("Acme"))).items) == 1


async def test_an_import_is_undone_after_later_ones_that_were_undone_and_no_edit(
    school: MadeSchool, known: MadePerson
) -> None:
    text = "Tag,Model,Name\n{tag},Maker M720,{name}\n"

    async def named(tag: str, name: str) -> imports.ImportJob:
        data = text.format(tag=tag, name=name).encode()
        job = await staged(known.actor, school.code, f"{name}.csv", data)
        return await applied(known.actor, job.id)

    for tag, by_hand in (("P-1", False), ("N-9", False), ("P-1", True)):
        first, second, third = [await named(tag, f"{tag} {name} {by_hand}") for name in "abc"]
        # The one in the middle stands against the first, until it is undone as well.
        assert (await undone(known.actor, third.id)).state is ImportState.undone
        assert (await undone(known.actor, first.id)).state is ImportState.applied
        assert (await undone(known.actor, second.id)).state is ImportState.undone
        if by_hand:
            asset = await assets.get_asset(known.actor, tag)
            changes = AssetChanges(version=asset.version, note="by hand")
            await assets.update_asset(known.actor, tag, changes)
        last = await undone(known.actor, first.id)
        assert last.state is (ImportState.applied if by_hand else ImportState.undone), tag
