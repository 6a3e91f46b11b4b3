"""The pages of alerts, maintenance, expected hours and rules: what they show and what they do."""

import re
from datetime import timedelta

import httpx
import pytest

from core import clock, database
from core.access import Role
from core.errors import say
from monitoring.alerting import alerts
from monitoring.alerting.alerts import Finding
from tests import factories
from tests import factories_monitoring as made
from tests.factories import MadeSchool

pytestmark = pytest.mark.usefixtures("db")


async def sign_in(
    client: httpx.AsyncClient, school: MadeSchool, role: Role = Role.technician, locale: str = "en"
) -> None:
    await factories.signed_in(client, await factories.person(role, school, locale=locale))


def finding(rule: str = "supply_low", instance: str = "Black") -> Finding:
    return Finding(rule, instance, "warning", say("{instance} is low", instance=instance))


async def test_an_alert_has_a_page_with_its_story(
    client: httpx.AsyncClient, school: MadeSchool
) -> None:
    await sign_in(client, school)
    device = await made.device(school, profile="printer")
    worker = made.worker_of(school)
    for _ in range(3):
        await alerts.raise_alert(worker, device.id, finding())
        await alerts.clear_alert(worker, device.id, "supply_low", "Black")
    alert_id = await database.fetch_value("SELECT max(id) FROM alert")
    page = (await client.get(f"/alerts/{alert_id}")).text
    assert "comes and goes" in page
    assert "Earlier times" in page
    assert page.count("still open") == 0
    bad = await client.post(f"/alerts/{alert_id}/clear", data={"reason": ""})
    assert bad.status_code == 422
    done = await client.post(f"/alerts/{alert_id}/clear", data={"reason": "Looked at it"})
    assert done.status_code == 303
    page = (await client.get(f"/alerts/{alert_id}")).text
    assert "by hand" in page
    assert "End it by hand" not in page


async def test_many_alerts_are_ticked_and_taken_care_of(
    client: httpx.AsyncClient, school: MadeSchool
) -> None:
    await sign_in(client, school)
    worker = made.worker_of(school)
    for _ in range(3):
        await alerts.raise_alert(worker, (await made.device(school)).id, finding())
    page = (await client.get("/alerts")).text
    ids = re.findall(r'name="alert_ids" value="(\d+)"', page)
    assert len(ids) == 3
    await client.post("/alerts/acknowledge", data={"alert_ids": ids[:2], "back": "/alerts"})
    assert "Alerts that you take care of now: 2." in (await client.get("/alerts")).text
    for query, count in (
        ("state=raised", 1),
        ("state=acknowledged", 2),
        ("state=cleared", 0),
        ("state=any&rule=supply_low", 3),
        ("rule=unreachable", 0),
        ("flapping=on", 0),
    ):
        page = (await client.get(f"/alerts?{query}")).text
        assert page.count('class="list-item"') == count, query


async def test_maintenance_is_planned_in_a_form_by_the_schools_clock(
    client: httpx.AsyncClient, school: MadeSchool
) -> None:
    await sign_in(client, school)
    room = await factories.place(school)
    device = await made.device(school, asset=await factories.asset(school, place=room))
    assert (await client.get("/maintenance/new")).status_code == 200
    form = {
        "school_id": school.id,
        "reason": "New cables",
        "kind": "once",
        "place_id": room,
        "starts_at": "2026-01-01T08:00",
        "ends_at": "2026-12-31T18:00",
    }
    assert (await client.post("/maintenance", data=form)).status_code == 303
    begins = await database.fetch_value("SELECT starts_at FROM maintenance_window")
    assert begins.isoformat() == "2026-01-01T00:00:00+00:00", "08:00 in Shanghai"
    await database.execute(
        "UPDATE maintenance_window SET starts_at = $1, ends_at = $2",
        clock.now() - timedelta(hours=1),
        clock.now() + timedelta(hours=1),
    )
    assert "New cables" in (await client.get("/maintenance")).text
    assert "No alert begins meanwhile" in (await client.get(f"/devices/{device.id}")).text
    assert "No alert begins meanwhile" in (await client.get(f"/places/{room}")).text
    window = await database.fetch_value("SELECT id FROM maintenance_window")
    await client.post(f"/maintenance/{window}/end", data={"back": f"/devices/{device.id}"})
    assert "No alert begins meanwhile" not in (await client.get(f"/devices/{device.id}")).text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"reason": ""}, "Fill in this field"),
        ({"ends_at": "soon"}, "Write date and time"),
        ({"kind": "weekly"}, "Choose at least one day"),
        ({"kind": "weekly", "weekdays": "1", "from_time": "8 o'clock"}, "Write a time"),
        ({"device_tag": "NO-SUCH"}, "No monitored device of this school has this tag"),
    ],
)
async def test_a_form_for_maintenance_says_what_is_wrong(
    client: httpx.AsyncClient, school: MadeSchool, change: dict[str, str], words: str
) -> None:
    await sign_in(client, school)
    form = {
        "school_id": str(school.id),
        "reason": "New cables",
        "starts_at": "2026-01-01T08:00",
        "ends_at": "2026-12-31T18:00",
        **change,
    }
    answer = await client.post("/maintenance", data=form)
    assert answer.status_code == 422
    assert words in answer.text


async def test_a_weekly_window_over_midnight(client: httpx.AsyncClient, school: MadeSchool) -> None:
    await sign_in(client, school)
    form = {
        "school_id": school.id,
        "reason": "Backups",
        "kind": "weekly",
        "starts_at": "2026-01-01T00:00",
        "weekdays": ["1", "2", "3", "4", "5"],
        "from_time": "23:00",
        "to_time": "05:00",
    }
    assert (await client.post("/maintenance", data=form)).status_code == 303
    assert "Mon–Fri 23:00–05:00 (next day)" in (await client.get("/maintenance")).text


async def test_expected_hours_in_lines_of_days(
    client: httpx.AsyncClient, school: MadeSchool
) -> None:
    await sign_in(client, school)
    room = await factories.place(school)
    await made.device(school, asset=await factories.asset(school, place=room))
    form = {
        "name": "Lessons",
        "weekdays_0": ["1", "2", "3", "4", "5"],
        "starts_0": "08:00",
        "ends_0": "17:30",
        "weekdays_1": ["6"],
        "starts_1": "08:00",
        "ends_1": "12:00",
    }
    assert (await client.get("/expected-hours/new")).status_code == 200
    assert (await client.post("/expected-hours", data=form)).status_code == 303
    page = (await client.get("/expected-hours")).text
    assert "Mon–Fri 08:00–17:30" in page
    assert "Sat 08:00–12:00" in page
    hours = await database.fetch_value("SELECT id FROM expected_hours")
    await client.post(f"/expected-hours/{hours}/give", data={"place_id": room})
    page = (await client.get(f"/expected-hours/{hours}")).text
    assert "1 device has them" in page
    for change, words in (
        ({"ends_0": ""}, "Say from when to when"),
        ({"starts_0": "early"}, "Write a time"),
        ({"weekdays_0": [], "weekdays_1": []}, "Give 1 to 50 spans"),
    ):
        answer = await client.post(f"/expected-hours/{hours}", data={**form, **change})
        assert answer.status_code == 422
        assert words in answer.text
    gone = await client.post(f"/expected-hours/{hours}/remove")
    assert gone.status_code == 409


async def test_a_device_is_told_its_parent_hours_and_rules(
    client: httpx.AsyncClient, school: MadeSchool
) -> None:
    await sign_in(client, school)
    switch, printer = await made.device(school), await made.device(school, profile="printer")
    path = f"/devices/{printer.id}/watching"
    assert "Supply running out" in (await client.get(path)).text
    done = await client.post(f"{path}/parent", data={"parent_tag": switch.asset.tag})
    assert done.status_code == 303
    assert switch.asset.tag in (await client.get(path)).text
    circle = await client.post(
        f"/devices/{switch.id}/watching/parent", data={"parent_tag": printer.asset.tag}
    )
    assert circle.status_code == 422
    assert "circle" in circle.text
    good = {"does": "watch", "raise_at": "5", "clear_at": "8"}
    assert (await client.post(f"{path}/rules/supply_low", data=good)).status_code == 303
    assert "for this device" in (await client.get(path)).text
    bad = await client.post(f"{path}/rules/supply_low", data={**good, "clear_at": "4"})
    assert bad.status_code == 422
    assert "It must be more than where the alert is raised" in bad.text
    await client.post(f"{path}/rules/supply_low", data={"does": "off"})
    assert "Disabled" in (await client.get(path)).text
    await client.post(f"{path}/rules/supply_low/put-back")
    assert "for this device" not in (await client.get(path)).text
    kind = f"/schools/{school.id}/rules/printer"
    assert (await client.post(f"{kind}/supply_low", data=good)).status_code == 303
    assert "for all devices of this kind" in (await client.get(path)).text


async def test_teachers_look_and_change_nothing(
    client: httpx.AsyncClient, school: MadeSchool
) -> None:
    await sign_in(client, school, Role.teacher)
    device = await made.device(school, profile="printer")
    alert_id = await alerts.raise_alert(made.worker_of(school), device.id, finding())
    for path in (
        "/alerts",
        f"/alerts/{alert_id}",
        "/maintenance",
        "/expected-hours",
        f"/devices/{device.id}/watching",
        f"/schools/{school.id}/rules/printer",
    ):
        page = await client.get(path)
        assert page.status_code == 200, path
        assert '<form class="form' not in page.text, path
    assert (await client.post(f"/alerts/{alert_id}/clear", data={"reason": "x"})).status_code == 403
    assert (await client.get("/maintenance/new")).status_code == 403
