"""The usage report over JSON, as pages and as a file."""

import csv
import re
from datetime import timedelta
from io import StringIO

import httpx
import pytest

from core import clock
from core.access import Role
from tests import factories, factories_repairs
from tests import factories_usage as made

URL = "/api/v1/reports/usage"


@pytest.fixture
async def school(db: object) -> factories.MadeSchool:
    """With one donated computer that was on for two hours yesterday and is in repair."""
    of = await factories.school()
    model = await factories.asset_model(name="Desk One")
    _, line = await made.donation_line(of, "=Spring gift", model)
    asset = await factories.asset(of, model=model, donation_line=line)
    await made.created(asset, clock.now() - timedelta(days=60))
    device = await made.device(asset, since=clock.now() - timedelta(days=10))
    on_at = clock.now() - timedelta(days=3)
    await made.powered(asset, device, (on_at, on_at + timedelta(hours=2)))
    await factories_repairs.order(asset)
    return of


async def test_the_report_over_json(
    client: httpx.AsyncClient, school: factories.MadeSchool
) -> None:
    admin = await factories.bearer(await factories.person(Role.admin, school), "reports:read")
    answer = await client.get(URL, params={"by": "donation"}, headers=admin)
    assert answer.status_code == 200, answer.text
    report = answer.json()
    [row] = report["rows"]
    assert row["label"] == "=Spring gift"
    assert row["figures"]["hours_on"] == 2.0
    assert row["figures"]["hours_per_day"] == 0.2
    assert row["figures"]["repairs"] == 1
    assert row["figures"]["in_repair"] == 1
    assert report["totals"] == row["figures"]
    assert len(report["days"]) == 30
    story = {"by": "asset", "donation_id": row["key"], "from": "2026-01-01"}
    answer = await client.get(URL, params=story, headers=admin)
    assert answer.json()["totals"]["assets"] == 1


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "2026-03-02", "to": "2026-03-01"}, "from"),
        ({"from": "yesterday"}, "from"),
        ({"by": "colour"}, "by"),
        ({"by": "asset"}, "donation_id"),
    ],
)
async def test_a_report_that_makes_no_sense_is_refused(
    client: httpx.AsyncClient, school: factories.MadeSchool, query: dict[str, str], field: str
) -> None:
    admin = await factories.bearer(await factories.person(Role.admin, school))
    answer = await client.get(URL, params=query, headers=admin)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


async def test_teachers_and_technicians_do_not_read_it(
    client: httpx.AsyncClient, school: factories.MadeSchool
) -> None:
    for role in (Role.teacher, Role.technician, Role.student_helper):
        headers = await factories.bearer(await factories.person(role, school))
        assert (await client.get(URL, headers=headers)).status_code == 403


@pytest.mark.parametrize("by", ["donation", "model", "school", "room"])
@pytest.mark.parametrize("period", ["month", "term", "year", "days"])
async def test_the_page_shows_each_group_and_period(
    client: httpx.AsyncClient, school: factories.MadeSchool, by: str, period: str
) -> None:
    await factories.signed_in(client, await factories.person(Role.auditor, school))
    answer = await client.get("/usage", params={"by": by, "period": period})
    assert answer.status_code == 200
    assert "data-chart" in answer.text
    assert "style=" not in answer.text


async def test_wrong_days_are_named_on_the_page(
    client: httpx.AsyncClient, school: factories.MadeSchool
) -> None:
    await factories.signed_in(client, await factories.person(Role.admin, school))
    answer = await client.get(
        "/usage", params={"period": "days", "from": "2026-03-02", "to": "2026-03-01"}
    )
    assert answer.status_code == 422
    assert "The first day comes after the last one" in answer.text


async def test_the_file_opens_in_a_spreadsheet_and_runs_nothing(
    client: httpx.AsyncClient, school: factories.MadeSchool
) -> None:
    await factories.signed_in(client, await factories.person(Role.admin, school, locale="zh_CN"))
    answer = await client.get("/usage.csv", params={"by": "donation"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.content.startswith("\ufeff捐赠".encode())
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["捐赠", "'=Spring gift", "合计"]
    assert {len(row) for row in rows} == {20}
    assert rows[1][1:5] == ["1", "1", "0", "2.0"]


async def test_the_story_of_a_donation_is_for_its_school(
    client: httpx.AsyncClient, school: factories.MadeSchool
) -> None:
    admin = await factories.person(Role.admin, school)
    [row] = (
        await client.get(URL, params={"by": "donation"}, headers=await factories.bearer(admin))
    ).json()["rows"]
    await factories.signed_in(client, admin)
    page = await client.get(f"/donations/{row['key']}/usage")
    assert page.status_code == 200
    assert "Desk One" in page.text
    file = await client.get(f"/donations/{row['key']}/usage.csv", params={"by": "asset"})
    assert file.status_code == 200
    stranger = await factories.person(Role.admin, await factories.school())
    await factories.signed_in(client, stranger)
    assert (await client.get(f"/donations/{row['key']}/usage")).status_code == 404


async def test_idle_equipment_is_listed_the_longest_idle_first(
    client: httpx.AsyncClient, school: factories.MadeSchool
) -> None:
    admin = await factories.person(Role.admin, school)
    now = clock.now()
    held, never, used, out, new = [await factories.asset(school) for _ in range(5)]
    for asset in (held, never, used, out):
        await made.created(asset, now - timedelta(days=90))
    for asset in (held, never):
        await made.device(asset, since=now - timedelta(days=90))
    await made.held(held, admin, now - timedelta(days=80), now - timedelta(days=40))
    await made.held(out, admin, now - timedelta(days=80), None)
    device = await made.device(used, since=now - timedelta(days=90))
    await made.powered(used, device, (now - timedelta(days=2), now - timedelta(days=1)))
    await factories.asset(await factories.school())
    headers = await factories.bearer(admin)
    first = (await client.get("/api/v1/reports/idle?limit=1", headers=headers)).json()
    rest = (
        await client.get(
            "/api/v1/reports/idle", params={"cursor": first["next_cursor"]}, headers=headers
        )
    ).json()
    assert [a["tag"] for a in first["items"] + rest["items"]] == [never.tag, held.tag]
    await factories.signed_in(client, admin)
    page = await client.get("/usage/idle")
    assert held.tag in page.text
    assert new.tag not in page.text


async def test_home_usage_list_story_and_file_tell_one_number_of_idle_things(
    client: httpx.AsyncClient, school: factories.MadeSchool
) -> None:
    admin = await factories.person(Role.admin, school, locale="en")
    now, long_ago = clock.now(), clock.now() - timedelta(days=90)
    model = await factories.asset_model(name="Desk Two")
    donation, line = await made.donation_line(school, "Autumn gift", model)
    kinds = ["computer", "computer", "computer", "book", "network", "ups", "computer", "computer"]
    things = [
        await factories.asset(
            school,
            model=model if kind == "computer" else await factories.asset_model(kind),
            donation_line=line if kind == "computer" else None,
        )
        for kind in kinds
    ]
    for thing in things:
        await made.created(thing, long_ago)
    left = await factories.asset(school, model=model, lifecycle="retired")
    await made.left(left, long_ago)
    idle, in_room, used, _, _, _, _, held = things
    for thing in (idle, in_room, things[5]):
        await made.device(thing, since=long_ago)
    await made.held_by_place(in_room, await factories.place(school), admin, long_ago)
    device = await made.device(held, since=long_ago)
    await made.powered(held, device, (long_ago, long_ago + timedelta(hours=1)))
    await made.held(held, admin, now - timedelta(days=80), None)
    device = await made.device(used, since=long_ago)
    await made.powered(used, device, (now - timedelta(days=2), now - timedelta(days=1)))

    headers = await factories.bearer(admin)
    totals = (await client.get(URL, headers=headers)).json()["totals"]
    assert (totals["idle"], totals["use_unknown"], totals["infrastructure"]) == (2, 2, 2)
    listed = (await client.get("/api/v1/reports/idle", headers=headers)).json()["items"]
    assert {one["tag"] for one in listed} == {idle.tag, in_room.tag}
    await factories.signed_in(client, admin)
    home = await client.get("/")
    assert _tile(home, "Idle for 30 days") == "2"
    owned = re.search(r"of (\d+) asset", home.text)
    assert owned is not None
    assert owned[1] == "9"
    assert _tile(await client.get("/usage"), "Assets") == "9"
    assert _tile(await client.get("/usage"), "Idle for 30 days") == "2"
    assert _tile(await client.get(f"/donations/{donation}/usage"), "Idle for 30 days") == "2"
    file = await client.get("/usage.csv")
    rows = list(csv.DictReader(StringIO(file.content.decode("utf-8-sig"))))
    last = rows[-1]
    shown = [last[name] for name in ("Idle for 30 days", "Use not known", "Meant to be always on")]
    assert shown == ["2", "2", "2"]


def _tile(page: httpx.Response, label: str) -> str:
    """The number on the tile of that name."""
    found = re.search(
        rf'tile-label">{label}</span>\s*<span class="tile-value">([0-9,]+)</span>', page.text
    )
    assert found is not None, page.text[:2000]
    return found[1]
