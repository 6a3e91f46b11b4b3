"""Networks, searches and the queue of candidates, as programs and people at a browser meet them."""

from ipaddress import ip_network

import httpx
import pytest

from core import database
from core.access import Role
from monitoring import discovery
from monitoring.devices import networks
from monitoring.devices.networks import NewNetwork
from tests import factories
from tests import factories_monitoring as made

pytestmark = pytest.mark.usefixtures("db")


async def test_a_failed_search_says_so_in_both_languages(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    admin = await factories.person(Role.admin, school)
    bounds = (ip_network("10.0.0.0/8"),)
    new = NewNetwork(school.id, "R", "10.1.2.0/24")
    network = (await networks.create_network(admin.actor, bounds, new)).id
    scan = await discovery.start_scan(admin.actor, network)
    await database.execute("UPDATE network_scan SET failed_at = now()")
    await factories.signed_in(client, admin)
    for locale, state, mend in [
        ("en", "Could not be finished", "Search again"),
        ("zh_CN", "未能完成", "请重新搜索"),
    ]:
        await database.execute("UPDATE person SET locale = $1", locale)
        page = (await client.get(f"/networks/{network}/scans/{scan.id}")).text
        assert state in page
        assert mend in page
        assert state in (await client.get("/networks")).text
        assert state in (await client.get(f"/networks/{network}")).text
    shown = await client.get(f"/api/v1/networks/{network}/scans/{scan.id}")
    assert shown.json()["state"] == "failed"
    assert shown.json()["failed_at"]


async def test_a_network_is_made_changed_searched_and_removed_by_its_pages(
    client: httpx.AsyncClient,
) -> None:
    school = await factories.school()
    admin = await factories.person(Role.admin, school)
    first, second = await made.credential(school), await made.credential(school)
    await factories.signed_in(client, admin)
    assert "192.168.3.0/24" in (await client.get("/networks/new")).text
    form = {
        "school_id": school.id,
        "name": "Rooms",
        "cidr": "8.8.8.0/24",
        "addresses_per_second": 20,
        "scan_every_hours": 24,
        "credential_ids": [str(second), "", str(first)],
    }
    wrong = await client.post("/networks", data=form)
    assert wrong.status_code == 422
    assert "LABSHARE_NETWORKS" in wrong.text
    assert "8.8.8.0/24" in wrong.text, "what was typed stays"
    right = await client.post("/networks", data={**form, "cidr": "10.1.2.99/24"})
    assert right.status_code == 303
    page = right.headers["location"]
    shown = await client.get(page)
    assert "10.1.2.0/24" in shown.text
    assert "every 24 hours" in shown.text
    order = await database.fetch_value(
        "SELECT array_agg(credential ORDER BY place) FROM network_credential"
    )
    assert order == [second, first]
    late = await client.post(page, data={**form, "cidr": "10.1.2.0/24", "version": 9})
    assert late.status_code == 409
    saved = await client.post(
        page, data={**form, "name": "Halls", "cidr": "10.1.2.0/24", "version": 1}
    )
    assert saved.status_code == 303
    begun = await client.post(f"{page}/scans")
    assert begun.status_code == 303
    scan = begun.headers["location"]
    assert "0 of 254 addresses asked" in (await client.get(scan)).text
    assert (await client.post(f"{page}/scans")).status_code == 409
    assert (await client.post(f"{scan}/cancel")).status_code == 303
    assert "Cancelled" in (await client.get(scan)).text
    assert "Halls" in (await client.get("/networks")).text
    assert (await client.post(f"{page}/remove")).status_code == 303
    assert "No networks yet" in (await client.get("/networks")).text


async def test_a_network_is_made_changed_searched_and_removed_over_json(
    client: httpx.AsyncClient,
) -> None:
    school, other = await factories.school(), await factories.school()
    admin = await factories.bearer(await factories.person(Role.admin, school))
    technician = await factories.bearer(await factories.person(Role.technician, school))
    stranger = await factories.bearer(await factories.person(Role.admin, other))
    body = {"school": school.code, "name": "Rooms", "cidr": "10.1.2.0/24"}
    refused = await client.post("/api/v1/networks", json=body, headers=technician)
    assert refused.status_code == 403
    added = await client.post("/api/v1/networks", json=body, headers=admin)
    assert added.status_code == 201, added.text
    path = f"/api/v1/networks/{added.json()['id']}"
    assert added.json()["addresses"] == 254
    changed = await client.put(
        path, json={**body, "name": "Halls", "version": added.json()["version"]}, headers=admin
    )
    assert changed.json()["name"] == "Halls"
    again = {**technician, "Idempotency-Key": "once"}
    scans = [await client.post(f"{path}/scans", headers=again) for _ in range(3)]
    assert {one.status_code for one in scans} == {201}
    assert len({one.json()["id"] for one in scans}) == 1
    busy = await client.post(f"{path}/scans", headers=technician)
    assert (busy.status_code, busy.json()["code"]) == (409, "scan_running")
    scan = f"{path}/scans/{scans[0].json()['id']}"
    assert (await client.get(scan, headers=technician)).json()["state"] == "waiting"
    assert (await client.get(f"{path}/scans", headers=admin)).json()["items"][0]["addresses"] == 254
    ended = await client.post(f"{scan}/cancel", headers=technician)
    assert (ended.status_code, ended.json()["state"]) == (200, "cancelled")
    for method, url in (
        ("GET", path), ("DELETE", path), ("GET", f"{path}/scans"), ("POST", f"{path}/scans"),
        ("GET", scan), ("POST", f"{scan}/cancel"),
    ):  # fmt: skip
        assert (await client.request(method, url, headers=stranger)).status_code == 404
    assert (await client.get("/api/v1/networks", headers=stranger)).json()["items"] == []
    assert (await client.delete(path, headers=admin)).status_code == 204


async def test_the_queue_gives_its_reasons_in_words_and_takes_decisions(
    client: httpx.AsyncClient,
) -> None:
    school = await factories.school()
    technician = await factories.person(Role.technician, school)
    asset = await factories.asset(school)
    twin = await factories.asset(school)
    await database.execute(
        "UPDATE asset SET serial_number = 'PF3X9K2L', serial_trust = 'ok' WHERE id = $1", asset.id
    )
    await made.candidate(school, serial_number="PF3X9K2L", name="pc-1")
    doubtful = await made.candidate(school, name=twin.tag)
    unknown = await made.candidate(school, name="<b>new</b>", serial_number="ZZ9PLURAL")
    await factories.signed_in(client, technician)
    page = (await client.get("/candidates")).text
    assert "Add the certain one" in page
    assert f"Serial number fits {asset.tag}" in page
    assert "only a serial number or a card is proof" in page
    assert "<b>new</b>" not in page
    shown = (await client.get(f"/candidates/{unknown}")).text
    assert "serial_number=ZZ9PLURAL" in shown
    start = (await client.get("/assets/new?serial_number=ZZ9PLURAL")).text
    assert 'value="ZZ9PLURAL"' in start
    done = await client.post("/candidates/add-certain")
    assert done.status_code == 303
    (left,) = [one for one in (await client.get("/candidates")).text.split() if twin.tag in one][:1]
    assert left
    blank = await client.post(f"/candidates/{doubtful}/add", data={"asset_tag": ""})
    assert blank.status_code == 422
    assert "Say which asset this is" in blank.text
    added = await client.post(f"/candidates/{doubtful}/add", data={"asset_tag": twin.tag})
    assert added.status_code == 303
    assert added.headers["location"].startswith("/devices/")
    late = await client.post(f"/candidates/{doubtful}/ignore")
    assert late.status_code == 409
    ignored = await client.post(f"/candidates/{unknown}/ignore")
    assert ignored.status_code == 303
    assert "Nothing waits" in (await client.get("/candidates")).text
    assert technician.name in (await client.get("/candidates?decision=ignored")).text
    assert (await client.post(f"/candidates/{unknown}/take-back")).status_code == 303
    chinese = await client.get("/candidates", headers={"accept-language": "zh"})
    assert chinese.status_code == 200


async def test_candidates_are_filtered_and_paged_over_json(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    keeper = await factories.person(Role.technician, school)
    headers = await factories.bearer(keeper)
    ids = [await made.candidate(school, name=f"pc-{n}") for n in range(5)]
    seen: list[int] = []
    cursor = ""
    while True:
        answer = (await client.get(f"/api/v1/candidates?limit=2{cursor}", headers=headers)).json()
        seen += [one["id"] for one in answer["items"]]
        if not answer["next_cursor"]:
            break
        cursor = f"&cursor={answer['next_cursor']}"
    assert seen == ids[::-1]
    one = await client.get("/api/v1/candidates?q=pc-3", headers=headers)
    assert [item["id"] for item in one.json()["items"]] == [ids[3]]
    for query, count in (("trust=unmatched", 5), ("trust=certain", 0), ("decision=ignored", 0)):
        found = await client.get(f"/api/v1/candidates?{query}", headers=headers)
        assert len(found.json()["items"]) == count, query
    wrong = await client.post(
        f"/api/v1/candidates/{ids[0]}/add", json={"asset_tag": "NONE-1"}, headers=headers
    )
    assert (wrong.status_code, wrong.json()["field"]) == (422, "asset_tag")
    all_of_them = await client.post("/api/v1/candidates/add-certain", json={}, headers=headers)
    assert all_of_them.json() == {"added": 0, "left": 0}
    assert (await discovery.get_candidate(keeper.actor, ids[0])).decision == "waiting"


async def test_teachers_see_neither_networks_nor_candidates(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    teacher = await factories.person(Role.teacher, school)
    await made.network(school)
    await factories.signed_in(client, teacher)
    for path in ("/networks", "/candidates", "/networks/new"):
        assert (await client.get(path)).status_code == 403, path
    assert "/networks" not in (await client.get("/devices")).text
