"""The inventory over JSON: what programs may ask, and what 32 of them at once get."""

import asyncio
from typing import Any

import httpx
import pytest

from inventory import imports
from tests import factories, factories_inventory
from tests.factories import MadePerson, MadeSchool


class Desk:
    """A school with a technician and an admin, each with a token."""

    def __init__(self, client: httpx.AsyncClient, school: MadeSchool) -> None:
        self.client, self.school = client, school
        self.technician: MadePerson
        self.admin: MadePerson
        self.headers: dict[str, dict[str, str]] = {}

    async def staff(self) -> "Desk":
        for role in ("technician", "admin"):
            who = await factories.person(role, self.school)
            setattr(self, role, who)
            self.headers[role] = await factories.bearer(who)
        return self

    async def ask(
        self, method: str, path: str, body: Any = None, *, role: str = "technician", **more: Any
    ) -> httpx.Response:
        headers = {**self.headers[role], **more.pop("headers", {})}
        return await self.client.request(
            method, f"/api/v1{path}", json=body, headers=headers, **more
        )


@pytest.fixture
async def desk(client: httpx.AsyncClient) -> Desk:
    return await Desk(client, await factories.school("VOC")).staff()


async def test_an_asset_is_made_read_corrected_and_stepped(desk: Desk) -> None:
    model = await factories.asset_model()
    made = await desk.ask("POST", "/assets", {"school": "VOC", "model_id": model})
    assert made.status_code == 201
    assert made.json()["tag"] == "VOC-00001"
    changed = await desk.ask("PATCH", "/assets/voc-00001", {"version": 1, "name": "Front desk"})
    assert changed.json()["name"] == "Front desk"
    late = await desk.ask("PATCH", "/assets/VOC-00001", {"version": 1, "name": "Back desk"})
    assert (late.status_code, late.json()["code"]) == (409, "version")
    lost = await desk.ask(
        "POST", "/assets/VOC-00001/steps", {"to_state": "lost", "reason": "Not in its room"}
    )
    assert lost.json()["lifecycle"] == "lost"
    history = (await desk.ask("GET", "/assets/VOC-00001/history")).json()["items"]
    assert [change["action"] for change in history] == ["update", "update", "insert"]


async def test_the_list_is_filtered_and_paged(desk: Desk) -> None:
    for n in range(5):
        await factories.asset(desk.school, tag=f"P-{n}")
    first = (await desk.ask("GET", "/assets?limit=3&q=p-")).json()
    rest = (await desk.ask("GET", f"/assets?limit=3&q=p-&cursor={first['next_cursor']}")).json()
    assert [row["tag"] for row in first["items"] + rest["items"]] == [f"P-{n}" for n in range(5)]
    assert rest["next_cursor"] is None
    assert (await desk.ask("GET", "/assets?lifecycle=lost")).json()["items"] == []
    assert (await desk.ask("GET", "/assets?lifecycle=asleep")).status_code == 422
    assert (await desk.ask("GET", "/assets?limit=201")).status_code == 422


async def test_32_parallel_hand_outs_have_one_winner(desk: Desk) -> None:
    made = await factories.asset(desk.school)
    answers = await asyncio.gather(
        *(
            desk.ask("POST", "/custody", {"tags": [made.tag], "group": f"Class {n}"})
            for n in range(32)
        )
    )
    won = [answer for answer in answers if answer.status_code == 201]
    lost = [answer for answer in answers if answer.status_code == 409]
    assert (len(won), len(lost)) == (1, 31)
    holder = won[0].json()["items"][0]["holder"]
    sentences = {answer.json()["detail"] for answer in lost}
    assert sentences == {f"{made.tag} is already with {holder}"}


async def test_a_refused_stack_lists_each_row_by_its_index(desk: Desk) -> None:
    fine, out = await factories.asset(desk.school), await factories.asset(desk.school)
    await desk.ask("POST", "/custody", {"tags": [out.tag], "group": "5B"})
    answer = await desk.ask("POST", "/custody", {"tags": [fine.tag, out.tag, "X-1"], "group": "6"})
    assert answer.status_code == 404
    assert [(e["index"], e["value"], e["code"]) for e in answer.json()["errors"]] == [
        (1, out.tag, "in_custody"),
        (2, "X-1", "not_found"),
    ]


async def test_32_parallel_creations_get_32_tags(desk: Desk) -> None:
    body = {"school": "VOC", "model_id": await factories.asset_model()}
    answers = await asyncio.gather(*(desk.ask("POST", "/assets", body) for _ in range(32)))
    assert {answer.json()["tag"] for answer in answers} == {f"VOC-{n:05d}" for n in range(1, 33)}


async def test_a_repeated_request_is_done_once(desk: Desk) -> None:
    made = await factories.asset(desk.school)
    body = {"tags": [made.tag], "group": "5B"}
    key = {"headers": {"Idempotency-Key": "one-tap"}}
    answers = await asyncio.gather(
        *(desk.ask("POST", "/custody", body, headers=dict(key["headers"])) for _ in range(8))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    back = await desk.ask("POST", "/custody/returns", {"tags": [made.tag], "condition": "ok"})
    assert back.json()["items"][0]["received_by"] == desk.technician.name


async def test_a_donation_is_received_into_assets(desk: Desk) -> None:
    donor = await desk.ask("POST", "/donors", {"school": "VOC", "kind": "anonymous"}, role="admin")
    made = await desk.ask(
        "POST",
        "/donations",
        {
            "school": "VOC",
            "donor_id": donor.json()["id"],
            "title": "Twenty computers",
            "received_on": "2026-03-02",
        },
        role="admin",
    )
    gift = made.json()["id"]
    model = await factories.asset_model()
    lines = await desk.ask(
        "POST", f"/donations/{gift}/lines", {"model_id": model, "declared": 20}, role="admin"
    )
    line = lines.json()["lines"][0]["id"]
    received = await desk.ask(
        "POST", f"/donations/{gift}/lines/{line}/receipts", {"count": 18}, role="admin"
    )
    assert received.status_code == 201
    assert len(received.json()["items"]) == 18
    whole = (await desk.ask("GET", f"/donations/{gift}")).json()
    assert whole["lines"][0]["received"] == 18
    assert whole["assets"] == [{"lifecycle": "received", "assets": 18}]
    thanked = await desk.ask("POST", f"/donations/{gift}/acknowledgement", role="admin")
    assert thanked.json()["acknowledged_at"]
    refused = await desk.ask("POST", f"/donations/{gift}/acknowledgement")
    assert refused.status_code == 403


async def test_a_file_is_staged_looked_through_and_applied(desk: Desk) -> None:
    await factories.asset_model("computer", "M720")
    content = "资产编号,型号,品牌,状况\nP-1,M720,Maker,完好\nP 2,M720,Maker,完好\n".encode(
        "gb18030"
    )

    async def stage(data: bytes) -> dict[str, Any]:
        answer = await desk.client.post(
            "/api/v1/imports",
            data={"school": "VOC"},
            files={"file": ("设备.csv", data, "text/csv")},
            headers=desk.headers["admin"],
        )
        assert answer.status_code == 201, answer.text
        await imports.work_waiting()
        path = f"/imports/{answer.json()['id']}"
        assert (await desk.ask("GET", path, role="admin")).json()["state"] == "read"
        fields = await desk.ask("GET", f"{path}/fields", role="admin")
        assert {"tag", "quantity"} <= {field["name"] for field in fields.json()}
        mapped = await desk.ask("POST", f"{path}/mapping", body={}, role="admin")
        assert mapped.json()["mapping"]["columns"]["型号"] == "model"
        await imports.work_waiting()
        return dict((await desk.ask("GET", path, role="admin")).json())

    job = await stage(content)
    assert (job["encoding"], job["counts"]["create"], job["counts"]["error"]) == ("gb18030", 1, 1)
    rows = await desk.ask("GET", f"/imports/{job['id']}/rows?verdict=error", role="admin")
    assert rows.json()["items"][0]["remarks"][0]["column"] == "资产编号"
    refused = await desk.ask("POST", f"/imports/{job['id']}/application", role="admin")
    assert (refused.status_code, refused.json()["code"]) == (409, "has_errors")
    left = await desk.ask(
        "PATCH", f"/imports/{job['id']}/rows/3", body={"is_left_out": True}, role="admin"
    )
    assert (left.json()["counts"]["error"], left.json()["counts"]["left_out"]) == (0, 1)
    mended = f"/imports/{(await stage(content.replace(b'P 2', b'P-2')))['id']}"
    asked = await desk.ask("POST", f"{mended}/application", role="admin")
    assert asked.json()["state"] == "applying"
    await imports.work_waiting()
    assert (await desk.ask("GET", mended, role="admin")).json()["state"] == "applied"
    assert (await desk.ask("GET", "/assets/P-2")).json()["condition"] == "ok"
    undoing = await desk.ask("POST", f"{mended}/undo", role="admin")
    assert undoing.json()["state"] == "undoing"
    await imports.work_waiting()
    assert (await desk.ask("GET", mended, role="admin")).json()["state"] == "undone"
    assert (await desk.ask("GET", "/assets/P-2")).status_code == 404


async def test_a_label_leads_to_its_asset_once_claimed(desk: Desk) -> None:
    made = await factories.asset(desk.school)
    batch = await desk.ask("POST", "/labels/batches", {"school": "VOC", "count": 2})
    code = batch.json()["items"][0]["code"]
    assert (await desk.ask("GET", f"/labels/{code}")).json()["tag"] is None
    claimed = await desk.ask("POST", f"/labels/{code}/claim", {"tag": made.tag})
    assert claimed.json()["tag"] == made.tag
    again = await desk.ask("POST", f"/labels/{code}/claim", {"tag": made.tag})
    assert again.status_code == 409
    left = await desk.ask("GET", f"/labels/batches/{batch.json()['id']}")
    assert len(left.json()["items"]) == 1


async def test_nothing_of_the_other_school_is_found(desk: Desk) -> None:
    made = await factories.asset(desk.school)
    gift = await factories_inventory.donation(desk.admin, desk.school)
    stranger = await factories.person("admin", await factories.school())
    headers = await factories.bearer(stranger)
    for method, path, body in [
        ("GET", f"/assets/{made.tag}", None),
        ("PATCH", f"/assets/{made.tag}", {"version": 1, "name": "mine"}),
        ("POST", f"/assets/{made.tag}/steps", {"to_state": "lost"}),
        ("POST", "/assets/moves", {"tags": [made.tag], "place_id": 1}),
        ("GET", f"/assets/{made.tag}/history", None),
        ("GET", f"/assets/{made.tag}/custody", None),
        ("POST", "/assets", {"school": "VOC", "model_id": made.model_id}),
        ("POST", "/custody", {"tags": [made.tag], "group": "5B"}),
        ("POST", "/custody/returns", {"tags": [made.tag]}),
        ("GET", f"/donations/{gift.id}", None),
        ("POST", f"/donations/{gift.id}/acknowledgement", None),
        ("GET", f"/donors/{gift.donor_id}", None),
        ("POST", "/labels/batches", {"school": "VOC", "count": 2}),
    ]:
        answer = await desk.client.request(method, f"/api/v1{path}", json=body, headers=headers)
        assert answer.status_code == 404, (method, path, answer.text)
    for path in ("/assets", "/custody", "/donations", "/donors", "/imports"):
        answer = await desk.client.get(f"/api/v1{path}", headers=headers)
        assert answer.json()["items"] == [], path


async def test_a_room_is_counted_by_a_program(desk: Desk) -> None:
    room, other = [await factories.place(desk.school) for _ in range(2)]
    here, out = [await factories.asset(desk.school, place=room) for _ in range(2)]
    strayed = await factories.asset(desk.school, place=other)
    body = {"tags": [here.tag.lower(), strayed.tag, "P-77", here.tag]}
    key = {"idempotency-key": "one walk through the room"}
    first = await desk.ask("POST", f"/places/{room}/count", body, headers=key)
    assert first.status_code == 200, first.text
    counted = first.json()
    assert {name: [row["tag"] for row in counted[name]] for name in ("found", "missing")} == {
        "found": [here.tag],
        "missing": [out.tag],
    }
    assert [row["tag"] for row in counted["foreign"]] == [strayed.tag]
    assert counted["unknown"] == [{"index": 2, "given": "P-77", "candidates": []}]

    # Sent again, as by a phone without an answer: what was found then, whatever happened since.
    await factories.step(out, "lost")
    assert (await desk.ask("POST", f"/places/{room}/count", body, headers=key)).json() == counted
    again = await desk.ask("POST", f"/places/{room}/count", body)
    assert again.json()["missing"] == []
    reused = await desk.ask("POST", f"/places/{room}/count", {"tags": []}, headers=key)
    assert (reused.status_code, reused.json()["code"]) == (409, "key_reused")


async def test_a_room_is_counted_by_those_who_keep_it(desk: Desk) -> None:
    elsewhere = await factories.place(await factories.school())
    refused = await desk.ask("POST", f"/places/{elsewhere}/count", {"tags": []})
    assert refused.status_code == 404
    room = await factories.place(desk.school)
    many = await desk.ask("POST", f"/places/{room}/count", {"tags": ["P-1"] * 501})
    assert (many.status_code, many.json()["field"]) == (422, "tags")
    teacher = await factories.bearer(await factories.person("teacher", desk.school))
    answer = await desk.client.post(
        f"/api/v1/places/{room}/count", json={"tags": []}, headers=teacher
    )
    assert answer.status_code == 403
