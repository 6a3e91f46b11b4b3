"""Charts and availability over JSON, as pages and as files."""

import csv
from datetime import timedelta
from io import StringIO

import httpx
import pytest

from core import clock, database
from core.access import Role
from monitoring.history import rollups
from tests import factories, factories_history
from tests import factories_monitoring as made
from tests.factories import MadeSchool

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
async def device(school: MadeSchool) -> made.MadeDevice:
    """With two disks, traffic and a counter of pages for the last day."""
    of = await made.device(school, may_sleep=False)
    now = clock.now()
    await factories_history.keep(
        (of.id, metric, instance, now - timedelta(minutes=10 * n), value - n / 10)
        for metric, instance, value in (
            ("disk_used", "=C:", 70.0),
            ("disk_used", "D:", 40.0),
            ("if_in_rate", "1", 5_000_000.0),
            ("pages_printed", "", 9_000.0),
        )
        for n in range(1, 140)
    )
    await rollups.roll_up()
    return of


async def headers_of(role: Role, school: MadeSchool) -> dict[str, str]:
    return await factories.bearer(await factories.person(role, school))


@pytest.mark.parametrize("span", ["day", "week", "month", "year"])
async def test_a_span_of_one_metric(
    span: str, client: httpx.AsyncClient, school: MadeSchool, device: made.MadeDevice
) -> None:
    headers = await headers_of(Role.teacher, school)
    path = f"/api/v1/devices/{device.id}/history"
    answer = await client.get(path, params={"metric": "disk_used", "span": span}, headers=headers)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["kind"], found["unit"], found["marks"]) == ("line", "%", [])
    assert [one["label"] for one in found["series"]] == ["=C:", "D:"]
    for one in found["series"]:
        assert len(one["values"]) == len(one["low"]) == len(one["high"]) == len(found["x"])
        for low, mean, high in zip(one["low"], one["values"], one["high"], strict=True):
            assert mean is None or low - 0.001 <= mean <= high + 0.001


async def test_a_time_of_ones_own_traffic_and_growth(
    client: httpx.AsyncClient, school: MadeSchool, device: made.MadeDevice
) -> None:
    headers = await headers_of(Role.teacher, school)
    path = f"/api/v1/devices/{device.id}/history"
    since = (clock.now() - timedelta(hours=3)).isoformat().replace("+00:00", "Z")
    traffic = await client.get(
        path, params={"metric": "if_in_rate", "since": since}, headers=headers
    )
    assert traffic.json()["unit"] == "Mbit/s"
    assert max(v for v in traffic.json()["series"][0]["values"] if v) == pytest.approx(5, abs=0.1)
    assert len(traffic.json()["x"]) <= 19
    pages = (await client.get(path, params={"metric": "pages_printed"}, headers=headers)).json()
    assert (pages["kind"], len(pages["x"])) == ("bars", 25)
    assert sum(v or 0 for v in pages["series"][0]["values"]) == pytest.approx(13.8, abs=0.2)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"metric": "nonsense"}, "metric"),
        ({"metric": "disk_used", "span": "decade"}, "span"),
        ({"metric": "disk_used", "since": "2999-01-01T00:00:00Z"}, "since"),
        ({"metric": "disk_used", "since": "1999-01-01T00:00:00Z"}, "since"),
    ],
)
async def test_a_history_that_is_none_is_refused(
    query: dict[str, str],
    field: str,
    client: httpx.AsyncClient,
    school: MadeSchool,
    device: made.MadeDevice,
) -> None:
    headers = await headers_of(Role.teacher, school)
    answer = await client.get(f"/api/v1/devices/{device.id}/history", params=query, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


async def test_the_file_has_every_part_and_no_formula(
    client: httpx.AsyncClient, school: MadeSchool, device: made.MadeDevice
) -> None:
    headers = await headers_of(Role.auditor, school)
    answer = await client.get(
        f"/api/v1/devices/{device.id}/history.csv?metric=disk_used&span=week", headers=headers
    )
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(StringIO(answer.text.lstrip("\ufeff"))))
    assert rows[0] == ["at", "instance", "mean", "low", "high"]
    assert {row[1] for row in rows[1:]} == {"'=C:", "D:"}
    assert rows[1][0].endswith("+08:00")
    assert len(rows) > 40


async def test_another_schools_device_has_no_history(
    client: httpx.AsyncClient, device: made.MadeDevice
) -> None:
    stranger = await headers_of(Role.admin, await factories.school())
    for name in ("history", "history.csv", "chart"):
        path = f"/api/v1/devices/{device.id}/{name}?metric=disk_used"
        assert (await client.get(path, headers=stranger)).status_code == 404


@pytest.mark.parametrize("span", ["day", "week", "month", "year"])
async def test_the_page_shows_values_without_javascript(
    span: str, client: httpx.AsyncClient, school: MadeSchool, device: made.MadeDevice
) -> None:
    await factories.signed_in(client, await factories.person(Role.teacher, school))
    page = await client.get(f"/devices/{device.id}/history?metric=disk_used&span={span}")
    assert page.status_code == 200, page.text
    assert "=C:" in page.text
    assert "<tbody>" in page.text
    assert (await client.get(f"/devices/{device.id}?span={span}")).status_code == 200
    bars = await client.get(f"/devices/{device.id}/history?metric=pages_printed&span={span}")
    assert bars.status_code == 200
    nothing = await client.get(f"/devices/{device.id}/history?metric=cpu_load&span={span}")
    assert "Nothing was read" in nothing.text
    file = await client.get(f"/devices/{device.id}/history.csv?metric=disk_used&span={span}")
    assert file.text.count("\n") > 2


@pytest.fixture
async def room(school: MadeSchool) -> int:
    """With one device that was down for a tenth of its ten days last month."""
    place = await factories.place(school)
    asset = await factories.asset(school, place=place)
    of = await made.device(school, asset=asset, may_sleep=False)
    begins = (clock.now().replace(day=1) - timedelta(days=15)).replace(microsecond=0)
    await factories_history.lived(
        school,
        of.id,
        [
            ("up", begins, begins + timedelta(days=9)),
            ("down", begins + timedelta(days=9), begins + timedelta(days=10)),
        ],
    )
    return place


def last_month() -> str:
    return f"{clock.now().replace(day=1) - timedelta(days=15):%Y-%m}"


@pytest.mark.parametrize("role", [Role.admin, Role.technician, Role.auditor])
async def test_availability_over_json(
    role: Role, client: httpx.AsyncClient, school: MadeSchool, room: int
) -> None:
    headers = await headers_of(role, school)
    path = "/api/v1/reports/availability"
    answer = await client.get(path, params={"month": last_month()}, headers=headers)
    assert answer.status_code == 200, answer.text
    [row] = answer.json()["rows"]
    assert (row["key"], row["figures"]["percent"], row["figures"]["outages"]) == (room, 90.0, 1)
    of_room = {"month": last_month(), "by": "device", "room_id": str(room)}
    devices = await client.get(path, params=of_room, headers=headers)
    assert devices.json()["totals"] == answer.json()["totals"]
    refused = await client.get(path, params={"month": "soon"}, headers=headers)
    assert refused.status_code == 422


async def test_availability_is_not_for_teachers(
    client: httpx.AsyncClient, school: MadeSchool
) -> None:
    for role in (Role.teacher, Role.student_helper):
        headers = await headers_of(role, school)
        answer = await client.get("/api/v1/reports/availability", headers=headers)
        assert answer.status_code == 403


async def test_availability_as_pages_and_file(
    client: httpx.AsyncClient, school: MadeSchool, room: int
) -> None:
    await factories.signed_in(client, await factories.person(Role.auditor, school))
    rooms = await client.get("/availability", params={"month": last_month()})
    assert rooms.status_code == 200
    assert f"room={room}" in rooms.text
    assert "90.00" in rooms.text
    devices = await client.get("/availability", params={"month": last_month(), "room": room})
    assert devices.status_code == 200
    assert "/devices/" in devices.text
    wrong = await client.get("/availability?month=2098-01")
    assert wrong.status_code == 422
    assert "This month has not begun" in wrong.text
    file = await client.get("/availability.csv", params={"month": last_month()})
    rows = list(csv.reader(StringIO(file.text.lstrip("\ufeff"))))
    assert len(rows) == 3
    assert rows[1][2] == rows[2][2] == "90.0"


async def test_an_empty_month_says_so(client: httpx.AsyncClient, school: MadeSchool) -> None:
    await factories.signed_in(client, await factories.person(Role.technician, school))
    page = await client.get("/availability?month=2024-01")
    assert "No device was watched in this month" in page.text
    await database.execute("UPDATE school SET zone = 'UTC' WHERE id = $1", school.id)
    assert (await client.get("/availability")).status_code == 200
