"""Every change over the API: repeated it is done once, and If-Match keeps it to what was read."""

import asyncio
import json
from collections import Counter
from pathlib import Path

import httpx
import pytest
from litestar import Litestar

from api.http.preconditions import VERSIONED, row_of
from api.http.writes import OWN_KEY, WITHOUT_KEY
from core import database
from tests import factories
from tests.api.described import document_of
from tests.api.operations import Operation, operations
from tests.api.school_worlds import World, build
from tests.conftest import Stack, browser

pytestmark = pytest.mark.long

# Rows that a repetition would double or move on once more.
COUNTED = "SELECT count(*) FROM audit_event"
# Table by table: one statement about all of them takes longer to plan than these to run.
COUNT_ROWS = """
CREATE FUNCTION count_rows() RETURNS TABLE (name text, rows bigint) LANGUAGE plpgsql AS $$
BEGIN
    FOR name IN SELECT relname FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
        AND relname <> 'security_event'
    LOOP
        EXECUTE format('SELECT count(*) FROM %I', name) INTO rows;
        RETURN NEXT;
    END LOOP;
END $$
"""


@pytest.fixture
async def world(db: Stack, tmp_path: Path) -> World:
    return await build("Kestrel", tmp_path)


@pytest.fixture
async def admin(app: Litestar, world: World) -> httpx.AsyncClient:
    client = browser(app)
    await factories.signed_in(client, world.admin)
    return client


def test_every_post_takes_a_key_or_says_why_not(app: Litestar) -> None:
    without = {one.own for one in operations(app, "post") if "Idempotency-Key" not in one.headers}
    assert without == WITHOUT_KEY.keys()
    assert all(WITHOUT_KEY.values())


async def test_every_post_is_done_once_for_a_key(
    app: Litestar, world: World, admin: httpx.AsyncClient
) -> None:
    wrong, answered = [], Counter[int]()
    for number, one in enumerate(operations(app, "post")):
        if one.own in WITHOUT_KEY or one.own in OWN_KEY:
            continue
        key = {"Idempotency-Key": f"key-{number}"}
        first = await one.send(admin, world, **key)
        answered[first.status_code // 100] += 1
        before = await database.fetch_value(COUNTED)
        second = await one.send(admin, world, **key)
        if first.status_code < 300 and await database.fetch_value(COUNTED) != before:
            wrong.append((one.own, "was done again"))
        if first.status_code < 300 and (first.status_code, first.content) != (
            second.status_code,
            second.content,
        ):
            wrong.append((one.own, first.status_code, second.status_code, second.text[:200]))
        if first.status_code >= 500:
            wrong.append((one.own, first.status_code, first.text[:200]))
    assert wrong == []
    assert answered[2] > 30, answered


async def test_a_key_belongs_to_one_body(world: World, admin: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": "k"}
    path = f"/api/v1/work-orders/{world.values['order_id']}/comments"
    first = await admin.post(path, json={"text": "One"}, headers=key)
    other = await admin.post(path, json={"text": "Two"}, headers=key)
    again = await admin.post(path, json={"text": "One"}, headers=key)
    assert [one.status_code for one in (first, other, again)] == [201, 409, 201]
    assert other.json()["code"] == "key_reused"
    assert again.json() == first.json()
    assert len(first.headers) == len(again.headers)


async def test_of_32_at_once_with_one_key_one_is_done(
    world: World, admin: httpx.AsyncClient
) -> None:
    path = f"/api/v1/work-orders/{world.values['order_id']}/comments"
    answers = await asyncio.gather(
        *(
            admin.post(path, json={"text": "One"}, headers={"Idempotency-Key": "k"})
            for _ in range(32)
        )
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_what_a_post_changes_stands_and_falls_with_its_key(
    app: Litestar, world: World, admin: httpx.AsyncClient
) -> None:
    # As if the process had died when everything was changed and the answer was about to be stored.
    await database.execute(
        "CREATE FUNCTION refuse_answers() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'the process died'; END $$"
    )
    await database.execute(
        "CREATE TRIGGER refuse_answers BEFORE UPDATE ON idempotency_key"
        " FOR EACH ROW EXECUTE FUNCTION refuse_answers()"
    )
    await database.execute(COUNT_ROWS)
    try:
        before, died = await _rows(), 0
        for number, one in enumerate(operations(app, "post")):
            if one.own in WITHOUT_KEY or one.own in OWN_KEY:
                continue
            answer = await one.send(admin, world, **{"Idempotency-Key": f"key-{number}"})
            died += answer.status_code == 500
            assert await _rows() == before, one.own
        assert died > 30
    finally:
        await database.execute("DROP FUNCTION refuse_answers CASCADE")
        await database.execute("DROP FUNCTION count_rows")


async def _rows() -> dict[str, int]:
    """How many rows each table has; of the log of refusals it matters to nobody."""
    async with database.connection() as connection:
        return dict(await connection.fetch("SELECT name, rows FROM count_rows()"))


async def test_of_32_invitations_with_one_key_one_is_made(
    world: World, admin: httpx.AsyncClient
) -> None:
    # Its password is hashed outside of the transaction, in a thread.
    body = {"name": "New", "login": "new-one", "school": world.school.code, "role": "teacher"}
    answers = await asyncio.gather(
        *(
            admin.post("/api/v1/people", json=body, headers={"Idempotency-Key": "k"})
            for _ in range(32)
        )
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert await database.fetch_value("SELECT count(*) FROM person WHERE login = 'new-one'") == 1


async def test_a_password_that_is_shown_once_is_not_kept_readable(
    world: World, admin: httpx.AsyncClient
) -> None:
    body = {"name": "New", "login": "new-one", "school": world.school.code, "role": "teacher"}
    answers = [
        await admin.post("/api/v1/people", json=body, headers={"Idempotency-Key": "k"})
        for _ in range(2)
    ]
    assert answers[0].status_code == 201, answers[0].text
    assert answers[0].json() == answers[1].json()
    kept = await database.fetch_value("SELECT answer::text FROM idempotency_key")
    assert answers[0].json()["one_time_password"] not in kept


async def test_whoever_may_no_longer_do_it_is_not_answered_from_memory(
    app: Litestar, world: World, admin: httpx.AsyncClient
) -> None:
    key = {"Idempotency-Key": "k"}
    body = {"school": world.school.code, "kind": "room", "name": "One"}
    assert (await admin.post("/api/v1/places", json=body, headers=key)).status_code == 201
    await database.execute(
        "UPDATE membership SET role = 'student_helper' WHERE person = $1", world.admin.id
    )
    assert (await admin.post("/api/v1/places", json=body, headers=key)).status_code == 403


def _reading(app: Litestar) -> dict[str, Operation]:
    document = document_of(app)
    return {base: Operation(document, "get", base) for base in VERSIONED}


async def test_reading_a_versioned_row_gives_its_etag(
    app: Litestar, world: World, admin: httpx.AsyncClient
) -> None:
    versioned = await database.fetch_column(
        str,
        "SELECT table_name FROM information_schema.columns WHERE column_name = 'version'"
        " AND data_type = 'integer' AND table_schema = 'public' ORDER BY 1",
    )
    assert sorted(rows.table for _, rows in VERSIONED.values()) == versioned
    for base, one in _reading(app).items():
        answer = await one.send(admin, world)
        assert answer.status_code == 200, base
        assert answer.headers["etag"] == f'"{answer.json()["version"]}"'
        assert "ETag" in one.described["responses"]["200"]["headers"]


async def test_no_change_of_a_versioned_row_passes_another_version(
    app: Litestar, world: World, admin: httpx.AsyncClient
) -> None:
    changes = [
        one
        for one in operations(app, "post", "put", "patch", "delete")
        if row_of(one.path) is not None and one.own not in OWN_KEY
    ]
    assert len(changes) > 30
    before = await database.fetch_value(COUNTED)
    for one in changes:
        assert "If-Match" in one.headers, one.own
        assert "412" in one.described["responses"], one.own
        for tag in ('"99"', 'W/"1"', '"nothing of ours"'):
            answer = await one.send(admin, world, **{"If-Match": tag})
            assert answer.status_code == 412, (one.own, tag, answer.text)
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["code"] == "outdated"
        unreadable = await one.send(admin, world, **{"If-Match": "99"})
        assert (unreadable.status_code, unreadable.json()["field"]) == (422, "If-Match"), one.own
    assert await database.fetch_value(COUNTED) == before


@pytest.mark.parametrize("tag", ["present", "*", "several"])
async def test_what_was_read_last_is_changed(
    tag: str, app: Litestar, world: World, admin: httpx.AsyncClient
) -> None:
    for base, reading in _reading(app).items():
        item = document_of(app)["paths"][base]
        edit = (
            Operation(reading.document, "put" if "put" in item else "patch", base)
            if ("put" in item or "patch" in item)
            else None
        )
        if edit is None:
            continue
        etag = (await reading.send(admin, world)).headers["etag"]
        sent = {"present": etag, "*": "*", "several": f'"98", {etag}'}[tag]
        changed = await edit.send(admin, world, **{"If-Match": sent})
        if changed.status_code == 409 and changed.json()["code"] in ("version", "stale"):
            # The sample names a version of its own, which still counts.
            continue
        assert changed.status_code in (200, 409, 422), (base, changed.text)
        if changed.status_code == 200:
            assert changed.headers["etag"] == f'"{changed.json()["version"]}"'


async def test_the_version_may_stand_in_if_match_alone(
    world: World, admin: httpx.AsyncClient
) -> None:
    path = f"/api/v1/resources/{world.values['resource_id']}"
    etag = (await admin.get(path)).headers["etag"]
    first = await admin.patch(path, json={"title": "Light"}, headers={"If-Match": etag})
    assert (first.status_code, first.json()["title"]) == (200, "Light"), first.text
    assert first.headers["etag"] != etag
    late = await admin.patch(path, json={"title": "Sound"}, headers={"If-Match": etag})
    assert late.status_code == 412
    assert (await admin.patch(path, json={"title": "Sound"})).status_code == 422
    assert (await admin.get(path)).json()["title"] == "Light"


async def test_of_32_changes_of_one_version_one_is_made(
    world: World, admin: httpx.AsyncClient
) -> None:
    path = f"/api/v1/resources/{world.values['resource_id']}"
    etag = (await admin.get(path)).headers["etag"]
    answers = await asyncio.gather(
        *(
            admin.patch(path, json={"title": f"Title {n}"}, headers={"If-Match": etag})
            for n in range(32)
        )
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: 31}


async def test_a_row_out_of_sight_is_not_there(
    app: Litestar, world: World, admin: httpx.AsyncClient
) -> None:
    async with browser(app) as stranger:
        other = await factories.person("admin", await factories.school())
        await factories.signed_in(stranger, other)
        path = f"/api/v1/networks/{world.values['network_id']}"
        for tag in ('"1"', '"99"', "*"):
            answer = await stranger.delete(path, headers={"If-Match": tag})
            assert answer.status_code == 404
    assert json.loads((await admin.get(path)).text)["id"] == world.values["network_id"]
