"""The pages of monitoring as each role meets them; without a script."""

from datetime import timedelta

import httpx
import msgspec

from core import clock, database
from core.access import Role
from core.errors import say
from monitoring import devices
from monitoring.alerting import alerts
from monitoring.alerting.alerts import Finding
from monitoring.decoding.readings import Reading, State
from tests import factories
from tests import factories_monitoring as made


async def visited(device_id: int, readings: list[Reading]) -> None:
    await database.execute(
        "INSERT INTO latest_visit (device, at, readings, counts, pending)"
        " VALUES ($1, now(), $2, '[]', '[]')",
        device_id,
        msgspec.json.encode(readings).decode(),
    )
    await database.execute("UPDATE device SET state = 'up', last_seen_at = now()")


async def test_a_device_is_registered_by_its_form(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    technician = await factories.person(Role.technician, school)
    asset = await factories.asset(school)
    credential = await made.credential(school)
    await made.network(school, "10.0.0.0/24")
    await factories.signed_in(client, technician)
    page = await client.get(f"/devices/new?tag={asset.tag}")
    assert asset.tag in page.text

    form = {"asset_tag": asset.tag, "address": "not an address", "port": "161"}
    wrong = await client.post("/devices", data={**form, "credential_id": str(credential)})
    assert wrong.status_code == 422
    assert "192.168.3.21" in wrong.text
    assert "not an address" in wrong.text, "what was typed stays"

    right = {**form, "address": "10.0.0.7", "credential_id": str(credential), "sleeps": "no"}
    answer = await client.post("/devices", data=right)
    assert answer.status_code == 303
    device = await devices.find_by_asset(technician.actor, asset.id)
    assert device is not None
    assert answer.headers["location"] == f"/devices/{device.id}"
    assert (device.address, device.may_sleep) == ("10.0.0.7", False)


async def test_a_form_that_came_second_is_told_and_can_be_sent_again(
    client: httpx.AsyncClient,
) -> None:
    school = await factories.school()
    technician = await factories.person(Role.technician, school)
    device = await made.device(school)
    await made.network(school, "10.0.0.0/24")
    await factories.signed_in(client, technician)
    form = {
        "asset_tag": device.asset.tag,
        "address": "10.0.0.8",
        "port": "161",
        "credential_id": str(device.credential_id),
    }
    late = await client.post(f"/devices/{device.id}", data={**form, "version": "99"})
    assert late.status_code == 409
    assert 'name="version" value="1"' in late.text
    saved = await client.post(f"/devices/{device.id}", data={**form, "version": "1"})
    assert saved.status_code == 303


async def test_a_page_tells_readings_in_words_and_groups(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    device = await made.device(school, profile="printer")
    await visited(
        device.id,
        [
            Reading("uptime", value=93_600, unit="seconds"),
            Reading("printer_faults", value="toner_low jammed", state=State.critical),
            Reading("supply_level", "黑色碳粉", 6.0, "percent", State.warning),
            Reading("supply_level", "Drum", "some"),
            Reading("if_in_rate", "eth0", 2_500_000.0, "bits_per_second"),
            Reading("if_in_octets", "eth0", 77_777, "bytes"),
            Reading("a_metric_of_yesterday", value=1),
        ],
    )
    await factories.signed_in(client, await factories.person(Role.teacher, school))
    page = (await client.get(f"/devices/{device.id}")).text
    for words in ("1 d 2 h", "toner low, paper jam", "6 %", "some left", "2.5 Mbit/s", "Online"):
        assert words in page, words
    assert "77,777" not in page, "a bare counter says nothing"
    assert f"/devices/{device.id}/poll" not in page, "a teacher only looks"


async def test_the_list_shows_what_sleeps_what_refuses_and_what_is_down(
    client: httpx.AsyncClient,
) -> None:
    school = await factories.school()
    asleep = await made.device(school, may_sleep=True)
    dead = await made.device(school, may_sleep=False)
    refuses = await made.device(school)
    sentence = say("The device refuses the user's password, or signs in another way")
    trouble = msgspec.json.encode(sentence).decode()
    await database.execute(
        "UPDATE device SET state = 'down' WHERE id = any($1)", [asleep.id, dead.id]
    )
    await database.execute("UPDATE device SET trouble = $2 WHERE id = $1", refuses.id, trouble)
    await factories.signed_in(client, await factories.person(Role.technician, school))
    page = (await client.get("/devices")).text
    for words in ("Off or asleep", "Offline", "Not readable now"):
        assert words in page
    only_down = (await client.get("/devices?state=down")).text
    assert refuses.asset.tag not in only_down
    assert dead.asset.tag in only_down
    other = await factories.school()
    await factories.signed_in(client, await factories.person(Role.admin, other))
    assert dead.asset.tag not in (await client.get("/devices")).text
    assert (await client.get(f"/devices/{dead.id}")).status_code == 404


async def test_an_alert_is_taken_care_of_by_one_button(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    device = await made.device(school)
    finding = Finding("unreachable", "", "critical", say("{device} does not answer", device="X-1"))
    await alerts.raise_alert(made.worker_of(school), device.id, finding)
    person = await factories.person(Role.technician, school)
    await factories.signed_in(client, person)
    page = await client.get("/alerts")
    assert "X-1 does not answer" in page.text
    answer = await client.post("/alerts/1/acknowledge", data={"back": f"/devices/{device.id}"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/devices/{device.id}")
    assert f"{person.name} takes care" in (await client.get("/alerts")).text


async def test_pausing_and_removing_end_the_alerts(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    device = await made.device(school)
    finding = Finding("unreachable", "", "critical", say("down"))
    await alerts.raise_alert(made.worker_of(school), device.id, finding)
    await factories.signed_in(client, await factories.person(Role.technician, school))
    await client.post(f"/devices/{device.id}/pause")
    assert "Paused" in (await client.get(f"/devices/{device.id}")).text
    assert "All is well" in (await client.get("/alerts")).text
    await client.post(f"/devices/{device.id}/resume")
    soon = clock.now() + timedelta(seconds=5)
    assert await database.fetch_value("SELECT next_poll_at FROM device") < soon
    await client.post(f"/devices/{device.id}/remove")
    assert (await client.get(f"/devices/{device.id}")).status_code == 404


async def test_a_credential_is_kept_changed_and_forgotten_by_an_admin(
    client: httpx.AsyncClient,
) -> None:
    school = await factories.school()
    await factories.signed_in(client, await factories.person(Role.admin, school))
    form = {"school_id": str(school.id), "name": "Printers", "version": "2c"}
    wrong = await client.post("/credentials", data=form)
    assert wrong.status_code == 422
    right = await client.post("/credentials", data={**form, "community": "hush-hush"})
    assert right.status_code == 303
    listed = (await client.get("/credentials")).text
    assert "Printers" in listed
    assert "hush-hush" not in listed
    renamed = await client.post("/credentials/1", data={**form, "name": "All printers"})
    assert renamed.status_code == 303, "a blank secret stays"
    assert "All printers" in (await client.get("/credentials/1")).text
    assert (await client.post("/credentials/1/remove")).status_code == 303
    assert "No credentials yet" in (await client.get("/credentials")).text
