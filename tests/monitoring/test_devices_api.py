"""Devices, credentials and alerts over JSON: who may, what is refused, what never comes out."""

from datetime import timedelta

import httpx
import pytest

from core import clock, database
from core.access import Role
from core.errors import say
from monitoring.alerting import alerts
from monitoring.alerting.alerts import Finding
from monitoring.decoding.readings import Reading
from monitoring.history import samples
from monitoring.snmp import PrivProtocol
from tests import factories
from tests import factories_monitoring as made
from tests.conftest import Stack

SECRET = "not to be seen anywhere"


async def new_credential(client: httpx.AsyncClient, headers: dict[str, str], school: str) -> int:
    answer = await client.post(
        "/api/v1/credentials",
        headers=headers,
        json={
            "school": school,
            "name": "Printers",
            "version": "3",
            "user_name": "labshare",
            "auth_protocol": "sha256",
            "auth_password": SECRET,
            "priv_protocol": "aes",
            "priv_password": SECRET,
        },
    )
    assert answer.status_code == 201, answer.text
    assert SECRET not in answer.text
    created: int = answer.json()["id"]
    return created


async def test_a_device_is_registered_read_changed_and_removed(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    admin = await factories.bearer(await factories.person(Role.admin, school))
    asset = await factories.asset(school)
    credential = await new_credential(client, admin, school.code)
    await made.network(school, "192.168.3.0/24")

    answer = await client.post(
        "/api/v1/devices",
        headers=admin,
        json={"asset_tag": asset.tag, "address": "192.168.3.21", "credential_id": credential},
    )
    assert answer.status_code == 201, answer.text
    device = answer.json()
    assert (device["state"], device["profile"], device["port"]) == ("unknown", "generic", 161)

    found = await client.get("/api/v1/devices?q=192.168.3", headers=admin)
    assert [one["id"] for one in found.json()["items"]] == [device["id"]]

    path = f"/api/v1/devices/{device['id']}"
    change = {
        "asset_tag": asset.tag,
        "address": "192.168.3.22",
        "credential_id": credential,
        "may_sleep": False,
        "version": device["version"],
    }
    changed = await client.put(path, headers=admin, json=change)
    assert (changed.json()["address"], changed.json()["may_sleep"]) == ("192.168.3.22", False)
    again = await client.put(path, headers=admin, json=change)
    assert again.status_code == 409, "the version is that of before"

    assert (await client.post(f"{path}/pause", headers=admin)).json()["paused_at"]
    assert (await client.post(f"{path}/resume", headers=admin)).json()["paused_at"] is None
    assert (await client.post(f"{path}/poll", headers=admin)).status_code == 202
    assert (await client.delete(path, headers=admin)).status_code == 204
    assert (await client.get(path, headers=admin)).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "printer.local",
        "224.0.0.1",
        "0.0.0.0",
        "255.255.255.255",
        "192.168.3.0/24",
        "",
        "fe80::1%e0",
    ],
)
async def test_an_address_names_one_machine(client: httpx.AsyncClient, address: str) -> None:
    school = await factories.school()
    admin = await factories.bearer(await factories.person(Role.admin, school))
    answer = await client.post(
        "/api/v1/devices",
        headers=admin,
        json={"asset_tag": "none", "address": address, "credential_id": 1},
    )
    assert answer.status_code == 422
    assert {"address", "asset_tag"} <= {error["field"] for error in answer.json()["errors"]}


async def test_an_asset_is_monitored_once_and_with_a_credential_of_its_school(
    client: httpx.AsyncClient,
) -> None:
    school, other = await factories.school(), await factories.school()
    admin = await factories.bearer(await factories.person(Role.admin, school))
    device = await made.device(school)
    await made.network(school, "10.0.0.0/24")
    theirs = await made.credential(other)
    answer = await client.post(
        "/api/v1/devices",
        headers=admin,
        json={"asset_tag": device.asset.tag, "address": "10.0.0.9", "credential_id": 1},
    )
    assert (answer.status_code, answer.json()["field"]) == (422, "asset_tag")
    asset = await factories.asset(school)
    answer = await client.post(
        "/api/v1/devices",
        headers=admin,
        json={"asset_tag": asset.tag, "address": "10.0.0.9", "credential_id": theirs},
    )
    assert (answer.status_code, answer.json()["field"]) == (422, "credential_id")


async def test_a_stored_secret_is_not_the_secret_and_never_comes_out(
    client: httpx.AsyncClient,
) -> None:
    school = await factories.school()
    person = await factories.person(Role.admin, school)
    admin = await factories.bearer(person)
    credential = await new_credential(client, admin, school.code)
    sealed: bytes = await database.fetch_value("SELECT sealed FROM credential")
    assert SECRET.encode() not in sealed
    history = await database.fetch_value("SELECT string_agg(after::text, '') FROM audit_event")
    assert SECRET not in history
    for path in ("/api/v1/credentials", f"/api/v1/credentials/{credential}"):
        assert SECRET not in (await client.get(path, headers=admin)).text
    await factories.signed_in(client, person)
    page = await client.get(f"/credentials/{credential}")
    assert page.status_code == 200
    assert SECRET not in page.text


async def test_a_secret_left_blank_stays_and_one_of_another_version_is_forgotten(
    client: httpx.AsyncClient,
) -> None:
    school = await factories.school()
    admin = await factories.bearer(await factories.person(Role.admin, school))
    path = f"/api/v1/credentials/{await new_credential(client, admin, school.code)}"
    user = {
        "school": school.code,
        "name": "Printers and more",
        "version": "3",
        "user_name": "labshare",
        "auth_protocol": "sha",
    }
    assert (await client.put(path, headers=admin, json=user)).status_code == 200
    plain = {"school": school.code, "name": "Old printers", "version": "2c"}
    refused = await client.put(path, headers=admin, json=plain)
    assert (refused.status_code, refused.json()["field"]) == (422, "community")


@pytest.mark.parametrize("priv", list(PrivProtocol))
async def test_a_credential_has_any_way_of_encrypting(
    client: httpx.AsyncClient, priv: PrivProtocol
) -> None:
    school = await factories.school()
    await factories.signed_in(client, await factories.person(Role.admin, school))
    form = {"school_id": school.id, "name": "UPS", "version": "3", "user_name": "labshare"}
    secrets = {"auth_password": SECRET, "priv_password": SECRET, "auth_protocol": "sha512"}
    answer = await client.post("/credentials", data={**form, **secrets, "priv_protocol": priv})
    assert answer.status_code == 303, answer.text
    (kept,) = (await client.get("/api/v1/credentials")).json()["items"]
    assert kept["priv_protocol"] == priv


async def test_a_short_v3_password_is_refused(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    admin = await factories.bearer(await factories.person(Role.admin, school))
    answer = await client.post(
        "/api/v1/credentials",
        headers=admin,
        json={
            "school": school.code,
            "name": "x",
            "version": "3",
            "user_name": "u",
            "auth_protocol": "sha",
            "auth_password": "short",
            "priv_protocol": "aes",
        },
    )
    assert answer.status_code == 422
    fields = {error["field"] for error in answer.json()["errors"]}
    assert fields == {"auth_password", "priv_password"}


async def test_roles_teachers_look_technicians_keep_admins_hold_the_secrets(
    client: httpx.AsyncClient,
) -> None:
    school = await factories.school()
    device = await made.device(school)
    path = f"/api/v1/devices/{device.id}"
    teacher = await factories.bearer(await factories.person(Role.teacher, school))
    technician = await factories.bearer(await factories.person(Role.technician, school))
    assert (await client.get(path, headers=teacher)).status_code == 200
    assert (await client.post(f"{path}/poll", headers=teacher)).status_code == 403
    assert (await client.get("/api/v1/credentials", headers=teacher)).status_code == 403
    assert (await client.post(f"{path}/poll", headers=technician)).status_code == 202
    assert (await client.get("/api/v1/credentials", headers=technician)).status_code == 200
    new = {"school": school.code, "name": "x", "community": "y"}
    assert (
        await client.post("/api/v1/credentials", headers=technician, json=new)
    ).status_code == 403


async def test_the_other_school_sees_and_changes_nothing(client: httpx.AsyncClient) -> None:
    school, other = await factories.school(), await factories.school()
    device = await made.device(school)
    worker = made.worker_of(school)
    await alerts.raise_alert(worker, device.id, Finding("unreachable", "", "critical", say("down")))
    stranger = await factories.bearer(await factories.person(Role.admin, other))
    for path in ("devices", "alerts", "credentials"):
        assert (await client.get(f"/api/v1/{path}", headers=stranger)).json()["items"] == []
    for method, path in (
        ("GET", f"devices/{device.id}"),
        ("GET", f"devices/{device.id}/readings"),
        ("GET", f"devices/{device.id}/chart?metric=cpu_load"),
        ("POST", f"devices/{device.id}/poll"),
        ("POST", f"devices/{device.id}/pause"),
        ("DELETE", f"devices/{device.id}"),
        ("POST", "alerts/1/acknowledge"),
        ("DELETE", f"credentials/{device.credential_id}"),
    ):
        answer = await client.request(method, f"/api/v1/{path}", headers=stranger)
        assert answer.status_code == 404, (method, path)


async def test_readings_are_the_latest_or_one_metrics_values(
    client: httpx.AsyncClient, db: Stack
) -> None:
    school = await factories.school()
    technician = await factories.bearer(await factories.person(Role.technician, school))
    device = await made.device(school)
    now = clock.now()
    for minutes in range(5):
        reading = Reading("disk_used", "/", 40 + minutes, "percent")
        await samples.write(device.id, now - timedelta(minutes=minutes), [reading])
    path = f"/api/v1/devices/{device.id}/readings"
    assert (await client.get(path, headers=technician)).json() == {
        "items": [],
        "next_cursor": None,
    }
    first = (await client.get(f"{path}?metric=disk_used&limit=3", headers=technician)).json()
    assert [one["value"] for one in first["items"]] == [40, 41, 42]
    rest = await client.get(
        f"{path}?metric=disk_used&limit=3&cursor={first['next_cursor']}", headers=technician
    )
    assert [one["value"] for one in rest.json()["items"]] == [43, 44]
    since = (now - timedelta(minutes=2, seconds=30)).isoformat().replace("+00:00", "Z")
    some = await client.get(f"{path}?metric=disk_used&from={since}", headers=technician)
    assert len(some.json()["items"]) == 3
    chart = await client.get(
        f"/api/v1/devices/{device.id}/chart?metric=disk_used", headers=technician
    )
    assert chart.json()["series"][0]["label"] == "/"
    assert chart.json()["unit"] == "%"
    refused = await client.get(f"{path}?metric=nonsense", headers=technician)
    assert refused.status_code == 422


async def test_an_alert_is_acknowledged_once_and_in_the_readers_language(
    client: httpx.AsyncClient,
) -> None:
    school = await factories.school()
    device = await made.device(school)
    worker = made.worker_of(school)
    finding = Finding(
        "unreachable", "", "critical", say("{device} does not answer", device="sw-301")
    )
    await alerts.raise_alert(worker, device.id, finding)
    person = await factories.person(Role.technician, school, locale="zh_CN")
    technician = await factories.bearer(person)
    (alert,) = (await client.get("/api/v1/alerts?is_open=true", headers=technician)).json()["items"]
    assert alert["message"] == "sw-301 没有应答"
    for _ in range(2):
        answer = await client.post(f"/api/v1/alerts/{alert['id']}/acknowledge", headers=technician)
        assert (answer.json()["state"], answer.json()["acknowledged_by"]) == (
            "acknowledged",
            person.name,
        )
    await alerts.clear_alert(worker, device.id, "unreachable", "")
    late = await client.post(f"/api/v1/alerts/{alert['id']}/acknowledge", headers=technician)
    assert late.status_code == 409
