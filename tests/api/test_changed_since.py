"""Lists that say what changed since a moment: nothing is missed under concurrent writes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from litestar import Litestar

from core import changes, clock, database
from tests import factories
from tests.api.operations import operations
from tests.api.school_worlds import build
from tests.conftest import Stack, browser
from tests.factories import MadePerson, MadeSchool

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


async def _read(client: httpx.AsyncClient, path: str, since: str, limit: int = 50) -> Any:
    """All rows of all pages, and what to ask for the next time."""
    rows, cursor = [], None
    while True:
        asked = {"changed_since": since, "limit": limit, **({"cursor": cursor} if cursor else {})}
        answer = await client.get(path, params=asked)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        rows += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return rows, page["changed_until"]
        assert "changed_until" not in page


@asynccontextmanager
async def _another() -> AsyncIterator[asyncpg.Connection]:
    """A connection of somebody else, beside the application's."""
    opened = await database.connect()
    try:
        yield opened
    finally:
        await opened.close()


@pytest.fixture
async def admin(client: httpx.AsyncClient, school: MadeSchool) -> MadePerson:
    who = await factories.person("admin", school)
    await factories.signed_in(client, who)
    return who


async def test_each_change_is_told_once_and_in_order(
    client: httpx.AsyncClient, admin: MadePerson, school: MadeSchool
) -> None:
    made = [await factories.asset(school) for _ in range(5)]
    rows, until = await _read(client, "/api/v1/assets", LONG_AGO.isoformat(), limit=2)
    assert [row["tag"] for row in rows] == [asset.tag for asset in made]

    # The second, then the first: by their changes, not by their tags.
    for asset in (made[1], made[0], made[1]):
        await database.execute("UPDATE asset SET name = name || 'x' WHERE id = $1", asset.id)
    rows, _ = await _read(client, "/api/v1/assets", until, limit=1)
    assert [row["tag"] for row in rows] == [made[0].tag, made[1].tag]


async def test_what_is_still_being_written_is_not_missed(
    client: httpx.AsyncClient, admin: MadePerson, school: MadeSchool
) -> None:
    asset, other = await factories.asset(school), await factories.asset(school)
    async with _another() as slow:
        written = slow.transaction()
        await written.start()
        await slow.execute("UPDATE asset SET name = 'slow' WHERE id = $1", asset.id)
        # A faster one comes later and is committed first.
        await database.execute("UPDATE asset SET name = 'fast' WHERE id = $1", other.id)
        before, until = await _read(client, "/api/v1/assets", LONG_AGO.isoformat())
        # As far as the slow one's beginning: of neither change is told yet.
        assert "fast" not in [row["name"] for row in before]
        await written.commit()
    after, _ = await _read(client, "/api/v1/assets", until)
    assert [row["name"] for row in after] == ["slow", "fast"]


async def test_what_is_rolled_back_is_no_change(
    client: httpx.AsyncClient, admin: MadePerson, school: MadeSchool
) -> None:
    asset = await factories.asset(school)
    _, until = await _read(client, "/api/v1/assets", LONG_AGO.isoformat())
    async with _another() as undone:
        written = undone.transaction()
        await written.start()
        await undone.execute("UPDATE asset SET name = 'x' WHERE id = $1", asset.id)
        await written.rollback()
    assert (await _read(client, "/api/v1/assets", until))[0] == []


async def test_a_reader_alone_holds_nothing_back(
    client: httpx.AsyncClient, admin: MadePerson, school: MadeSchool
) -> None:
    async with _another() as reader, reader.transaction():
        await reader.fetch("SELECT * FROM asset")
        asset = await factories.asset(school)
        rows, _ = await _read(client, "/api/v1/assets", LONG_AGO.isoformat())
        assert [row["tag"] for row in rows] == [asset.tag]


async def test_a_mirror_misses_nothing_while_many_write(
    client: httpx.AsyncClient, admin: MadePerson, school: MadeSchool
) -> None:
    made = [await factories.asset(school) for _ in range(4)]
    mirror: dict[str, str] = {}
    since = LONG_AGO.isoformat()

    async def write(number: int) -> None:
        async with _another() as one, one.transaction():
            for turn in range(3):
                asset = made[(number + turn) % 4 if number % 2 else number % 4]
                await one.execute(
                    "UPDATE asset SET name = $2 WHERE id = $1", asset.id, f"{number}-{turn}"
                )

    async def read() -> None:
        nonlocal since
        rows, since = await _read(client, "/api/v1/assets", since, limit=1)
        mirror.update({row["tag"]: row["name"] for row in rows})

    async def read_on() -> None:
        for _ in range(10):
            await read()

    # Each writes one asset several times, or, in another order of locks, alone.
    await asyncio.gather(*(write(number) for number in (0, 4, 8, 2, 6)), read_on())
    await read()
    stored = {a.tag: await _name(a.id) for a in made}
    assert mirror == stored


async def _name(asset: int) -> Any:
    return await database.fetch_value("SELECT name FROM asset WHERE id = $1", asset)


async def test_what_belongs_to_a_row_changes_it(
    client: httpx.AsyncClient, admin: MadePerson, school: MadeSchool
) -> None:
    asset = await factories.asset(school)
    _, until = await _read(client, "/api/v1/assets", LONG_AGO.isoformat())
    body = {"tags": [asset.tag], "group": "Class 5B"}
    assert (await client.post("/api/v1/custody", json=body)).status_code == 201
    rows, _ = await _read(client, "/api/v1/assets", until)
    assert [(row["tag"], row["holder"]) for row in rows] == [(asset.tag, "Class 5B")]

    _, until = await _read(client, "/api/v1/custody", LONG_AGO.isoformat())
    await client.post("/api/v1/custody/returns", json={"tags": [asset.tag]})
    ended, _ = await _read(client, "/api/v1/custody", until)
    assert [row["ended_at"] is not None for row in ended] == [True]


async def test_a_booking_is_told_when_it_is_made_handed_out_and_given_up(
    client: httpx.AsyncClient, admin: MadePerson, school: MadeSchool
) -> None:
    made = [await factories.asset(school) for _ in range(3)]
    same = made[0].model_id
    await database.execute("UPDATE asset SET model = $1", same)
    _, until = await _read(client, "/api/v1/bookings", LONG_AGO.isoformat())
    today = clock.today("Asia/Shanghai").isoformat()
    body = {"model_id": same, "quantity": 2, "day": today, "school": school.code}
    booked = (await client.post("/api/v1/bookings", json=body)).json()["items"][0]
    rows, until = await _read(client, "/api/v1/bookings", until)
    assert [(row["id"], row["outstanding"]) for row in rows] == [(booked["id"], 2)]

    out = {"tags": [made[0].tag], "person_id": admin.id, "booking_id": booked["id"]}
    assert (await client.post("/api/v1/custody", json=out)).status_code == 201
    rows, until = await _read(client, "/api/v1/bookings", until)
    assert [(row["id"], row["outstanding"]) for row in rows] == [(booked["id"], 1)]

    assert (await client.post(f"/api/v1/bookings/{booked['id']}/cancel", json={})).is_success
    for address in ("/api/v1/bookings", "/api/v1/holds"):
        rows, _ = await _read(client, address, until)
        assert [(row["id"], row["closed_as"]) for row in rows] == [(booked["id"], "cancelled")]


async def test_missing_parts_are_a_change_of_the_custody(
    client: httpx.AsyncClient, admin: MadePerson, school: MadeSchool
) -> None:
    asset = await factories.asset(school)
    await client.post("/api/v1/custody", json={"tags": [asset.tag], "group": "Class 5B"})
    body = {"tags": [asset.tag], "rows": [{"tag": asset.tag, "missing_parts": "Charger"}]}
    assert (await client.post("/api/v1/custody/returns", json=body)).status_code == 200
    rows, until = await _read(client, "/api/v1/custody", LONG_AGO.isoformat())
    assert [row["missing_parts"] for row in rows] == ["Charger"]
    (lack,) = (await client.get(f"/api/v1/custody/shortages/{asset.tag}")).json()["items"]
    done = await client.post(
        f"/api/v1/custody/shortages/{lack['id']}/resolution", json={"resolved_as": "found"}
    )
    assert done.is_success, done.text
    rows, _ = await _read(client, "/api/v1/custody", until)
    assert [row["missing_parts"] for row in rows] == [""]


async def test_what_goes_to_another_school_is_told_to_both(
    client: httpx.AsyncClient, admin: MadePerson, school: MadeSchool
) -> None:
    other = await factories.school()
    there = await factories.person("admin", other)
    asset = await factories.asset(school)
    _, until = await _read(client, "/api/v1/assets", LONG_AGO.isoformat())
    await database.execute("UPDATE asset SET school = $2 WHERE id = $1", asset.id, other.id)
    assert (await _read(client, "/api/v1/assets", until))[0] == []
    gone, _ = await _read(client, "/api/v1/assets/removed", until)
    assert [(row["id"], row["school_id"]) for row in gone] == [(asset.id, school.id)]

    await factories.signed_in(client, there)
    rows, _ = await _read(client, "/api/v1/assets", until)
    assert [row["tag"] for row in rows] == [asset.tag]
    assert (await _read(client, "/api/v1/assets/removed", until))[0] == []


async def test_a_moment_without_a_zone_and_a_cursor_of_another_list_are_refused(
    client: httpx.AsyncClient, admin: MadePerson, school: MadeSchool
) -> None:
    for query in ({"changed_since": "2026-09-01T00:00:00"}, {"changed_since": "soon"}):
        answer = await client.get("/api/v1/assets", params=query)
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["field"] == "changed_since"
    await factories.asset(school)
    await factories.asset(school)
    first = await client.get("/api/v1/assets", params={"limit": 1})
    mixed = {"changed_since": "2026-09-01T00:00:00Z", "cursor": first.json()["next_cursor"]}
    answer = await client.get("/api/v1/assets", params=mixed)
    assert (answer.status_code, answer.json()["code"]) == (422, "cursor")


async def test_every_list_that_takes_a_moment_tells_what_there_is(
    app: Litestar, db: Stack, tmp_path: Path
) -> None:
    world = await build("Kestrel", tmp_path)
    client = browser(app)
    await factories.signed_in(client, world.admin)
    lists = [one for one in operations(app, "get") if "changed_since" in one.in_query]
    empty = {"asset_removed_list", "device_removed_list"}
    assert {one.own for one in lists} == empty | {
        "asset_list", "custody_list", "work_order_list", "asset_model_list", "donation_list",
        "donor_list", "booking_list", "hold_list", "device_list", "alert_list", "resource_list", "person_list",
    }  # fmt: skip
    for one in lists:
        rows, until = await _read(client, one.path, LONG_AGO.isoformat(), limit=1)
        whole = (await client.get(one.path, params={"limit": 200})).json()["items"]
        assert {row["id"] for row in rows} >= {row["id"] for row in whole}, one.own
        assert bool(rows) == (one.own not in empty), one.own
        assert (await _read(client, one.path, until))[0] == [], one.own


async def test_the_next_changes_are_found_by_their_index(db: Stack, school: MadeSchool) -> None:
    await database.execute(
        "INSERT INTO row_change (at, entity, key, scope, school, action)"
        " SELECT now() - n * interval '1 second', 'asset', (n % 4000)::text, 1 + n % 10, 1, 'changed'"
        " FROM generate_series(1, 20000) n"
    )
    await database.execute("ANALYZE row_change")
    values = {"entities": ["asset"], "scopes": [3], "since": LONG_AGO, "until": clock.now()}
    values |= {"after_at": LONG_AGO, "after_id": 0, "removed": False}
    sql, args = database.numbered(changes.LATEST.format(limit=51), values)
    async with database.connection() as connection:
        rows = await connection.fetch(f"EXPLAIN {sql}", *args)
    plan = " ".join(row[0] for row in rows)
    assert "row_change_in_order" in plan
    assert "row_change_of_row" in plan
    assert "Seq Scan" not in plan


async def test_only_the_latest_change_of_a_row_is_kept(db: Stack, school: MadeSchool) -> None:
    asset = await factories.asset(school)
    await database.execute("UPDATE asset SET name = 'x' WHERE id = $1", asset.id)
    await database.execute("UPDATE row_change SET at = at - interval '2 days'")
    assert await changes.remove_replaced() > 0
    kept = await database.fetch_column(str, "SELECT action FROM row_change WHERE entity = 'asset'")
    assert kept == ["changed"]
    assert await changes.remove_replaced() == 0


@pytest.mark.parametrize(
    "narrowed", ["custody=out", "custody=overdue", "q=0", "kind=computer", "holder=1", "place=1"]
)
async def test_changes_are_narrowed_by_every_filter(
    client: httpx.AsyncClient, admin: MadePerson, school: MadeSchool, narrowed: str
) -> None:
    await factories.asset(school)
    since = LONG_AGO.isoformat().replace("+00:00", "Z")
    answer = await client.get(f"/api/v1/assets?{narrowed}&changed_since={since}")
    plain = await client.get(f"/api/v1/assets?{narrowed}")
    assert answer.status_code == 200, answer.text
    assert {row["tag"] for row in answer.json()["items"]} == {
        row["tag"] for row in plain.json()["items"]
    }


async def test_the_school_of_a_part_is_found_without_reading_every_asset(
    db: Stack, school: MadeSchool
) -> None:
    asset = await factories.asset(school)
    scans = "SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'asset'"
    async with database.transaction():
        await database.execute("SET LOCAL enable_seqscan = off")
        before = await database.fetch_value(scans)
        await database.execute(
            "INSERT INTO asset_number (asset, school, number, folded) VALUES ($1, $2, '7', '7')",
            asset.id,
            school.id,
        )
        assert await database.fetch_value(scans) == before
