"""Thresholds, parents, expected hours, maintenance and many alerts at once, through the API."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from core import clock, database
from core.access import Role
from core.errors import say
from monitoring.alerting import alerts, thresholds
from monitoring.alerting.alerts import Finding
from monitoring.profiles import profile_named
from tests import factories
from tests import factories_monitoring as made
from tests.factories import MadeSchool

pytestmark = pytest.mark.usefixtures("db")


async def keeper_of(school: MadeSchool) -> dict[str, str]:
    return await factories.bearer(await factories.person(Role.technician, school))


async def test_a_rule_is_set_switched_off_and_put_back(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    headers = await keeper_of(school)
    device = await made.device(school, profile="printer")
    path = f"/api/v1/devices/{device.id}/rules"
    kind = f"/api/v1/schools/{school.id}/profiles/printer/rules"

    async def held(at: str = path) -> dict[str, object]:
        rows = (await client.get(at, headers=headers)).json()["items"]
        return next(row for row in rows if row["rule"] == "supply_low")

    assert ((await held())["raise_at"], (await held())["set_by"]) == (10, "default")
    body = {"raise_at": 5, "clear_at": 8}
    assert (await client.put(f"{kind}/supply_low", headers=headers, json=body)).status_code == 200
    assert ((await held())["raise_at"], (await held())["set_by"]) == (5, "profile")
    answer = await client.put(f"{path}/supply_low", headers=headers, json={"is_off": True})
    assert answer.status_code == 200
    assert ((await held())["is_off"], (await held())["set_by"]) == (True, "device")
    assert (await held(kind))["is_off"] is False

    settings = await thresholds.settings_of([school.id])
    printer = profile_named("printer")
    assert printer is not None
    own = settings.profile_for(school.id, device.id, printer)
    others = settings.profile_for(school.id, device.id + 1, printer)
    assert "supply_low" not in {rule.name for rule in own.rule}
    assert next(r for r in others.rule if r.name == "supply_low").raise_below == 5
    assert settings.profile_for(school.id + 1, device.id + 1, printer) is printer

    await client.delete(f"{path}/supply_low", headers=headers)
    assert (await held())["set_by"] == "profile"
    await client.delete(f"{kind}/supply_low", headers=headers)
    assert (await held())["set_by"] == "default"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"raise_at": 20, "clear_at": 10}, "clear_at"),
        ({"raise_at": 20, "clear_at": 20}, "clear_at"),
        ({"raise_at": 20}, "clear_at"),
        ({}, "raise_at"),
        ({"raise_at": 1e300, "clear_at": 1e301}, "raise_at"),
    ],
)
async def test_bounds_without_a_gap_are_refused(
    client: httpx.AsyncClient, body: dict[str, float], field: str
) -> None:
    school = await factories.school()
    headers = await keeper_of(school)
    device = await made.device(school, profile="printer")
    path = f"/api/v1/devices/{device.id}/rules"
    answer = await client.put(f"{path}/supply_low", headers=headers, json=body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    unknown = await client.put(f"{path}/nonsense", headers=headers, json={"is_off": True})
    assert unknown.status_code == 404
    bare = {"raise_at": 1, "clear_at": 0}
    state = await client.put(f"{path}/printer_fault", headers=headers, json=bare)
    assert (state.status_code, state.json()["code"]) == (422, "no_bounds")


async def test_32_settings_of_one_rule_at_once_are_one(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    headers = await keeper_of(school)
    device = await made.device(school, profile="printer")
    path = f"/api/v1/devices/{device.id}/rules/supply_low"
    answers = await asyncio.gather(
        *(
            client.put(path, headers=headers, json={"raise_at": n, "clear_at": n + 5})
            for n in range(1, 33)
        )
    )
    assert {answer.status_code for answer in answers} == {200}
    assert await database.fetch_value("SELECT count(*) FROM rule_setting") == 1


async def test_what_hangs_on_what(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    headers = await keeper_of(school)
    switch, pc = await made.device(school), await made.device(school)
    stranger = await made.device(await factories.school())
    path = f"/api/v1/devices/{pc.id}"
    answer = await client.put(f"{path}/parent", headers=headers, json={"parent_id": switch.id})
    assert answer.json()["parent"]["asset_tag"] == switch.asset.tag
    above = await client.get(f"/api/v1/devices/{switch.id}/surroundings", headers=headers)
    assert [child["id"] for child in above.json()["children"]] == [pc.id]
    for wrong, code in ((stranger.id, "parent"), (pc.id, "circle"), (10**6, "parent")):
        refused = await client.put(f"{path}/parent", headers=headers, json={"parent_id": wrong})
        assert (refused.status_code, refused.json()["code"]) == (422, code)
    none = await client.put(f"{path}/parent", headers=headers, json={"parent_id": None})
    assert none.json()["parent"] is None


async def test_expected_hours_are_made_given_and_kept_while_in_use(
    client: httpx.AsyncClient,
) -> None:
    school = await factories.school()
    headers = await keeper_of(school)
    room = await factories.place(school)
    device = await made.device(school, asset=await factories.asset(school, place=room))
    new = {
        "school": school.code,
        "name": "Lessons",
        "spans": [
            {"weekday": day, "starts": "08:00:00", "ends": "17:30:00"} for day in (2, 1, 1, 5)
        ],
    }
    path = "/api/v1/expected-hours"
    made_hours = (await client.post(path, headers=headers, json=new)).json()
    assert [span["weekday"] for span in made_hours["spans"]] == [1, 2, 5]
    again = await client.post(path, headers=headers, json=new)
    assert (again.status_code, again.json()["field"]) == (422, "name")
    given = await client.put(
        f"{path}/of-places/{room}", headers=headers, json={"hours_id": made_hours["id"]}
    )
    assert given.json() == {"devices": 1}
    seen = await client.get(f"/api/v1/devices/{device.id}/surroundings", headers=headers)
    assert seen.json()["hours"]["name"] == "Lessons"
    kept = await client.delete(f"{path}/{made_hours['id']}", headers=headers)
    assert (kept.status_code, kept.json()["code"]) == (409, "hours_in_use")
    await client.put(f"/api/v1/devices/{device.id}/hours", headers=headers, json={"hours_id": None})
    assert (await client.delete(f"{path}/{made_hours['id']}", headers=headers)).status_code == 204
    bad = {**new, "name": " ", "spans": [{"weekday": 8, "starts": "08:00:00", "ends": "09:00:00"}]}
    refused = await client.post(path, headers=headers, json=bad)
    assert refused.status_code == 422
    assert {error["field"] for error in refused.json()["errors"]} == {"name", "spans"}


async def test_maintenance_is_planned_seen_and_ended(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    headers = await keeper_of(school)
    path = "/api/v1/maintenance-windows"
    weekly = {
        "school": school.code,
        "reason": "Backups",
        "weekdays": [1, 2, 3, 4, 5, 6, 7],
        "from_time": "00:00:00",
        "to_time": "23:59:59",
    }
    window = (await client.post(path, headers=headers, json=weekly)).json()
    assert window["phase"] == "now"
    later = {
        "school": school.code,
        "reason": "New cables",
        "starts_at": (clock.now() + timedelta(days=1)).isoformat(),
        "ends_at": (clock.now() + timedelta(days=2)).isoformat(),
    }
    planned = (await client.post(path, headers=headers, json=later)).json()
    assert planned["phase"] == "planned"
    listed = (await client.get(path, headers=headers)).json()["items"]
    assert [one["id"] for one in listed] == [planned["id"], window["id"]]
    ended = await client.post(f"{path}/{window['id']}/end", headers=headers)
    assert ended.json()["phase"] == "over"
    listed = (await client.get(path, headers=headers)).json()["items"]
    assert [one["id"] for one in listed] == [planned["id"]]
    with_past = (await client.get(f"{path}?with_past=true", headers=headers)).json()["items"]
    assert len(with_past) == 2


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"reason": " "}, {"reason"}),
        ({"ends_at": None}, {"ends_at"}),
        ({"ends_at": "2020-01-01T00:00:00Z"}, {"ends_at"}),
        ({"ends_at": "2099-01-01T00:00:00Z"}, {"ends_at"}),
        ({"ends_at": "2026-12-31T08:00:00"}, {"ends_at"}),
        (
            {
                "starts_at": "0001-01-01T00:00:00Z",
                "ends_at": "9999-12-31T23:00:00Z",
                "weekdays": [1],
                "from_time": "08:00:00",
                "to_time": "09:00:00",
            },
            {"starts_at", "ends_at"},
        ),
        ({"from_time": "08:00:00"}, {"from_time"}),
        ({"weekdays": [1]}, {"from_time", "to_time"}),
        (
            {"weekdays": [9], "from_time": "08:00:00", "to_time": "08:00:00"},
            {"weekdays", "to_time"},
        ),
        ({"place_id": 10**6}, {"place_id"}),
        ({"device_id": 10**6}, {"device_id"}),
    ],
)
async def test_a_window_that_makes_no_sense_is_refused_by_field(
    client: httpx.AsyncClient, change: dict[str, object], fields: set[str]
) -> None:
    school = await factories.school()
    headers = await keeper_of(school)
    body = {
        "school": school.code,
        "reason": "New cables",
        "ends_at": (clock.now() + timedelta(hours=2)).isoformat(),
        **change,
    }
    answer = await client.post("/api/v1/maintenance-windows", headers=headers, json=body)
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == fields


async def test_an_alerts_story_and_its_end_by_hand(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    headers = await keeper_of(school)
    device = await made.device(school, profile="printer")
    worker = made.worker_of(school)
    finding = Finding("supply_low", "Black", "warning", say("Black is running out"))
    alert_id = await alerts.raise_alert(worker, device.id, finding)
    path = f"/api/v1/alerts/{alert_id}"
    story = (await client.get(f"{path}/story", headers=headers)).json()
    assert (story["metric"], story["raise_at"], story["clear_at"]) == ("supply_level", 10, 15)
    assert [span["state"] for span in story["states"]] == ["unknown"]
    ended = await client.post(f"{path}/clear", headers=headers, json={"reason": "New one is in"})
    assert (ended.json()["state"], ended.json()["cleared_by"] != "") == ("cleared", True)
    late = await client.post(f"{path}/clear", headers=headers, json={"reason": "Again"})
    assert (late.status_code, late.json()["code"]) == (409, "alert_cleared")


async def test_alerts_are_filtered_and_taken_care_of_many_at_once(
    client: httpx.AsyncClient,
) -> None:
    school = await factories.school()
    headers = await keeper_of(school)
    worker = made.worker_of(school)
    room = await factories.place(school)
    cabinet = await factories.place(school, "cabinet", parent=room)
    inside = await made.device(school, asset=await factories.asset(school, place=cabinet))
    outside = await made.device(school)
    for device in (inside, outside):
        for rule in ("supply_low", "unreachable"):
            await alerts.raise_alert(
                worker, device.id, Finding(rule, "", "warning", say("It is wrong"))
            )
    path = "/api/v1/alerts"

    async def ids(**query: str | int | bool) -> list[int]:
        answer = await client.get(path, headers=headers, params=query)
        return [alert["id"] for alert in answer.json()["items"]]

    assert len(await ids()) == 4
    assert len(await ids(place_id=room)) == 2
    assert len(await ids(place_id=room, rule="supply_low")) == 1
    assert await ids(is_flapping=True) == []
    chosen = await ids(rule="supply_low")
    done = await client.post(f"{path}/acknowledge", headers=headers, json={"alert_ids": chosen})
    assert done.json() == {"acknowledged": 2}
    assert sorted(await ids(state="acknowledged")) == sorted(chosen)
    assert len(await ids(state="raised")) == 2


async def test_32_at_once_acknowledge_and_end_an_alert_and_a_window(
    client: httpx.AsyncClient,
) -> None:
    school = await factories.school()
    headers = await keeper_of(school)
    device = await made.device(school)
    worker = made.worker_of(school)
    found = Finding("supply_low", "Black", "warning", say("Black is running out"))
    alert_id = await alerts.raise_alert(worker, device.id, found)
    body = {
        "school": school.code,
        "reason": "New cables",
        "ends_at": (clock.now() + timedelta(hours=2)).isoformat(),
    }
    window = (await client.post("/api/v1/maintenance-windows", headers=headers, json=body)).json()

    async def codes(path: str, json: dict[str, object]) -> dict[int, int]:
        answers = await asyncio.gather(
            *(client.post(path, headers=headers, json=json) for _ in range(32))
        )
        found = [answer.status_code for answer in answers]
        return {code: found.count(code) for code in set(found)}

    alert = f"/api/v1/alerts/{alert_id}"
    assert await codes(f"{alert}/acknowledge", {}) == {200: 32}
    changes = await database.fetch_value("SELECT count(*) FROM audit_event WHERE entity = 'alert'")
    assert changes == 1
    assert await codes(f"{alert}/clear", {"reason": "Done"}) == {200: 1, 409: 31}
    end = f"/api/v1/maintenance-windows/{window['id']}/end"
    assert await codes(end, {}) == {200: 1, 409: 31}
    entries = await database.fetch_value("SELECT count(*) FROM work_order_entry")
    assert entries == 1
