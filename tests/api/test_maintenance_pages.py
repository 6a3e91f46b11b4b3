"""The pages of maintenance plans: from a form over orders that are opened once to work written down."""

import asyncio
from uuid import uuid4

import httpx
import pytest

from core import database
from inventory import maintenance
from tests import factories
from tests.factories_maintenance import today

pytestmark = pytest.mark.usefixtures("db")


async def test_from_a_plan_over_32_runs_through_every_door_to_orders_that_are_done(
    client: httpx.AsyncClient,
) -> None:
    school = await factories.school()
    keeper = await factories.person("technician", school)
    await factories.signed_in(client, keeper)
    room = await factories.place(school)
    things = [await factories.asset(school, place=room) for _ in range(2)]
    await database.execute("UPDATE asset SET created_at = now() - interval '9 days'")

    async def see(path: str) -> str:
        answer = await client.get(path)
        assert answer.status_code == 200, (path, answer.text[:1500])
        return answer.text

    assert "/maintenance-plans" in await see("/work-orders")
    assert "There is no plan yet" in await see("/maintenance-plans")
    form = {
        "school": school.code,
        "title": "Clean the fans",
        "checklist": "Open it\nBlow it out",
        "model_title": "No such model",
        "place_id": str(room),
        "every_days": "often",
        "starts_on": str(today()),
        "key": str(uuid4()),
    }
    refused = await client.post("/maintenance-plans/new", data=form)
    assert refused.status_code == 422
    for text in ("No model of the list has this name", "often", "Blow it out"):
        assert text in refused.text
    refused = await client.post(
        "/maintenance-plans/new", data={**form, "model_title": "", "every_days": ""}
    )
    assert "Say how often" in refused.text
    form |= {"model_title": "", "every_days": "30"}
    made = await client.post("/maintenance-plans/new", data=form)
    assert made.status_code == 303, made.text[:2000]
    here = made.headers["location"]
    assert "Open orders now" in await see(here)
    bearer = await factories.bearer(keeper)

    async def run(number: int) -> httpx.Response | int:
        if number % 3 == 0:
            return await client.post(f"{here}/due-orders")
        if number % 3 == 1:
            return await client.post(f"/api/v1{here}/due-orders", headers=bearer)
        return await maintenance.open_all_due()

    answers = await asyncio.gather(*(run(number) for number in range(32)))
    assert {one if isinstance(one, int) else one.status_code for one in answers} <= {
        0,
        1,
        2,
        200,
        303,
    }
    orders = await database.fetch_column(int, "SELECT id FROM work_order ORDER BY asset")
    assert len(orders) == 2
    page = await see(here)
    assert all(f"/work-orders/{order}" in page for order in orders)
    assert "Open orders now" not in page
    order = await see(f"/work-orders/{orders[0]}")
    for text in ("Maintenance: Clean the fans", "Blow it out", here, "stays in use meanwhile"):
        assert text in order
    assert "Blow it out" in await see(f"/work-orders/{orders[0]}/card")
    assert things[0].tag in await see("/work-orders?work=planned")
    assert "To be done" in await see("/work-orders?work=all")
    assert things[0].tag not in await see("/work-orders?work=repairs")
    done = {"work_order_ids": [str(one) for one in orders], "minutes": "5"}
    refused = await client.post(f"{here}/completions", data=done)
    assert refused.status_code == 422
    assert refused.text.count(" checked") == 2
    assert (
        await client.post(f"{here}/completions", data={**done, "done": "Dusted"})
    ).status_code == 303
    assert "Dusted" in await see(f"/work-orders/{orders[1]}")
    assert "Not due yet 2" in await see(here)
    changed = {**form, "title": "Fans", "revision": "1"}
    assert (await client.post(f"{here}/edit", data=changed)).status_code == 303
    assert (await client.post(f"{here}/edit", data=changed)).status_code == 409
    assert (await client.post(f"{here}/pause")).status_code == 303
    assert "Paused" in await see("/maintenance-plans")
    assert (await client.post(f"{here}/resume")).status_code == 303
    assert (await client.post(f"{here}/end")).status_code == 303
    assert "There is no plan yet" in await see("/maintenance-plans")
    assert "Fans" in await see("/maintenance-plans?state=ended")
