"""The books of an asset and its change of school, in the browser."""

import httpx
import pytest

from inventory import assets, custody
from inventory.custody import Holder
from tests import factories

pytestmark = pytest.mark.usefixtures("db")

BOOKS = {
    "cost": "3299.90",
    "cost_basis": "",
    "currency": "CNY",
    "acquired_on": "2019-09-01",
    "warranty_until": "2022-08-31",
    "supplier": "县教育装备站",
    "class_code": "A02010105",
    "class_edition": "",
    "numbers": "校产2019-001\r\nTY2019(12)\r\n",
}


async def test_the_books_are_filled_in_and_shown(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    who = await factories.person("technician", school, locale="zh_CN")
    await factories.signed_in(client, who)
    made = await factories.asset(school)
    asset = await assets.get_asset(who.actor, made.tag)
    form = {"version": str(asset.version), "model_id": str(asset.model_id), **BOOKS}
    page = f"/assets/{made.tag}/edit"
    wrong = await client.post(page, data={**form, "cost": "1.005", "class_code": "台式机"})
    assert wrong.status_code == 422
    assert "账面价值：请填写不小于 0、最多两位小数的金额" in wrong.text
    assert 'value="1.005"' in wrong.text
    assert "TY2019(12)" in wrong.text
    assert (await client.post(page, data=form)).status_code == 303
    shown = (await client.get(f"/assets/{made.tag}")).text
    for text in ("3,299.90", "按发票", "县教育装备站", "已过保", "GB/T 14885-2022", "校产2019-001"):
        assert text in shown, text
    again = (await client.get(page)).text
    assert 'value="3299.90"' in again
    assert "校产2019-001\nTY2019(12)" in again
    # Emptied again: nothing of it is kept.
    asset = await assets.get_asset(who.actor, made.tag)
    empty = {"version": str(asset.version), "model_id": str(asset.model_id), "currency": "CNY"}
    assert (await client.post(page, data=empty)).status_code == 303
    kept = await assets.get_asset(who.actor, made.tag)
    assert (kept.cost, kept.cost_basis, kept.acquired_on, kept.numbers) == (None, None, None, [])


async def test_assets_go_over_to_the_other_school(client: httpx.AsyncClient) -> None:
    here, there = await factories.school(), await factories.school()
    who = await factories.person("technician", here, there, locale="zh_CN")
    await factories.signed_in(client, who)
    first, out = await factories.asset(here), await factories.asset(here)
    await custody.hand_out(who.actor, [out.tag], Holder(group="五(2)班"))
    assert "/assets/change-school?" in (await client.get(f"/assets/{first.tag}")).text
    asked = await client.get("/assets/change-school", params={"tag": [first.tag, out.tag]})
    assert f"{out.tag} 还没有收回，请先收回" in asked.text
    form = {"tags": f"{first.tag}\n{out.tag}", "school": there.code}
    refused = await client.post("/assets/change-school", data=form)
    assert refused.status_code == 409
    assert (await assets.get_asset(who.actor, first.tag)).school == here.code
    done = await client.post("/assets/change-school", data={**form, "tags": first.tag})
    assert (done.status_code, done.headers["location"]) == (303, f"/assets/{first.tag}")
    shown = (await client.get(f"/assets/{first.tag}")).text
    assert there.name_zh in shown
    assert "已调拨 1 件。" in shown


async def test_one_who_keeps_one_school_is_not_asked(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    await factories.signed_in(client, await factories.person("technician", school))
    made = await factories.asset(school)
    assert "change-school" not in (await client.get(f"/assets/{made.tag}")).text
    answer = await client.post(
        "/assets/change-school", data={"tags": made.tag, "school": "NOWHERE"}
    )
    assert answer.status_code == 404
