"""A row with a quantity that becomes a lot: counted, joined to what is there, and taken out again."""

import pytest

from core.access import Actor
from inventory import imports, lots
from inventory.imports import ImportJob, Mapping, Quantity
from inventory.lots import LotLoss
from inventory.lots.moving import LossKind
from tests import factories
from tests.factories import MadePerson, MadeSchool
from tests.factories_imports import applied, staged, undone

pytestmark = pytest.mark.usefixtures("db")
AS_LOT = Mapping(quantity=Quantity.as_lot, makes_places=True)
TEXT = """类别,型号,位置,数量,单价,备注
其他,耳机 H1,语音室,30,45,2023年捐
其他,耳机 H1,语音室,5,45,
其他,显微镜 X2,实验楼/生物室,12,900,
电脑,M720,机房,1,3500,
"""


async def balances(actor: Actor) -> dict[tuple[str, str], int]:
    listed = (await lots.list_lots(actor)).items
    return {(one.title, one.place): one.on_hand for one in listed}


async def stage(admin: MadePerson, school: MadeSchool, text: str) -> ImportJob:
    return await staged(admin.actor, school.code, "list.csv", text.encode(), mapping=AS_LOT)


async def test_quantities_come_to_lots_and_leave_them(school: MadeSchool) -> None:
    admin = await factories.person("admin", school)
    job = await stage(admin, school, TEXT)
    assert (job.counts.create, job.counts.error, job.findings.things) == (4, 0, 1)
    first, *_ = (await imports.list_rows(admin.actor, job.id)).items
    assert {one.field: one.after for one in first.diff} == {
        "model_id": "耳机 H1", "place": "语音室", "quantity": 30,
    }  # fmt: skip
    assert "单价" in str(first.remarks[0].message)
    done = await applied(admin.actor, job.id)
    assert done.state == "applied", done.problem
    assert await balances(admin.actor) == {
        ("耳机 H1", "语音室"): 35, ("显微镜 X2", "实验楼 / 生物室"): 12,
    }  # fmt: skip
    headsets = next(one for one in (await lots.list_lots(admin.actor)).items if one.on_hand == 35)
    moves = (await lots.list_lot_moves(admin.actor, headsets.id)).items
    assert {(one.quantity, one.by, one.note) for one in moves} == {
        (30, admin.name, "2023年捐"), (5, admin.name, ""),
    }  # fmt: skip
    assert (await undone(admin.actor, job.id)).state == "undone"
    assert set((await balances(admin.actor)).values()) <= {0}


async def test_a_lot_of_which_some_are_gone_stands_in_the_way(school: MadeSchool) -> None:
    admin = await factories.person("admin", school)
    job = await applied(admin.actor, (await stage(admin, school, TEXT)).id)
    headsets = next(one for one in (await lots.list_lots(admin.actor)).items if one.on_hand == 35)
    await lots.lose_of_lot(admin.actor, headsets.id, LotLoss(LossKind.lost, 2))
    still = await undone(admin.actor, job.id)
    assert still.state == "applied"
    in_the_way = imports.RowFilters(in_the_way=True)
    rows = (await imports.list_rows(admin.actor, job.id, in_the_way)).items
    assert [(row.line, str(row.obstacle)) for row in rows] == [
        (2, "Only 33 of them are at their place by now")
    ]
    assert (await balances(admin.actor))["耳机 H1", "语音室"] == 33


async def test_a_lot_has_a_place(school: MadeSchool) -> None:
    admin = await factories.person("admin", school)
    job = await stage(admin, school, "类别,型号,位置,数量\n其他,H1,,30\n")
    (row,) = (await imports.list_rows(admin.actor, job.id)).items
    assert (row.verdict, row.remarks[0].column) == ("error", "位置")
