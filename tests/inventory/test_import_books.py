"""The columns of a school's books in an import: as people write them, judged as a form judges."""

from datetime import date
from decimal import Decimal

import pytest

from core import database
from inventory import assets, imports
from inventory.assets import AssetChanges
from inventory.imports import Verdict
from tests import factories
from tests.factories import MadePerson, MadeSchool
from tests.factories_imports import applied, staged

pytestmark = pytest.mark.usefixtures("db")
HEAD = "资产编号,类别,型号,原值,价值依据,购置日期,保修期至,供应商,分类代码,校内编号\n"  # the usual words of a school's sheet


async def stage(
    admin: MadePerson, school: MadeSchool, *lines: str, head: str = HEAD
) -> imports.ImportJob:
    text = head + "".join(f"{line}\n" for line in lines)
    return await staged(admin.actor, school.code, "list.csv", text.encode())


async def test_a_row_brings_what_the_books_ask_for(school: MadeSchool) -> None:
    admin = await factories.person("admin", school)
    job = await stage(
        admin,
        school,
        'BK-1,计算机,DT 280,"￥3,500.00",发票,2026.3,2029年3月1日,县电教站,a02010105,校产2019-001；TY2019(12)',
    )
    assert (job.counts.create, job.counts.error, job.unused) == (1, 0, ())
    await applied(admin.actor, job.id)
    asset = await assets.get_asset(admin.actor, "BK-1")
    assert (asset.cost, asset.cost_basis, asset.currency) == (Decimal("3500.00"), "invoice", "CNY")
    assert (asset.acquired_on, asset.warranty_until) == (date(2026, 3, 1), date(2029, 3, 1))
    assert (asset.supplier, asset.class_code) == ("县电教站", "A02010105")
    assert asset.class_edition == "GB/T 14885-2022"
    assert asset.numbers == ["校产2019-001", "TY2019(12)"]


async def test_a_row_corrects_what_differs_and_leaves_the_rest(school: MadeSchool) -> None:
    admin = await factories.person("admin", school)
    made = await factories.asset(school, tag="BK-2")
    version = (await assets.get_asset(admin.actor, made.tag)).version
    await assets.update_asset(
        admin.actor,
        made.tag,
        AssetChanges(version, cost=Decimal("10.00"), cost_basis=assets.CostBasis.market, numbers=("A1",)),
    )  # fmt: skip
    same = await stage(admin, school, "BK-2,,,10,市场价,,,,,A1")
    assert same.counts.same == 1
    job = await stage(admin, school, "BK-2,,,20,,,,新供应商,,A1；A2")
    await applied(admin.actor, job.id)
    asset = await assets.get_asset(admin.actor, made.tag)
    assert (asset.cost, asset.cost_basis) == (Decimal("20.00"), "market")
    assert (asset.supplier, asset.numbers) == ("新供应商", ["A1", "A2"])


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("BK-9,,,abc,,,,,,", "原值"),
        ("BK-9,,,-5,,,,,,", "原值"),
        ("BK-9,,,1.005,,,,,,", "原值"),
        ("BK-9,,,NaN,,,,,,", "原值"),
        ("BK-9,,,5,按心情,,,,,", "价值依据"),
        ("BK-9,,,,发票,,,,,", "原值"),
        ("BK-9,,,,,前年,,,,", "购置日期"),
        ("BK-9,,,,,1899-01-01,,,,", "购置日期"),
        ("BK-9,,,,,2026-03-02,2025-03-02,,,", "保修期至"),
        (f"BK-9,,,,,,,{'x' * 121},,", "供应商"),
        ("BK-9,,,,,,,,A-02,", "分类代码"),
        ("BK-9,,,,,,,,,1;2;3;4;5;6", "校内编号"),
        ("BK-9,,,,,,,,,TAKEN", "校内编号"),
    ],
)
async def test_a_cell_that_a_form_would_refuse_is_named(
    row: str, column: str, school: MadeSchool
) -> None:
    admin = await factories.person("admin", school)
    other = await factories.asset(school)
    await factories.asset(school, tag="BK-9")
    await database.execute(
        "INSERT INTO asset_number (asset, school, number, folded) VALUES ($1, $2, 'Taken', 'TAKEN')",
        other.id,
        school.id,
    )
    job = await stage(admin, school, row)
    (judged,) = (await imports.list_rows(admin.actor, job.id)).items
    assert judged.verdict is Verdict.error
    assert [remark.column for remark in judged.remarks] == [column]


async def test_two_lines_with_one_number_are_refused(school: MadeSchool) -> None:
    admin = await factories.person("admin", school)
    job = await stage(admin, school, "BK-1,计算机,DT,,,,,,,N 1", "BK-2,计算机,DT,,,,,,,n1")
    rows = (await imports.list_rows(admin.actor, job.id)).items
    assert [row.verdict for row in rows] == [Verdict.create, Verdict.error]
