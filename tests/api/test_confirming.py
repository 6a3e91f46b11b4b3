"""What a borrowed browser or a lost token must not do, and what a new password ends."""

import asyncio
import re
from html import unescape

import httpx
import pytest
from litestar import Litestar

from core import database, passwords, sign_in, tokens
from core.access import Role
from core.tokens import NewToken
from tests import factories
from tests.conftest import browser
from tests.factories import PASSWORD, MadePerson, MadeSchool

HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')
TOKEN_FORM = {"name": "Backup <script>", "scopes": ["library:read", "people:read"], "days": "90"}


@pytest.fixture
async def admin(client: httpx.AsyncClient, school: MadeSchool) -> MadePerson:
    """An admin who typed the password an hour ago."""
    who = await factories.person("admin", school)
    await factories.signed_in(client, who)
    await _let_time_pass()
    return who


async def _let_time_pass() -> None:
    await database.execute("UPDATE sign_in SET confirmed_at = now() - interval '11 minutes'")


def _kept(page: httpx.Response) -> dict[str, list[str]]:
    """The fields that the page which asks carries along."""
    fields: dict[str, list[str]] = {}
    form = page.text.partition('action="/account/confirm"')[2].partition("</form>")[0]
    for name, value in HIDDEN.findall(form):
        fields.setdefault(name, []).append(unescape(value))
    return fields


async def _confirm(
    client: httpx.AsyncClient, asked: httpx.Response, password: str = PASSWORD
) -> httpx.Response:
    form = {**_kept(asked), "confirm_password": password}
    return await client.post("/account/confirm", data=form, follow_redirects=True)


async def test_making_a_token_asks_for_the_password_and_keeps_what_was_typed(
    client: httpx.AsyncClient, admin: MadePerson
) -> None:
    asked = await client.post("/account/tokens", data=TOKEN_FORM)
    assert asked.status_code == 403
    assert "Type your password again" in asked.text
    assert await database.fetch_value("SELECT count(*) FROM api_token") == 0
    wrong = await _confirm(client, asked, "not the password")
    assert (wrong.status_code, "not your current password" in wrong.text) == (422, True)
    assert _kept(wrong) == _kept(asked)
    assert "not the password" not in wrong.text
    made = await _confirm(client, wrong)
    assert "lsh_" in made.text
    [token] = await tokens.list_tokens(admin.actor)
    assert (token.name, token.scopes) == ("Backup <script>", ("library:read", "people:read"))
    # For ten minutes nothing is asked again.
    assert (await client.post("/account/tokens", data=TOKEN_FORM)).status_code < 300


@pytest.mark.parametrize("step", ["role", "end", "invite", "close", "admin"])
async def test_what_changes_who_may_do_what_asks_for_the_password(
    client: httpx.AsyncClient, admin: MadePerson, school: MadeSchool, step: str
) -> None:
    teacher = await factories.person("teacher", school)
    role = await database.fetch_value("SELECT id FROM membership WHERE person = $1", teacher.id)
    path, form = {
        "role": (f"/people/{teacher.id}/roles", {"school_id": school.id, "role": "technician"}),
        "end": (f"/people/{teacher.id}/roles/{role}/end", {}),
        "invite": (f"/people/{teacher.id}/invite", {}),
        "close": (f"/people/{teacher.id}/close", {}),
        "admin": (
            "/people",
            {"name": "Two", "login": "admin-two", "school_id": school.id, "role": "admin"},
        ),
    }[step]
    before = await _standing()
    asked = await client.post(path, data=form)
    assert asked.status_code == 403
    assert await _standing() == before
    assert (await _confirm(client, asked)).status_code < 300
    assert await _standing() != before
    assert admin.id


async def _standing() -> str:
    found: str = await database.fetch_value(
        "SELECT coalesce((SELECT string_agg(m::text, ';' ORDER BY id) FROM membership m), '')"
        " || (SELECT string_agg(p::text, ';' ORDER BY id) FROM person p)"
    )
    return found


async def test_over_json_the_same_steps_are_refused_until_confirmed(
    client: httpx.AsyncClient, admin: MadePerson, school: MadeSchool
) -> None:
    teacher = await factories.person("teacher", school)
    path = f"/api/v1/people/{teacher.id}/close"
    refused = await client.post(path)
    assert (refused.status_code, refused.json()["code"]) == (403, "confirm_password")
    wrong = await client.post("/api/v1/sign-ins/confirm", json={"password": "wrong"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "password")
    right = await client.post("/api/v1/sign-ins/confirm", json={"password": PASSWORD})
    assert right.status_code == 204
    assert (await client.post(path)).status_code == 200
    assert admin.id


async def test_a_borrowed_browser_is_no_place_to_guess_the_password(
    client: httpx.AsyncClient, admin: MadePerson, app: Litestar
) -> None:
    async with browser(app) as own:
        form = {"login": admin.login, "password": PASSWORD}
        assert (await own.post("/sign-in", data=form)).status_code == 303
        asked = await client.post("/account/tokens", data=TOKEN_FORM)
        for _ in range(sign_in.MOST_WRONG_PASSWORDS - 1):
            # A quarter of an hour each: patience gives no more tries.
            await database.execute("UPDATE sign_in_attempt SET at = at - interval '16 minutes'")
            assert (await _confirm(client, asked, "wrong")).status_code == 422
        last = await _confirm(client, asked, "wrong")
        assert last.url.path == "/sign-in"
        assert "wrong too often, so you were signed out here" in last.text
        # Not even the right one: the session is over, while the owner works on elsewhere.
        assert (await client.get("/account")).status_code == 303
        assert (await own.get("/account")).status_code == 200
        assert (await own.post("/sign-in", data=form)).status_code == 303
    kinds = await database.fetch_column(
        str, "SELECT kind FROM security_event WHERE kind LIKE 'sess%'"
    )
    assert kinds == ["session_ended"]


async def test_a_right_password_gives_a_session_all_its_tries_again(
    client: httpx.AsyncClient, admin: MadePerson
) -> None:
    asked = await client.post("/account/tokens", data=TOKEN_FORM)
    for password in ["wrong"] * 9 + [PASSWORD] + ["wrong"] * 9:
        form = {**_kept(asked), "confirm_password": password}
        answer = await client.post("/account/confirm", data=form)
        assert answer.status_code == (307 if password == PASSWORD else 422)
    assert (await client.get("/account")).status_code == 200
    assert admin.id


async def test_guesses_sent_at_once_are_no_more_than_one_by_one(
    client: httpx.AsyncClient, admin: MadePerson
) -> None:
    await database.execute("UPDATE sign_in SET wrong_passwords = 7")
    guess = {"password": "not-the-password"}
    answers = await asyncio.gather(
        *(client.post("/api/v1/sign-ins/confirm", json=guess) for _ in range(32))
    )
    judged = [answer for answer in answers if answer.status_code == 422]
    assert len(judged) <= 2
    assert {answer.status_code for answer in answers} <= {401, 422, 429}
    ended = "SELECT count(*) FROM security_event WHERE kind = 'session_ended'"
    assert await database.fetch_value(ended) == 1
    assert (await client.get("/api/v1/me")).status_code == 401
    assert admin.id


@pytest.mark.parametrize(
    "target",
    [
        "/account/confirm",
        "/account/confirm?a=1",
        "/account/confirm/",
        "/account/./confirm#x",
        "/a/%2e%2e/account//%63onfirm",
    ],
)
async def test_the_form_that_asks_for_the_password_is_not_sent_to_itself(
    client: httpx.AsyncClient, admin: MadePerson, target: str
) -> None:
    form = {"confirm_target": target, "confirm_password": PASSWORD}
    answer = await client.post("/account/confirm", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert admin.id


@pytest.mark.parametrize("target", ["https://evil.test/", "//evil.test", ""])
async def test_a_confirmed_form_is_sent_on_to_nowhere_but_here(
    client: httpx.AsyncClient, admin: MadePerson, target: str
) -> None:
    form = {"confirm_target": target, "confirm_password": PASSWORD}
    answer = await client.post("/account/confirm", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert admin.id


async def test_a_token_makes_no_admins_and_unmakes_none(
    client: httpx.AsyncClient, school: MadeSchool
) -> None:
    admin, other = await factories.person("admin", school), await factories.person("admin", school)
    teacher = await factories.person("teacher", school)
    by_token = {"origin": "", **await factories.bearer(admin, "people:write")}
    new_admin = {"school": school.code, "role": "admin"}
    role = await database.fetch_value("SELECT id FROM membership WHERE person = $1", other.id)
    facts = {"name": "Mine", "login": "mine"}
    before = await _standing()
    for method, path, body in (
        ("POST", "/api/v1/schools", {"code": "MINE", "name_en": "Mine"}),
        ("POST", f"/api/v1/people/{teacher.id}/memberships", new_admin),
        ("DELETE", f"/api/v1/people/{other.id}/memberships/{role}", None),
        ("PUT", f"/api/v1/people/{other.id}", facts),
        ("POST", f"/api/v1/people/{other.id}/close", None),
        ("POST", f"/api/v1/people/{other.id}/reopen", None),
    ):
        answer = await client.request(method, path, json=body, headers=by_token)
        assert (answer.status_code, answer.json()["code"]) == (403, "admins_in_person"), path
    for path in ("/api/v1/people", f"/api/v1/people/{other.id}/invite", "/api/v1/tokens"):
        assert (await client.post(path, headers=by_token)).status_code == 403
    assert await _standing() == before
    assert await database.fetch_value("SELECT count(*) FROM school") == 1
    helper = {"school": school.code, "role": "student_helper"}
    path = f"/api/v1/people/{teacher.id}/memberships"
    assert (await client.post(path, json=helper, headers=by_token)).status_code == 201


async def _sessions_and_tokens(who: MadePerson) -> tuple[int, int]:
    return (
        await database.fetch_value(
            "SELECT count(*) FROM sign_in WHERE person = $1 AND revoked_at IS NULL", who.id
        ),
        await database.fetch_value(
            "SELECT count(*) FROM api_token WHERE person = $1 AND revoked_at IS NULL", who.id
        ),
    )


async def test_another_password_ends_every_other_session_and_every_token(
    client: httpx.AsyncClient, school: MadeSchool, app: Litestar
) -> None:
    who = await factories.person("teacher", school)
    async with browser(app) as phone:
        await factories.signed_in(phone, who)
    await factories.signed_in(client, who)
    headers = await factories.bearer(who)
    assert "tokens of your programs are revoked" in (await client.get("/account/password")).text
    new = "willow kettle orbit"
    form = {"current_password": PASSWORD, "new_password": new, "new_password_again": new}
    assert (await client.post("/account/password", data=form)).status_code == 303
    assert await _sessions_and_tokens(who) == (1, 0)
    assert (await client.get("/account")).status_code == 200
    async with browser(app) as program:
        assert (await program.get("/api/v1/me", headers=headers)).status_code == 401


async def test_a_password_that_an_admin_resets_ends_sessions_and_tokens(
    client: httpx.AsyncClient, school: MadeSchool, app: Litestar
) -> None:
    admin, who = await factories.person("admin", school), await factories.person("teacher", school)
    async with browser(app) as own:
        await own.post("/sign-in", data={"login": who.login, "password": PASSWORD})
    await factories.bearer(who)
    await factories.signed_in(client, admin)
    assert (await client.post(f"/people/{who.id}/invite")).status_code == 200
    assert await _sessions_and_tokens(who) == (0, 0)
    assert await database.fetch_value("SELECT count(*) FROM known_browser") == 0


async def test_a_password_of_before_the_rule_still_opens_the_account(
    client: httpx.AsyncClient, school: MadeSchool
) -> None:
    who = await factories.person("teacher", school)
    short = await passwords.hash_password("ten-letter")
    await database.execute("UPDATE person SET password_hash = $2 WHERE id = $1", who.id, short)
    answer = await client.post("/sign-in", data={"login": who.login, "password": "ten-letter"})
    assert answer.status_code == 303


async def test_the_name_of_the_school_is_no_password(client: httpx.AsyncClient) -> None:
    school = await factories.school("RIVERSIDE-MS")
    who = await factories.person("teacher", school)
    await factories.signed_in(client, who)
    for new in ("riverside-ms-2026", f"{school.name_zh}{school.name_zh}"):
        form = {"current_password": PASSWORD, "new_password": new, "new_password_again": new}
        refused = await client.post("/account/password", data=form)
        assert (refused.status_code, "easy to guess" in refused.text) == (422, True), new


async def test_tokens_are_made_within_ten_minutes_of_signing_in(
    client: httpx.AsyncClient, school: MadeSchool
) -> None:
    who = await factories.person("technician", school)
    await client.post("/sign-in", data={"login": who.login, "password": PASSWORD})
    assert (await client.post("/account/tokens", data=TOKEN_FORM)).status_code < 300
    assert Role.technician in {m.role for m in who.actor.memberships}
    # The machine's own command line has no browser that somebody could borrow.
    assert await tokens.create_token_for(who.id, NewToken("t", ("library:read",)))
