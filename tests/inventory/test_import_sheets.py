"""Sheets of schools through an import: how a file was read is kept, and changes what rows mean."""

import pytest

from core.errors import Invalid
from inventory import assets, imports
from inventory.imports import Mapping
from tests import factories
from tests.core.made_sheets import Made, one, xlsx
from tests.factories import MadePerson, MadeSchool
from tests.factories_imports import applied, judged, read, staged

pytestmark = pytest.mark.usefixtures("db")


async def test_how_a_file_was_read_is_kept(admin: MadePerson, school: MadeSchool) -> None:
    head = ["资产编号", "型号", "存放地点"]
    book = xlsx(
        Made("填表说明", [["资产编号必填"]]),
        Made("一楼", [["登记表"], head, ["P-1", "M720", "机房"], ["P-2", "=A1", None], ["合计"]], ("C3:C4",)),
        Made("二楼", [head, ["P-3", "M720", "机房"]]),
    )  # fmt: skip
    job = await read(admin.actor, school.code, "list.xlsx", book)
    assert job.reading
    assert (job.reading.sheet, job.reading.header_lines) == ("一楼", (2,))
    assert [(one.line, one.text) for one in job.reading.left_out] == [(5, "合计")]
    assert [(one.name, one.has_same_headers) for one in job.reading.passed_over] == [
        ("填表说明", False),
        ("二楼", True),
    ]
    assert [fault.cell for fault in job.reading.faults] == ["B4"]
    assert [column.filled_down for column in job.columns] == [0, 0, 1]
    text = await read(
        admin.actor, school.code, "list.csv", "資產編號,型號\nP-1,M720\n".encode("big5")
    )
    assert text.reading
    assert (text.encoding, text.reading.is_encoding_sure) == ("big5", False)


async def test_a_quantity_merged_over_rows_is_asked_back(
    admin: MadePerson, school: MadeSchool
) -> None:
    rows = [["型号", "数量", "原值"], ["M720", 2, 10], ["M730", None, None]]
    job = await read(admin.actor, school.code, "list.xlsx", one(*rows, merged=("B2:B3", "C2:C3")))
    with pytest.raises(Invalid) as refused:
        await imports.map_columns(admin.actor, job.id)
    assert [error.code for error in refused.value.errors] == ["merged", "merged"]
    await imports.map_columns(admin.actor, job.id, Mapping(columns={"数量": "", "原值": ""}))


async def test_serial_dates_of_a_workbook_from_1904_are_its_days(
    admin: MadePerson, school: MadeSchool
) -> None:
    model = await factories.asset_model("computer", "M720")
    assert model
    rows = [["资产编号", "型号", "购置日期"], ["P-1", "Maker M720", 39691]]
    book = xlsx(Made("a", rows), starts_1904=True)
    job = await staged(admin.actor, school.code, "list.xlsx", book)
    await applied(admin.actor, job.id)
    assert str((await assets.get_asset(admin.actor, "P-1")).acquired_on) == "2012-09-01"


async def test_a_brand_in_another_language_is_the_same_model(
    admin: MadePerson, school: MadeSchool
) -> None:
    lines = "P-1,电脑,联想,启天M415\nP-2,电脑,Lenovo,启天 m415\nP-3,电脑,联想,启天M-415\n"
    job = await staged(
        admin.actor, school.code, "list.csv", f"资产编号,类别,品牌,型号\n{lines}".encode()
    )
    assert [model.name for model in job.findings.models] == ["联想 启天M415"]
    await applied(admin.actor, job.id)
    again = "P-4,,LENOVO,启天M415\n"
    job = await read(
        admin.actor, school.code, "b.csv", f"资产编号,类别,品牌,型号\n{again}".encode()
    )
    job = await judged(admin.actor, job.id)
    assert (job.counts.create, job.findings.models) == (1, ())
