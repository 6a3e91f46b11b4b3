"""Custom fields in the browser and over JSON: defined, filled in, found."""

import re
from datetime import date
from decimal import Decimal

import httpx
import pytest

from core import database
from inventory import assets, custom_fields
from inventory.assets import AssetChanges
from inventory.custom_fields import NewField
from tests import factories
from tests.factories import MadeSchool
from tests.factories_imports import staged

FIELD = {"kind": "choice", "asset_kind": "computer", "choices": "IPS\r\nTN\r\n", "position": "1"}
URL = "/api/v1/custom-fields"


@pytest.fixture
async def page(client: httpx.AsyncClient, school: MadeSchool) -> httpx.AsyncClient:
    admin = await factories.person("admin", school, locale="zh_CN")
    return await factories.signed_in(client, admin)


async def test_an_admin_defines_a_field_and_it_is_filled_in_on_the_form(
    page: httpx.AsyncClient, school: MadeSchool
) -> None:
    form = {**FIELD, "school_id": str(school.id), "name": "屏幕类型", "is_required": "on"}
    wrong = await page.post("/custom-fields/new", data={**form, "choices": ""})
    assert wrong.status_code == 422 and "choices-error" in wrong.text
    assert 'value="屏幕类型"' in wrong.text
    made = await page.post("/custom-fields/new", data=form)
    assert made.headers["location"] == "/custom-fields", made.text
    assert "屏幕类型" in (await page.get("/custom-fields")).text
    field_id = await database.fetch_value("SELECT id FROM custom_field")
    shown = (await page.get(f"/custom-fields/{field_id}")).text
    assert "IPS\nTN" in shown

    model = await factories.asset_model()
    title = await database.fetch_value(
        "SELECT model_title(brand, name) FROM asset_model WHERE id = $1", model
    )
    new = {
        "school": school.code,
        "tag": "PC-1",
        "model_title": title,
        "lifecycle": "in_service",
        "condition": "ok",
        "name": "前排第一台",
    }
    blank = await page.post("/assets/new", data={**new, f"field_{field_id}": ""})
    assert blank.status_code == 422
    assert f"field_{field_id}-error" in blank.text and "前排第一台" in blank.text
    added = await page.post("/assets/new", data={**new, f"field_{field_id}": "TN"})
    assert added.headers["location"] == "/assets/PC-1", added.text
    shown = (await page.get("/assets/PC-1")).text
    assert "屏幕类型" in shown and "TN" in shown
    edit = (await page.get("/assets/PC-1/edit")).text
    assert re.search(r'<option value="TN" selected>', edit)
    found = await page.get("/assets", params={"field": field_id, "value": "TN"})
    assert "PC-1" in found.text and "屏幕类型" in found.text
    other = await page.get("/assets", params={"field": field_id, "value": "IPS"})
    assert "/assets/PC-1" not in other.text


async def test_a_correction_that_is_refused_keeps_what_was_typed(
    page: httpx.AsyncClient, school: MadeSchool
) -> None:
    form = {"school_id": str(school.id), "name": "屏幕尺寸", "kind": "number", "unit": "英寸",
            "asset_kind": "computer", "position": "1"}  # fmt: skip
    await page.post("/custom-fields/new", data=form)
    field_id = await database.fetch_value("SELECT id FROM custom_field")
    made = await factories.asset(school)
    asked = {"version": "1", "model_id": str(made.model_id), f"field_{field_id}": "很大"}
    refused = await page.post(f"/assets/{made.tag}/edit", data=asked)
    assert refused.status_code == 422
    assert 'value="很大"' in refused.text and "屏幕尺寸 (英寸)" in refused.text
    saved = await page.post(
        f"/assets/{made.tag}/edit", data={**asked, f"field_{field_id}": "15.60"}
    )
    assert saved.status_code == 303, saved.text
    shown = (await page.get(f"/assets/{made.tag}")).text
    assert "15.6 英寸" in shown
    kept = await page.post(f"/custom-fields/{field_id}/delete")
    assert kept.status_code == 409
    await page.post(f"/custom-fields/{field_id}/retire")
    assert "屏幕尺寸" not in (await page.get(f"/assets/{made.tag}/edit")).text
    assert "15.6 英寸" in (await page.get(f"/assets/{made.tag}")).text


async def test_another_model_takes_what_is_asked_of_it_too(
    page: httpx.AsyncClient, school: MadeSchool
) -> None:
    for name, kind in (("屏幕", "computer"), ("墨盒", "printer")):
        await page.post(
            "/custom-fields/new",
            data={"school_id": str(school.id), "name": name, "kind": "text", "asset_kind": kind,
                  "position": "1"},
        )  # fmt: skip
    first = await database.fetch_value("SELECT min(id) FROM custom_field")
    made = await factories.asset(school)
    printer = await factories.asset_model("printer", "LP 1")
    sent = await page.post(
        f"/assets/{made.tag}/edit",
        data={"version": "1", "model_id": str(printer), f"field_{first}": "15"},
    )
    assert sent.status_code == 303, sent.text


@pytest.mark.parametrize("end", ["disposed", "voided"])
async def test_a_required_field_does_not_close_the_note_of_what_has_left_the_books(
    page: httpx.AsyncClient, school: MadeSchool, end: str
) -> None:
    made = await factories.asset(school, lifecycle=end)
    form = {**FIELD, "school_id": str(school.id), "name": "屏幕类型", "is_required": "on"}
    await page.post("/custom-fields/new", data=form)
    url = f"/assets/{made.tag}/edit"
    assert "field_" not in re.findall(r"<form.*</form>", (await page.get(url)).text, re.S)[0]
    field_id = await database.fetch_value("SELECT id FROM custom_field")
    typed = {"model_id": str(made.model_id), "condition": "ok"}
    for version, extra in enumerate(
        ({}, {f"field_{field_id}": ""}, {f"field_{field_id}": "TN"}), 1
    ):
        sent = await page.post(
            url, data={**typed, **extra, "version": str(version), "note": f"Note {version}"}
        )
        assert sent.status_code == 303, sent.text
    token = await factories.bearer(await factories.person("admin", school))
    noted = await page.patch(
        f"/api/v1/assets/{made.tag}", json={"version": 4, "note": "Sold"}, headers=token
    )
    assert (noted.status_code, noted.json()["note"]) == (200, "Sold"), noted.text
    assert await database.fetch_value("SELECT count(*) FROM asset_value") == 0


async def test_fields_over_json(client: httpx.AsyncClient, school: MadeSchool) -> None:
    admin = await factories.person("admin", school)
    token = await factories.bearer(admin)
    facts = {"name": "Bought by", "kind": "text", "asset_kind": "computer"}
    made = await client.post(URL, json={**facts, "school": school.code}, headers=token)
    assert made.status_code == 201, made.text
    one = f"{URL}/{made.json()['id']}"
    twin = await client.post(URL, json={**facts, "school": school.code}, headers=token)
    assert (twin.status_code, twin.json()["field"]) == (409, "name")
    asset = await factories.asset(school)
    changed = await client.patch(
        f"/api/v1/assets/{asset.tag}",
        json={"version": 1, "fields": {"bought BY": "Ms Li"}},
        headers=token,
    )
    assert changed.json()["fields"] == [
        {"name": "Bought by", "kind": "text", "unit": "", "value": "Ms Li", "is_retired": False}
    ]
    assert changed.json()["version"] == 2
    wrong = await client.patch(
        f"/api/v1/assets/{asset.tag}",
        json={"version": 2, "fields": {"Nothing": "x"}},
        headers=token,
    )
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["field"] == "fields.Nothing"
    query = {"field": made.json()["id"], "value": "li"}
    listed = await client.get("/api/v1/assets", params=query, headers=token)
    assert [row["tag"] for row in listed.json()["items"]] == [asset.tag]
    assert (await client.delete(one, headers=token)).status_code == 409
    assert (await client.post(f"{one}/retire", headers=token)).json()["retired_at"]
    technician = await factories.bearer(await factories.person("technician", school))
    assert (await client.get(one, headers=technician)).status_code == 200
    assert (await client.post(f"{one}/restore", headers=technician)).status_code == 403
    assert (await assets.get_asset(admin.actor, asset.tag)).fields[0].value == "Ms Li"


@pytest.mark.parametrize("locale", ["en", "zh_CN"])
async def test_the_file_of_all_assets_holds_books_and_fields_and_imported_again_changes_nothing(
    client: httpx.AsyncClient, school: MadeSchool, locale: str
) -> None:
    admin = await factories.person("admin", school, locale=locale)
    await factories.signed_in(client, admin)
    await custom_fields.create_field(
        admin.actor,
        NewField(school_id=school.id, name="Size {x}", kind="number", asset_kind="computer"),  # type: ignore[arg-type]
    )
    made = await factories.asset(school)
    await factories.asset(school)
    await assets.update_asset(
        admin.actor,
        made.tag,
        AssetChanges(
            1,
            cost=Decimal("3500.00"),
            cost_basis=assets.CostBasis.market,
            acquired_on=date(2026, 3, 2),
            warranty_until=date(2029, 3, 2),
            supplier="县电教站",
            class_code="A02010105",
            class_edition="GB/T 14885-2010",
            numbers=("校产2019-001", "TY2019(12)"),
            fields={"Size {x}": "15.6"},
        ),
    )
    file = (await client.get("/assets.csv")).content
    text = file.decode("utf-8-sig")
    for cell in (
        "3500.00",
        "2026-03-02",
        "县电教站",
        "校产2019-001；TY2019(12)",
        "15.6",
        "Size {x}",
    ):
        assert cell in text, cell
    job = await staged(admin.actor, school.code, "assets.csv", file)
    assert (job.counts.same, job.counts.total) == (2, 2)
    assert len(job.unused) == 2
    shown = (await client.get("/assets", params={"columns": ["cost", "numbers"]})).text
    assert "TY2019(12)" in shown
