"""The security log: what it tells, to whom, what it never holds, and that nobody changes it."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest
from litestar import Litestar

from core import database, housekeeping, security_log, sign_in, throttle
from core.access import Role
from core.clock import now
from core.errors import Invalid
from core.security_log import Kind, SecurityFilter
from tests import factories
from tests.conftest import Stack, browser
from tests.factories import PASSWORD, MadePerson, MadeSchool

SECRETS = ("not-the-password", PASSWORD, "lsh_")


async def _told(client: httpx.AsyncClient, **only: Any) -> list[dict[str, Any]]:
    found = await client.get("/api/v1/security-events", params=only)
    items: list[dict[str, Any]] = found.json()["items"]
    return items


async def test_sign_ins_good_failed_and_stopped_are_told(
    client: httpx.AsyncClient, admin: MadePerson, app: Litestar
) -> None:
    async with browser(app) as other:
        for password in (PASSWORD, "not-the-password"):
            await other.post("/sign-in", data={"login": admin.login, "password": password})
        await other.post("/sign-in", data={"login": "typed-my-secret", "password": "x"})
        await database.execute("DELETE FROM known_browser")
        for _ in range(throttle.MOST_FAILURES_OF_A_LOGIN + 1):
            await other.post("/sign-in", data={"login": admin.login, "password": "x"})
    kinds = [event["kind"] for event in await _told(client)]
    assert kinds[0] == "sign_in_throttled"
    assert kinds[-3:] == ["sign_in_failed", "sign_in_failed", "signed_in"]
    # A sign-in name that is nobody's may be a password: it is not written down.
    [unknown] = [e for e in await _told(client) if e["person_id"] is None]
    assert unknown["kind"] == "sign_in_failed"
    page = (await client.get("/security-log")).text
    for secret in (*SECRETS, "typed-my-secret"):
        assert secret not in page
    assert "127.0.0.1" in page
    assert "Sign-in stopped after too many tries" in page


@pytest.mark.parametrize("door", ["/account/confirm", "/account/password", "json"])
async def test_wrong_passwords_of_somebody_signed_in_are_told(
    client: httpx.AsyncClient, admin: MadePerson, door: str
) -> None:
    new = "willow kettle orbit"
    for _ in range(sign_in.MOST_WRONG_PASSWORDS):
        if door == "json":
            await client.post("/api/v1/sign-ins/confirm", json={"password": "not-the-password"})
        else:
            form = {"confirm_password": "not-the-password", "current_password": "not-the-password"}
            form |= {"new_password": new, "new_password_again": new}
            await client.post(door, data=form)
    await factories.signed_in(client, admin)
    told = [e for e in await _told(client) if e["kind"] != "signed_in"]
    assert [e["kind"] for e in told] == [
        "session_ended",
        *["password_check_failed"] * sign_in.MOST_WRONG_PASSWORDS,
    ]
    assert {(e["person_id"], e["address"]) for e in told} == {(admin.id, "127.0.0.1")}
    page = (await client.get("/security-log")).text
    assert "Wrong password while signed in" in page
    assert "not-the-password" not in page


async def test_a_second_step_that_is_stopped_is_told(
    client: httpx.AsyncClient, admin: MadePerson, app: Litestar
) -> None:
    await client.post("/account/second-factor/begin")
    await database.execute("UPDATE second_factor SET confirmed_at = now()")
    async with browser(app) as other:
        await other.post("/sign-in", data={"login": admin.login, "password": PASSWORD})
        for _ in range(throttle.MOST_FAILURES_OF_A_LOGIN + 1):
            await other.post("/sign-in/code", data={"code": "no code"})
    told = await _told(client)
    assert [e["kind"] for e in told[:2]] == ["code_throttled", "code_failed"]
    assert (told[0]["person_id"], told[0]["address"]) == (admin.id, "127.0.0.1")


async def test_a_first_password_is_told_with_its_address(
    client: httpx.AsyncClient, admin: MadePerson, school: MadeSchool, app: Litestar
) -> None:
    who = await factories.person("teacher", school)
    given = await client.post(f"/api/v1/people/{who.id}/invite")
    async with browser(app) as own:
        form = {"login": who.login, "password": given.json()["one_time_password"]}
        await own.post("/sign-in", data=form)
        new = "willow kettle orbit"
        form = {"new_password": new, "new_password_again": new}
        assert (await own.post("/sign-in/first", data=form)).status_code == 303
    [event] = await _told(client, kind="password_changed")
    assert (event["person_id"], event["address"]) == (who.id, "127.0.0.1")
    assert admin.id


async def test_what_changes_who_may_do_what_is_told(
    client: httpx.AsyncClient, admin: MadePerson, school: MadeSchool
) -> None:
    teacher = await factories.person("teacher", school)
    role = {"school": school.code, "role": "technician"}
    given = await client.post(f"/api/v1/people/{teacher.id}/memberships", json=role)
    ids = [m["id"] for m in given.json()["memberships"] if m["role"] == "technician"]
    await client.delete(f"/api/v1/people/{teacher.id}/memberships/{ids[0]}")
    made = await client.post("/api/v1/tokens", json={"name": "t", "scopes": ["library:read"]})
    await client.delete(f"/api/v1/tokens/{made.json()['id']}")
    await client.post(f"/api/v1/people/{teacher.id}/invite")
    await client.post(f"/api/v1/people/{teacher.id}/close")
    await client.post(f"/api/v1/people/{teacher.id}/reopen")
    await client.get("/assets.csv")
    await client.get(f"/api/v1/schools/{school.id + 99}")
    await client.post("/account", headers={"origin": "https://evil.test"})
    found = [(event["kind"], event["actor_name"]) for event in await _told(client)]
    assert found[::-1] == [
        (kind, admin.name)
        for kind in (
            "role_given",
            "role_ended",
            "token_made",
            "token_revoked",
            "password_reset",
            "account_closed",
            "account_reopened",
            "export",
            "cross_site_refused",
        )
    ]
    [made_event] = await _told(client, kind="token_made")
    assert made_event["detail"].endswith(": library:read")
    assert made.json()["secret"] not in str(await _told(client))


async def test_who_is_refused_is_told_and_who_is_asked_for_the_password_is_not(
    client: httpx.AsyncClient, admin: MadePerson, school: MadeSchool, app: Litestar
) -> None:
    teacher = await factories.person("teacher", school)
    async with browser(app) as other:
        await factories.signed_in(other, teacher)
        assert (await other.get("/people")).status_code == 403
        stranger = {"name": "t", "scopes": ["library:read"]}
        await database.execute(
            "UPDATE sign_in SET confirmed_at = NULL WHERE person = $1", teacher.id
        )
        assert (await other.post("/api/v1/tokens", json=stranger)).status_code == 403
    [refused] = await _told(client)
    assert (refused["kind"], refused["person_id"]) == ("access_refused", teacher.id)
    assert refused["detail"] == "GET /people"
    other_school = await factories.school()
    await client.get("/api/v1/people", params={"school": other_school.code})
    assert [e["person_id"] for e in await _told(client)] == [admin.id, teacher.id]
    assert admin.id


async def test_no_letter_of_an_address_keeps_a_refusal_out_of_the_log(
    client: httpx.AsyncClient, admin: MadePerson, school: MadeSchool, app: Litestar
) -> None:
    helper = await factories.person("student_helper", school)
    async with browser(app) as other:
        await factories.signed_in(other, helper)
        # NUL cannot be stored; the others end, colour or turn round a line that somebody reads.
        for letter in ("%00", "%0A", "%1B", "%C2%9B", "%E2%80%AE"):
            assert (await other.get(f"/assets/x{letter}y/edit")).status_code == 403
        evil = {"origin": "https://evil.test"}
        assert (await other.post("/assets/x%00y/edit", headers=evil)).status_code == 403
    told = await _told(client, person_id=helper.id)
    assert [event["detail"] for event in told[1:]] == ["GET /assets/x\ufffdy/edit"] * 5
    assert (told[0]["kind"], told[0]["detail"]) == (
        "cross_site_refused",
        "POST /assets/x\ufffdy/edit",
    )
    assert admin.id


async def test_each_school_sees_its_own_peoples_events(
    client: httpx.AsyncClient, admin: MadePerson, school: MadeSchool
) -> None:
    there = await factories.school()
    theirs, ours = (
        await factories.person("teacher", there),
        await factories.person("teacher", school),
    )
    both = await factories.person("teacher", school, there)
    for who in (theirs, ours, both):
        await security_log.record(Kind.signed_in, person_id=who.id)
    await security_log.record(Kind.role_given, person_id=both.id, school_id=there.id)
    await security_log.record(Kind.key_rotated)
    found = [(e["kind"], e["person_id"]) for e in await _told(client)]
    assert found == [("key_rotated", None), ("signed_in", both.id), ("signed_in", ours.id)]
    assert [e["person_id"] for e in await _told(client, person_id=theirs.id)] == []
    auditor = await factories.person("auditor", school)
    await factories.signed_in(client, auditor)
    assert (await client.get("/security-log")).status_code == 403
    assert admin.id


async def test_who_has_left_a_school_is_seen_where_they_work_now(
    client: httpx.AsyncClient, admin: MadePerson, school: MadeSchool
) -> None:
    there = await factories.school()
    moved = await factories.person("teacher", school, there)
    gone = await factories.person("teacher", school)
    for who in (moved, gone):
        await security_log.record(Kind.signed_in, person_id=who.id, address="10.0.0.1")
    await database.execute(
        "UPDATE membership SET valid_until = now() WHERE school = $1 AND person = any($2::bigint[])",
        school.id,
        [moved.id, gone.id],
    )
    for who in (moved, gone):
        await security_log.record(Kind.signed_in, person_id=who.id, address="10.0.0.2")
    seen = {
        (e["person_id"], e["address"]) for e in await _told(client) if e["person_id"] != admin.id
    }
    # Somebody who knocks at an account that is nobody's any more is told where it was.
    assert seen == {(moved.id, "10.0.0.1"), (gone.id, "10.0.0.1"), (gone.id, "10.0.0.2")}


async def test_filters_and_pages_and_the_file(client: httpx.AsyncClient, admin: MadePerson) -> None:
    for number in range(5):
        kind = Kind.export if number % 2 else Kind.signed_in
        await security_log.record(kind, person_id=admin.id, detail=f"={number}")
    page = await client.get("/api/v1/security-events", params={"limit": 2})
    rest = await client.get(
        "/api/v1/security-events", params={"limit": 200, "cursor": page.json()["next_cursor"]}
    )
    details = [e["detail"] for e in page.json()["items"] + rest.json()["items"]]
    assert details == ["=4", "=3", "=2", "=1", "=0"]
    today = now().date().isoformat()
    assert len(await _told(client, kind="export")) == 2
    tomorrow = (now() + timedelta(days=2)).date().isoformat()
    assert await _told(client, day=tomorrow) == []
    wrong = await client.get("/api/v1/security-events", params={"day": "0001-01-01"})
    assert wrong.status_code == 422
    file = await client.get("/security-log.csv", params={"kind": "export"})
    assert file.headers["content-type"].startswith("text/csv")
    assert file.text.count("\r\n") == 3
    assert "'=3" in file.text
    assert today[:4] in file.text
    by_token = await factories.bearer(admin, "people:read")
    assert (await client.get("/security-log.csv", headers=by_token)).status_code == 200


async def test_nobody_changes_an_event_and_only_old_ones_go(db: Stack) -> None:
    await security_log.record(Kind.key_rotated)
    for sql in (
        "UPDATE security_event SET detail = 'x'",
        "DELETE FROM security_event",
        "UPDATE security_event SET at = now() - interval '90 days'",
    ):
        with pytest.raises(asyncpg.RestrictViolationError):
            await database.execute(sql)
    for days in (29, 40, 400):
        await database.execute(
            "INSERT INTO security_event (at, kind, address, detail)"
            " VALUES (now() - make_interval(days => $1), 'export', '', '')",
            days,
        )
    await housekeeping.remove_what_is_over(db.settings)
    assert await database.fetch_value("SELECT count(*) FROM security_event") == 3
    sooner = msgspec.structs.replace(db.settings, keep_security_days=1)
    await housekeeping.remove_what_is_over(sooner)
    assert await database.fetch_value("SELECT count(*) FROM security_event") == 2


async def test_a_stranger_cannot_fill_the_log(
    client: httpx.AsyncClient, school: MadeSchool
) -> None:
    teacher = await factories.person("teacher", school)
    await factories.signed_in(client, teacher)
    for _ in range(4):
        await asyncio.gather(*(client.get("/people") for _ in range(10)))
    stored = await database.fetch_value("SELECT count(*) FROM security_event")
    # Those that come at once may not see each other yet; the next do.
    assert security_log.MOST_A_MINUTE <= stored < security_log.MOST_A_MINUTE + 10


async def test_what_is_told_has_a_bound(db: Stack) -> None:
    assert db
    await security_log.record(Kind.export, address="x" * 500, detail="行" * 5000)
    length = await database.fetch_value(
        "SELECT length(detail) + length(address) FROM security_event"
    )
    assert length == 264
    admin = await factories.person(Role.admin, await factories.school())
    with pytest.raises(Invalid):
        await security_log.list_events(admin.actor, SecurityFilter(), limit=0)
