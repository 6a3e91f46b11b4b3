"""What the cells of a list of assets mean: numbers, prices, places, models, and what they are not."""

from decimal import Decimal

import pytest

from core import database, places
from core.errors import Invalid
from inventory import assets, imports, models
from inventory.custom_fields import FieldKind
from inventory.imports import ImportJob, ImportRow, Mapping, Quantity
from inventory.models import ModelFilters
from tests import factories
from tests.core.made_sheets import one
from tests.factories import MadePerson, MadeSchool
from tests.factories_fields import field
from tests.factories_imports import applied, judged, read, staged

pytestmark = pytest.mark.usefixtures("db")


class World:
    def __init__(self, school: MadeSchool, admin: MadePerson) -> None:
        self.school, self.admin = school, admin

    async def stage(self, text: str | bytes, mapping: Mapping | None = None) -> ImportJob:
        data = text.encode() if isinstance(text, str) else text
        return await staged(
            self.admin.actor, self.school.code, "list.csv", data, mapping=mapping or Mapping()
        )

    async def rows(self, job: ImportJob) -> list[ImportRow]:
        return (await imports.list_rows(self.admin.actor, job.id, limit=200)).items

    async def only(self, text: str | bytes, mapping: Mapping | None = None) -> ImportRow:
        (row,) = await self.rows(await self.stage(text, mapping))
        return row


@pytest.fixture
async def world(db: object) -> World:
    school = await factories.school("VOC")
    await factories.asset_model("computer", "M720")
    return World(school, await factories.person("admin", school))


def told(row: ImportRow) -> list[tuple[str, str]]:
    return [(remark.column, str(remark.message)) for remark in row.remarks]


async def test_numbers_and_custom_fields_are_read_as_other_cells(world: World) -> None:
    for name, kind in (
        ("Lamp hours", "number"),
        ("Checked", "date"),
        ("Camera", "choice"),
        ("Board", "text"),
    ):
        more = {"choices": ("有", "无")} if kind == "choice" else {}
        await field(world.admin, world.school, name, kind=FieldKind(kind), **more)
    head = "Tag,Model,校产编号,Lamp hours,Checked,Camera,Board"
    (whole, rounded, none) = await world.rows(
        await world.stage(
            f'{head}\nP-1,Maker M720,ＴＹ２０１９,"1,200",2023年6月1日,无,Ｘ９\n'
            "P-2,Maker M720,6.377E+15,6.377E+15,1/2/2023,有,2.01909010001235E+19\n"
            "P-3,Maker M720,无,无,—,,N/A\n"
        )
    )
    values = {one.field: one.after for one in whole.diff}
    assert values["numbers"] == "TY2019"
    assert (values["Lamp hours"], values["Checked"]) == ("1200", "2023-06-01")
    assert (values["Camera"], values["Board"]) == ("无", "X9")
    assert [column for column, _ in told(rounded)] == ["校产编号", "Lamp hours", "Checked", "Board"]
    assert none.verdict == "create"
    assert {one.field for one in none.diff}.isdisjoint({"numbers", "Lamp hours", "Board"})


async def test_a_number_of_the_school_is_no_tag_of_another(world: World) -> None:
    await factories.asset(world.school, tag="P-1")
    row = await world.only("Tag,Model,校产编号\nP-2,Maker M720,p-1\n")
    assert told(row) == [
        ("校产编号", "P-1 is the tag of another asset; is this the column of tags?")
    ]
    assert (await world.only("Tag,校产编号\nP-1,P-1\n")).verdict == "update"


async def test_a_serial_is_looked_up_as_it_is_judged(world: World) -> None:
    await factories.asset(
        world.school, tag="P-1", model=await factories.asset_model("computer", "M9")
    )
    await database.execute(
        "UPDATE asset SET serial_number = 'ＰＦ２Ｋ７', serial_trust = 'ok' WHERE tag = 'P-1'"
    )
    await factories.asset(
        world.school, tag="P-2", model=await factories.asset_model("computer", "M8")
    )
    await database.execute(
        "UPDATE asset SET serial_number = 'AB12345', serial_trust = 'ok' WHERE tag = 'P-2'"
    )
    for line in ("Maker M9,ＰＦ２Ｋ７", "Maker M8,ＡＢ１２３４５"):
        assert (await world.only(f"Model,Serial number\n{line}\n")).verdict == "same", line


async def test_a_price_of_all_pieces_is_shared(world: World) -> None:
    each = Mapping(quantity=Quantity.one_each)
    head = "类别,品名,型号,数量"
    row = await world.only(f"{head},金额\n电脑,学生机,T510,30,105000\n", each)
    assert {one.field: one.after for one in row.diff}["cost"] == "3500.00"
    assert told(row) == []
    assert (await world.only(f"{head},金额\n电脑,学生机,T510,,3500\n", each)).verdict == "create"
    for prices, message in {
        "120,3600": None,
        "33.33,1000": None,
        "120,3500": "3500 is not 30 × 120; mend the row, or do not import one of the columns",
    }.items():
        row = await world.only(f"{head},单价,金额\n电脑,学生机,T510,30,{prices}\n", each)
        assert told(row) == ([] if message is None else [("金额", message)]), prices
    row = await world.only(f"{head},总价\n电脑,学生机,T510,30,1000\n", each)
    assert told(row) == [("总价", "1000 cannot be shared among 30; write the price of one")]
    row = await world.only(f"{head},原值\n电脑,学生机,T510,30,3500\n", each)
    assert (row.verdict, told(row)) == (
        "create",
        [
            (
                "原值",
                "Each of the 30 gets the value 3500. If that is the price of all, say so at the columns",
            )
        ],
    )


async def test_an_amount_merged_over_rows_is_asked_back(world: World) -> None:
    rows = [[f"P-{n}", "Maker M720", 3500 if n == 1 else None] for n in (1, 2, 3)]
    book = one(["Tag", "Model", "单价"], *rows, merged=("C2:C4",))
    job = await read(world.admin.actor, world.school.code, "a.xlsx", book)
    with pytest.raises(Invalid) as refused:
        await imports.map_columns(world.admin.actor, job.id)
    assert refused.value.code == "merged"
    done = await judged(world.admin.actor, job.id, Mapping(columns={"单价": ""}))
    assert done.counts.create == 3


async def test_nothing_is_a_value_too(world: World) -> None:
    row = await world.only("Tag,Model,单价\nP-1,Maker M720,0\n")
    assert [str(one.after) for one in row.diff if one.field == "cost"] == ["0"]


async def test_one_place_in_two_spellings_is_made_once(world: World) -> None:
    text = "Tag,Model,Place\n" + "".join(
        f"P-{n},Maker M720,{place}\n"
        for n, place in enumerate(
            ("101室", "101 室", "１０１室", "一号楼/1-11", "一号楼 / 1－11", "一号楼/111")
        )
    )
    job = await world.stage(text, Mapping(makes_places=True))
    assert [(one.name, one.rows) for one in job.findings.places] == [
        ("101室", 3),
        ("一号楼 / 1-11", 2),
        ("一号楼 / 111", 1),
    ]
    await applied(world.admin.actor, job.id)
    made = await places.list_places(world.admin.actor)
    assert sorted(place.path for place in made) == [
        "101室",
        "一号楼",
        "一号楼 / 1-11",
        "一号楼 / 111",
    ]


async def test_a_place_out_of_use_is_named_and_may_be_taken_back(world: World) -> None:
    building = await factories.place(world.school, "building")
    room = await factories.place(world.school, "room", parent=building)
    path = (await places.get_place(world.admin.actor, room)).path
    for one_id in (room, building):
        await places.retire_place(world.admin.actor, one_id)
    text = f"Tag,Model,Place\nP-1,Maker M720,{path}\n"
    job = await world.stage(text, Mapping(makes_places=True))
    (row,) = await world.rows(job)
    assert (row.verdict, len(row.remarks)) == ("error", 1)
    assert "out of use" in str(row.remarks[0].message)
    await imports.restore_places(world.admin.actor, [room])
    job = await judged(world.admin.actor, job.id)
    assert (job.counts.create, job.findings.places, job.findings.retired_places) == (1, (), ())


async def test_a_tag_that_a_later_row_names_is_given_to_no_earlier_one(world: World) -> None:
    job = await world.stage(
        "Tag,Model\n,Maker M720\n,Maker M720\nVOC-00001,Maker M720\nVOC-00003,Maker M720\n"
    )
    done = await applied(world.admin.actor, job.id)
    assert (done.state, done.problem) == ("applied", None)
    assert [row.tag for row in await world.rows(done)] == [
        "VOC-00002", "VOC-00004", "VOC-00001", "VOC-00003",
    ]  # fmt: skip


async def test_twins_of_a_row_that_is_left_out_are_judged_again(world: World) -> None:
    job = await world.stage("Tag,Model\nP-8,Maker M720\nP-8,Maker M720\nP-9,Maker M720\n")
    assert [row.verdict for row in await world.rows(job)] == ["create", "error", "create"]
    # Nobody names this one: the others stay as they were judged.
    after = await imports.leave_out(world.admin.actor, job.id, 4)
    assert (after.state, after.counts.error) == ("judged", 1)
    after = await imports.leave_out(world.admin.actor, job.id, 2)
    assert after.is_working
    await imports.work_waiting()
    left, mended, other = await world.rows(job)
    assert (left.is_left_out, mended.verdict, other.is_left_out) == (True, "create", True)


async def test_a_row_that_is_taken_in_again_is_judged_by_what_is_said_now(world: World) -> None:
    job = await world.stage("Tag,Model,颜色,Name\nP-1,Maker M720,red,a\nP-2,Maker M720,blue,b\n")
    await imports.leave_out(world.admin.actor, job.id, 3)
    await judged(world.admin.actor, job.id, Mapping(columns={"颜色": "note"}))
    await imports.leave_out(world.admin.actor, job.id, 3, is_left_out=False)
    await imports.work_waiting()
    _, second = await world.rows(job)
    assert {one.field: one.after for one in second.diff}["note"] == "blue"


async def test_a_kind_is_suggested_by_words_and_may_be_said(world: World) -> None:
    job = await world.stage(
        "Tag,品名,规格型号\nP-1,教室投影仪,EB-X05\nP-2,展柜,K-7\nP-3,展柜,K-7\n"
    )
    assert [(one.name, one.rows, one.kind) for one in job.findings.models] == [
        ("K-7", 2, ""),
        ("EB-X05", 1, "projector"),
    ]
    assert (job.counts.create, job.counts.error) == (1, 2)
    said = Mapping(values={"kind": {"K-7": "other", "EB-X05": "part"}})
    job = await judged(world.admin.actor, job.id, said)
    assert [(one.name, one.kind) for one in job.findings.models] == [
        ("K-7", "other"),
        ("EB-X05", "part"),
    ]
    await applied(world.admin.actor, job.id)
    listed = (await models.list_models(world.admin.actor, ModelFilters())).items
    assert {one.name: one.kind for one in listed} == {
        "M720": "computer",
        "K-7": "other",
        "EB-X05": "part",
    }


async def test_what_was_said_before_stays_said(world: World) -> None:
    text = "Tag,Model,Serial number,成色,数量\nP-1,Maker M720,AB12345,九成新,1\n"
    first = Mapping(
        keys=("tag",), values={"condition": {"九成新": "ok"}}, quantity=Quantity.one_each
    )
    job = await world.stage(text, first)
    job = await judged(world.admin.actor, job.id, Mapping(values={"kind": {"X": "part"}}))
    assert job.mapping is not None
    assert (job.mapping.keys, job.mapping.values["condition"]) == (("tag",), {"九成新": "ok"})
    job = await judged(world.admin.actor, job.id, Mapping(quantity=Quantity.ask))
    assert job.mapping is not None
    assert job.mapping.quantity is Quantity.ask


async def test_the_cost_of_one_is_stored(world: World) -> None:
    job = await world.stage('Tag,Model,金额,价值依据\nP-1,Maker M720,"￥3,500.00",发票\n')
    await applied(world.admin.actor, job.id)
    assert (await assets.get_asset(world.admin.actor, "P-1")).cost == Decimal("3500.00")
