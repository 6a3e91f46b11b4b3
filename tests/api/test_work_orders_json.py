"""Repairs over JSON."""

import asyncio
from io import BytesIO

import httpx
import pytest
from PIL import Image

from core.access import Role
from core.errors import say
from inventory import repairs
from tests import factories, factories_repairs

URL = "/api/v1/work-orders"


@pytest.fixture
async def technician(school: factories.MadeSchool) -> dict[str, str]:
    return await factories.bearer(await factories.person(Role.technician, school))


async def test_a_report_opens_an_order_and_a_second_one_joins_it(
    client: httpx.AsyncClient, school: factories.MadeSchool, technician: dict[str, str]
) -> None:
    asset = await factories.asset(school)
    body = {
        "tag": asset.tag,
        "what": "Screen stays dark",
        "severity": "high",
        "is_usable": False,
    }
    first = await client.post(URL, json=body, headers=technician)
    second = await client.post(URL, json=body | {"what": "Still dark"}, headers=technician)
    assert (first.status_code, second.status_code) == (201, 200), first.text
    assert first.json()["id"] == second.json()["id"]
    assert first.json()["asset_state"] == "in_repair"
    entries = await client.get(f"{URL}/{first.json()['id']}/entries", headers=technician)
    assert [e["found"] for e in entries.json()["items"]] == ["Still dark"]


async def test_a_report_keeps_the_asset_in_use_until_somebody_says_otherwise(
    client: httpx.AsyncClient, school: factories.MadeSchool, technician: dict[str, str]
) -> None:
    asset = await factories.asset(school)
    first = await client.post(URL, json={"tag": asset.tag, "what": "Loud"}, headers=technician)
    assert (first.json()["asset_state"], first.json()["keeps_in_service"]) == ("in_service", True)
    joined = await client.post(
        URL, json={"tag": asset.tag, "what": "Smoke", "is_usable": False}, headers=technician
    )
    assert (joined.status_code, joined.json()["asset_state"]) == (200, "in_repair")
    order = joined.json()
    url = f"{URL}/{order['id']}/usability"
    stale = await client.post(url, json={"is_usable": True, "version": 1}, headers=technician)
    assert stale.status_code == 409
    usable = await client.post(
        url, json={"is_usable": True, "version": order["version"]}, headers=technician
    )
    assert (usable.json()["asset_state"], usable.json()["keeps_in_service"]) == ("in_service", True)


async def test_reports_by_api_form_and_worker_at_once_make_one_order(
    client: httpx.AsyncClient, school: factories.MadeSchool, technician: dict[str, str]
) -> None:
    asset = await factories.asset(school)
    teacher = await factories.person(Role.teacher, school)
    await factories.signed_in(client, teacher)

    async def by_form(n: int) -> int:
        answer = await client.post(f"/assets/{asset.tag}/report", data={"what": f"Dark {n}"})
        assert answer.status_code == 303, answer.text
        return int(answer.headers["location"].rpartition("/")[2])

    async def by_api(n: int) -> int:
        body = {"tag": asset.tag, "what": f"Dark {n}"}
        answer = await client.post(URL, json=body, headers=technician)
        return int(answer.json()["id"])

    async def by_worker(_n: int) -> int:
        return (await factories_repairs.order(asset)).id

    doors = (by_form, by_api, by_worker)
    ids = await asyncio.gather(*(doors[n % 3](n) for n in range(32)))
    assert len(set(ids)) == 1


async def test_a_repeated_report_is_done_once(
    client: httpx.AsyncClient, school: factories.MadeSchool, technician: dict[str, str]
) -> None:
    asset = await factories.asset(school)
    headers = technician | {"idempotency-key": "a-phone-in-a-lift"}
    body = {"tag": asset.tag, "what": "Screen stays dark"}
    answers = [await client.post(URL, json=body, headers=headers) for _ in range(3)]
    assert {a.status_code for a in answers} == {201}
    order_id = answers[0].json()["id"]
    entries = await client.get(f"{URL}/{order_id}/entries", headers=technician)
    assert entries.json()["items"] == []


async def test_the_whole_way_of_an_order(
    client: httpx.AsyncClient, school: factories.MadeSchool, technician: dict[str, str]
) -> None:
    order = await factories_repairs.order(await factories.asset(school))
    url = f"{URL}/{order.id}"
    taken = await client.post(f"{url}/take", json={"version": 1}, headers=technician)
    assert (taken.status_code, taken.json()["state"]) == (200, "assigned")
    waiting = await client.post(f"{url}/wait-for-parts", json={}, headers=technician)
    assert waiting.json()["state"] == "waiting_parts"
    assert (await client.post(f"{url}/resume", json={}, headers=technician)).status_code == 200
    entry = {"found": "Loose plug", "done": "Soldered it", "minutes": 20, "cost": "3.50"}
    added = await client.post(f"{url}/entries", json=entry, headers=technician)
    assert added.status_code == 201, added.text
    done = await client.post(
        f"{url}/complete", json={"resolution": "Soldered", "condition": "ok"}, headers=technician
    )
    assert done.json()["minutes"] == 20
    assert done.json()["cost"] == "3.50"
    assert done.json()["asset_state"] == "in_service"


async def test_a_late_step_is_a_conflict_that_names_the_other(
    client: httpx.AsyncClient, school: factories.MadeSchool, technician: dict[str, str]
) -> None:
    other = await factories.person(Role.technician, school)
    order = await factories_repairs.order(await factories.asset(school))
    await repairs.take(other.actor, order.id)
    answer = await client.post(
        f"{URL}/{order.id}/cancel", json={"reason": "x", "version": 1}, headers=technician
    )
    assert answer.status_code == 409
    assert answer.json()["code"] == "work_order_changed"
    assert other.name in answer.json()["detail"]


async def test_pictures_come_back_as_pictures_and_cannot_be_sniffed(
    client: httpx.AsyncClient, school: factories.MadeSchool, technician: dict[str, str]
) -> None:
    order = await factories_repairs.order(await factories.asset(school))
    comment = await client.post(
        f"{URL}/{order.id}/comments", json={"text": "See the picture"}, headers=technician
    )
    data = factories_repairs.picture("JPEG", (600, 400))
    url = f"{URL}/{order.id}/entries/{comment.json()['id']}/photos"
    added = await client.post(
        url, files={"photos": ("x.exe", data, "application/x-msdownload")}, headers=technician
    )
    assert added.status_code == 201, added.text
    [photo_id] = added.json()["photo_ids"]
    photo = await client.get(f"{URL}/photos/{photo_id}", headers=technician)
    with Image.open(BytesIO(photo.content)) as image:
        assert (image.format, image.size) == ("JPEG", (600, 400))
    assert photo.headers["content-type"] == "image/jpeg"
    assert photo.headers["x-content-type-options"] == "nosniff"
    refused = await client.post(
        url, files={"photos": ("x.jpg", b"<script>", "image/jpeg")}, headers=technician
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "photo_type")
    stranger = await factories.bearer(
        await factories.person(Role.technician, await factories.school())
    )
    assert (await client.get(f"{URL}/photos/{photo_id}", headers=stranger)).status_code == 404


async def test_a_workers_summary_is_told_in_the_readers_language(
    client: httpx.AsyncClient, school: factories.MadeSchool
) -> None:
    asset = await factories.asset(school)
    await repairs.open_work_order(
        factories_repairs.worker(school.id),
        asset_id=asset.id,
        source="alert",
        fault="x",
        summary=say("{name} has changed this work order meanwhile; look again, then go on", name=7),
    )
    reader = await factories.bearer(await factories.person(Role.auditor, school, locale="zh_CN"))
    [order] = (await client.get(URL, headers=reader)).json()["items"]
    assert "维修单" in order["summary"]
    assert "7" in order["summary"]


async def test_the_list_is_narrowed_by_its_query(
    client: httpx.AsyncClient, school: factories.MadeSchool, technician: dict[str, str]
) -> None:
    order = await factories_repairs.order(await factories.asset(school))
    await factories_repairs.order(await factories.asset(school))
    query = {"tag": order.asset_tag, "state": "unfinished", "limit": 1}
    answer = await client.get(URL, params=query, headers=technician)
    assert [o["id"] for o in answer.json()["items"]] == [order.id]
    assert answer.json()["next_cursor"] is None
    wrong = await client.get(URL, params={"state": "broken"}, headers=technician)
    assert wrong.status_code == 422
