"""Signing in and out, the first password, and guessing."""

import httpx
import pytest
from litestar import Litestar

from api.http.identity import COOKIE
from core import database, passwords, people
from core.access import Actor
from tests import factories
from tests.conftest import browser
from tests.factories import PASSWORD, MadePerson


async def _technician() -> MadePerson:
    return await factories.person("technician", await factories.school())


async def _try(client: httpx.AsyncClient, login: str, password: str, **more: str) -> httpx.Response:
    return await client.post("/sign-in", data={"login": login, "password": password, **more})


async def test_the_right_password_opens_a_session(client: httpx.AsyncClient) -> None:
    who = await _technician()
    answer = await _try(client, who.login.upper(), PASSWORD, next="/account")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert who.name in (await client.get("/account")).text


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(
    client: httpx.AsyncClient,
) -> None:
    who = await _technician()
    answer = await _try(client, who.login, PASSWORD)
    [cookie] = [c.lower() for c in answer.headers.get_list("set-cookie") if COOKIE in c]
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "max-age" not in cookie
    stays = (await _try(client, who.login, PASSWORD, stays="on")).headers["set-cookie"].lower()
    assert "max-age=2592000" in stays


async def test_a_session_on_a_shared_computer_ends_with_the_day(client: httpx.AsyncClient) -> None:
    who = await _technician()
    await _try(client, who.login, PASSWORD)
    await database.execute("UPDATE sign_in SET expires_at = now() WHERE person = $1", who.id)
    answer = await client.get("/account")
    assert answer.headers["location"] == "/sign-in?next=%2Faccount"


async def test_every_failure_reads_the_same(client: httpx.AsyncClient) -> None:
    who, closed = await _technician(), await _technician()
    await database.execute("UPDATE person SET closed_at = now() WHERE id = $1", closed.id)
    answers = [
        await _try(client, who.login, "wrong"),
        await _try(client, "nobody at all", "wrong"),
        await _try(client, "nobody", PASSWORD),
        await _try(client, closed.login, PASSWORD),
    ]
    assert {answer.status_code for answer in answers} == {401}
    sentence = "The name or the password is not right. Check both and try again."
    for answer in answers:
        assert sentence in answer.text
        assert "set-cookie" not in answer.headers
        assert PASSWORD not in answer.text


async def test_an_unknown_name_costs_the_same_work_as_a_known_one(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted, not timed: one Argon2 check of the same cost either way."""
    who = await _technician()
    checked: list[str] = []
    verify = passwords._verify

    def watched(password_hash: str, password: str) -> bool:
        checked.append(password_hash.rpartition("$")[0].rpartition("$")[0])
        return verify(password_hash, password)

    monkeypatch.setattr(passwords, "_verify", watched)
    await _try(client, who.login, "wrong")
    await _try(client, "nobody", "wrong")
    assert len(checked) == 2
    assert checked[0] == checked[1]
    assert checked[0].startswith("$argon2id$")


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)", "evil", "/a\nb"],
)
async def test_next_leads_nowhere_but_here(client: httpx.AsyncClient, elsewhere: str) -> None:
    who = await _technician()
    assert (await _try(client, who.login, PASSWORD, next=elsewhere)).headers["location"] == "/"
    await client.post("/sign-out")
    shown = await client.get("/sign-in", params={"next": elsewhere})
    assert '<input type="hidden" name="next" value="/">' in shown.text


async def test_a_planted_session_is_not_the_one_that_gets_signed_in(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    who = await _technician()
    client.cookies.set(COOKIE, "planted-by-an-attacker", domain="labshare.test")
    await _try(client, who.login, PASSWORD)
    async with browser(app) as attacker:
        attacker.cookies.set(COOKIE, "planted-by-an-attacker", domain="labshare.test")
        assert (await attacker.get("/account")).status_code == 303


async def test_signing_in_again_ends_the_session_before(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    who, other = await _technician(), await _technician()
    await _try(client, who.login, PASSWORD)
    before = client.cookies[COOKIE]
    await _try(client, other.login, PASSWORD)
    async with browser(app) as kept:
        kept.cookies.set(COOKIE, before, domain="labshare.test")
        assert (await kept.get("/account")).status_code == 303


async def test_signing_out_ends_the_session_on_the_server(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    who = await _technician()
    await _try(client, who.login, PASSWORD)
    token = client.cookies[COOKIE]
    assert (await client.post("/sign-out")).headers["location"] == "/sign-in"
    async with browser(app) as kept:
        kept.cookies.set(COOKIE, token, domain="labshare.test")
        assert (await kept.get("/account")).status_code == 303


async def test_odd_letters_are_wrong_like_any_other(client: httpx.AsyncClient) -> None:
    await _technician()
    for odd in ("a\x00b", "\ud7ff\u200b", "名" * 300, "%'; --"):
        assert (await _try(client, odd, odd)).status_code in (401, 422), repr(odd)


async def test_a_one_time_password_opens_only_the_choice_of_another(
    client: httpx.AsyncClient,
) -> None:
    school = await factories.school()
    admin = await factories.person("admin", school)
    invited = await people.create_from_command_line(
        "New Teacher", role="teacher", school_code=school.code
    )
    answer = await _try(client, "newteacher", invited.one_time_password)
    assert answer.headers["location"] == "/sign-in/first"
    assert (await client.get("/account")).status_code == 303
    assert (await client.get("/api/v1/me")).status_code == 401
    assert "New Teacher" in (await client.get("/sign-in/first")).text

    def choose(new: str, again: str) -> dict[str, str]:
        return {"new_password": new, "new_password_again": again}

    for new, again, sentence in (
        ("short", "short", "at least 12"),
        ("password12345", "password12345", "easy to guess"),
        ("newteacher2026", "newteacher2026", "easy to guess"),
        ("a fine long one", "another", "differ"),
        (invited.one_time_password, invited.one_time_password, "not the one-time password"),
    ):
        refused = await client.post("/sign-in/first", data=choose(new, again))
        assert (refused.status_code, sentence in refused.text) == (422, True), new
    before = client.cookies[COOKIE]
    chosen = await client.post(
        "/sign-in/first", data=choose("willow kettle orbit", "willow kettle orbit")
    )
    assert chosen.headers["location"] == "/"
    assert client.cookies[COOKIE] != before
    assert (await client.get("/account")).status_code == 200
    await client.post("/sign-out")
    assert (await _try(client, "newteacher", invited.one_time_password)).status_code == 401
    assert admin.id != invited.person_id


async def test_a_one_time_password_goes_out_of_date(client: httpx.AsyncClient) -> None:
    school = await factories.school()
    invited = await people.create_from_command_line("Late", role="teacher", school_code=school.code)
    await database.execute("UPDATE person SET one_time_until = now() WHERE login = 'late'")
    assert (await _try(client, "late", invited.one_time_password)).status_code == 401


async def test_a_stranger_has_no_first_password_to_choose(client: httpx.AsyncClient) -> None:
    who = await _technician()
    assert (await client.get("/sign-in/first")).headers["location"] == "/sign-in"
    await _try(client, who.login, PASSWORD)
    answer = await client.post(
        "/sign-in/first", data={"new_password": "x" * 12, "new_password_again": "x" * 12}
    )
    assert answer.headers["location"] == "/sign-in"
    assert isinstance(who.actor, Actor)
