"""Custom fields in imports and files: a column for each, read once, wrong in its cell alone."""

from typing import Any

import pytest

from core import database
from inventory import assets, imports
from inventory.assets import AssetChanges
from inventory.assets.with_books import list_with_books
from inventory.custom_fields import FieldKind
from inventory.custom_fields import values as field_values
from inventory.imports import Verdict
from inventory.models import AssetKind
from tests import factories
from tests.factories import MadePerson, MadeSchool
from tests.factories_fields import field, filled, said
from tests.factories_imports import applied, staged

pytestmark = pytest.mark.usefixtures("db")


async def test_a_file_has_a_column_for_each_field(school: MadeSchool, admin: MadePerson) -> None:
    await field(admin, school, kind=FieldKind.number, is_required=True)
    await field(admin, school, "Toner", asset_kind=AssetKind.printer)
    await factories.asset(school, tag="KNOWN")

    async def stage(*lines: str) -> imports.ImportJob:
        text = "Tag,Kind,Model,SCREEN size,Toner\n" + "\n".join(lines)
        return await staged(admin.actor, school.code, "x.csv", text.encode())

    job = await stage("AA,computer,PC,15.60,", "KNOWN,,,17,", "BB,printer,LP,,black")
    assert (job.counts.create, job.counts.update, job.unused) == (2, 1, ())
    await applied(admin.actor, job.id)
    for tag, fields in (
        ("AA", {"Screen size": "15.6"}),
        ("KNOWN", {"Screen size": "17"}),
        ("BB", {"Toner": "black"}),
    ):
        assert said(await assets.get_asset(admin.actor, tag)) == fields
    again = await stage("AA,,,15.6,", "KNOWN,,,,", "BB,,,,black", "")
    assert again.counts.same == 3
    wrong = await stage("AA,,,wide,", "BB,,,,black", "KNOWN,,,,black", "CC,computer,PC,,")
    rows = (await imports.list_rows(admin.actor, wrong.id)).items
    assert [row.verdict for row in rows] == [
        Verdict.error,
        Verdict.same,
        Verdict.error,
        Verdict.error,
    ]
    assert [row.remarks[0].column for row in rows if row.remarks] == [
        "SCREEN size",
        "Toner",
        "SCREEN size",
    ]


async def test_a_number_that_overflows_is_wrong_in_its_cell_alone(
    school: MadeSchool, admin: MadePerson
) -> None:
    await field(admin, school, kind=FieldKind.number)
    text = "Tag,Kind,Model,Screen size\nAA,computer,PC,1e9999999\nBB,computer,PC,15\n"
    job = await staged(admin.actor, school.code, "x.csv", text.encode())
    rows = (await imports.list_rows(admin.actor, job.id)).items
    assert [row.verdict for row in rows] == [Verdict.error, Verdict.create]
    assert [one.column for one in rows[0].remarks] == ["Screen size"]


async def test_what_an_asset_was_told_as_another_model_may_stand_in_its_file(
    school: MadeSchool, admin: MadePerson
) -> None:
    await field(admin, school)
    asset = await factories.asset(school)
    await filled(admin, asset.tag, Screen_size="15 inch")
    printer = await factories.asset_model("printer", "LP 1")
    version = (await assets.get_asset(admin.actor, asset.tag)).version
    await assets.update_asset(admin.actor, asset.tag, AssetChanges(version, model_id=printer))

    async def verdicts(*cells: str) -> list[Verdict]:
        text = "Tag,Screen size\n" + "".join(f"{asset.tag},{cell}\n" for cell in cells)
        job = await staged(admin.actor, school.code, "x.csv", text.encode())
        return [row.verdict for row in (await imports.list_rows(admin.actor, job.id)).items]

    assert await verdicts("  15   inch ") == [Verdict.same]
    assert await verdicts("17 inch") == [Verdict.error]
    shown = (await list_with_books(admin.actor)).items
    assert [row.books.fields for row in shown] == [{"Screen size": "15 inch"}]


async def test_an_import_reads_the_fields_once_however_many_rows(
    school: MadeSchool, admin: MadePerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    await field(admin, school)
    await factories.asset(school, tag="KNOWN")
    asked: list[str] = []

    async def fetch(row_type: type[Any], sql: str, *args: object, **values: object) -> list[Any]:
        asked.append(sql)
        return await database.fetch(row_type, sql, *args, **values)

    monkeypatch.setattr(field_values, "fetch", fetch)
    lines = [f"N{number},computer,PC,{number}" for number in range(1, 31)]
    text = "\n".join(["Tag,Kind,Model,Screen size", *lines, "KNOWN,,,17"])
    job = await staged(admin.actor, school.code, "x.csv", text.encode())
    asked.clear()
    await applied(admin.actor, job.id)
    of_fields = [sql for sql in asked if "FROM custom_field f" in sql]
    # Once to write the rows, which were judged before; and no count of the values.
    assert len(of_fields) == 1
    assert not any("count(*)" in sql for sql in asked)
    assert said(await assets.get_asset(admin.actor, "N30")) == {"Screen size": "30"}
