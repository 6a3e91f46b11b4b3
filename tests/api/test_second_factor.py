"""The second factor: set up, asked for, used once, lost, and asked of a school's admins."""

import asyncio
import re
from collections import Counter
from datetime import timedelta

import httpx
import pyotp
import pytest
from litestar import Litestar

from core import clock, database, second_factor
from core.encryption import Cipher
from tests import factories
from tests.conftest import Stack, browser
from tests.factories import PASSWORD, MadePerson

CODE = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}")
SECRET = re.compile(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}")


class Phone:
    """The authenticator app of somebody; ``later`` is a clock of its own."""

    def __init__(self, secret: str) -> None:
        self._totp = pyotp.TOTP(secret.replace(" ", ""))

    def code(self, *, steps: int = 0) -> str:
        return self._totp.at(clock.now(), counter_offset=steps)


async def _forget_last_code() -> None:
    """As if the next half minute had come."""
    await database.execute("UPDATE second_factor SET last_step = 0")


async def _set_up(client: httpx.AsyncClient) -> tuple[Phone, list[str]]:
    await client.post("/account/second-factor/begin")
    [secret] = SECRET.findall((await client.get("/account/second-factor")).text)
    phone = Phone(secret)
    shown = await client.post("/account/second-factor", data={"code": phone.code()})
    await _forget_last_code()
    return phone, CODE.findall(shown.text)


@pytest.fixture
async def admin(client: httpx.AsyncClient) -> MadePerson:
    who = await factories.person("admin", await factories.school())
    await factories.signed_in(client, who)
    return who


async def _password_step(client: httpx.AsyncClient, who: MadePerson) -> httpx.Response:
    form = {"login": who.login, "password": PASSWORD, "next": "/people", "stays": "on"}
    return await client.post("/sign-in", data=form)


async def test_signing_in_asks_for_the_code_after_the_password(
    client: httpx.AsyncClient, admin: MadePerson, app: Litestar
) -> None:
    phone, codes = await _set_up(client)
    assert len(set(codes)) == 10
    async with browser(app) as other:
        first = await _password_step(other, admin)
        assert first.headers["location"] == "/sign-in/code?next=%2Fpeople&stays=on"
        # The password alone opens nothing.
        assert (await other.get("/account")).status_code == 303
        assert (await other.get("/api/v1/me")).status_code == 401
        asked = await other.get(first.headers["location"])
        assert "The password is right" in asked.text
        wrong = await other.post("/sign-in/code", data={"code": "000000", "next": "/people"})
        assert (wrong.status_code, "code is not right" in wrong.text) == (422, True)
        right = {
            "code": f" {phone.code()[:3]} {phone.code()[3:]} ",
            "next": "/people",
            "stays": "on",
        }
        done = await other.post("/sign-in/code", data=right)
        assert (done.status_code, done.headers["location"]) == (303, "/people")
        assert "max-age=2592000" in done.headers["set-cookie"].lower()
        assert (await other.get("/account")).status_code == 200


async def test_the_secret_is_encrypted_and_shown_until_it_is_confirmed(
    client: httpx.AsyncClient, admin: MadePerson
) -> None:
    await client.post("/account/second-factor/begin")
    page = (await client.get("/account/second-factor")).text
    [secret] = SECRET.findall(page)
    assert "<svg" in page
    stored = await database.fetch_value("SELECT secret FROM second_factor")
    assert secret.replace(" ", "").encode() not in stored
    wrong = await client.post("/account/second-factor", data={"code": "12"})
    assert (wrong.status_code, secret in wrong.text) == (422, True)
    await client.post("/account/second-factor", data={"code": Phone(secret).code()})
    assert secret not in (await client.get("/account/second-factor")).text
    again = await client.post("/account/second-factor/begin")
    assert again.status_code == 409
    assert admin.id


async def test_of_32_who_send_the_same_code_one_comes_in(
    client: httpx.AsyncClient, admin: MadePerson, app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone, _ = await _set_up(client)
    monkeypatch.setattr("core.throttle.MOST_FAILURES_OF_A_LOGIN", 100)
    async with browser(app) as other:
        await _password_step(other, admin)
        form = {"code": phone.code()}
        answers = await asyncio.gather(*(other.post("/sign-in/code", data=form) for _ in range(32)))
    whole = await database.fetch_value(
        "SELECT count(*) FROM sign_in WHERE NOT needs_code AND revoked_at IS NULL"
        " AND person = $1 AND created_at > now() - interval '1 hour'",
        admin.id,
    )
    # The one of the set-up and the one that came in.
    assert whole == 2
    assert Counter(a.status_code for a in answers)[303] >= 1


@pytest.mark.parametrize(("steps", "is_taken"), [(-2, False), (-1, True), (1, True), (2, False)])
async def test_a_clock_may_be_half_a_minute_wrong(
    client: httpx.AsyncClient,
    admin: MadePerson,
    app: Litestar,
    monkeypatch: pytest.MonkeyPatch,
    steps: int,
    is_taken: bool,
) -> None:
    phone, _ = await _set_up(client)
    moment = clock.now() + timedelta(seconds=5)
    monkeypatch.setattr("core.second_factor.clock.now", lambda: moment)
    async with browser(app) as other:
        await _password_step(other, admin)
        answer = await other.post("/sign-in/code", data={"code": phone.code(steps=steps)})
    assert (answer.status_code == 303) == is_taken


async def test_a_recovery_code_opens_the_account_once(
    client: httpx.AsyncClient, admin: MadePerson, app: Litestar
) -> None:
    _, codes = await _set_up(client)
    async with browser(app) as other:
        for code, status in ((codes[0].lower(), 303), (codes[0], 422), (codes[1], 303)):
            await _password_step(other, admin)
            assert (await other.post("/sign-in/code", data={"code": code})).status_code == status
    assert "8</dd>" in (await client.get("/account/second-factor")).text
    renewed = await client.post("/account/second-factor/recovery-codes")
    fresh = CODE.findall(renewed.text)
    assert len(fresh) == 10
    assert not set(fresh) & set(codes)
    stored = await database.fetch_value("SELECT string_agg(code_hash, '') FROM recovery_code")
    assert fresh[0].encode() not in stored
    async with browser(app) as other:
        await _password_step(other, admin)
        assert (await other.post("/sign-in/code", data={"code": codes[2]})).status_code == 422


async def test_guessing_codes_is_stopped(
    client: httpx.AsyncClient, admin: MadePerson, app: Litestar
) -> None:
    phone, _ = await _set_up(client)
    async with browser(app) as thief:
        await _password_step(thief, admin)
        answers = await asyncio.gather(
            *(thief.post("/sign-in/code", data={"code": f"{n:06}"}) for n in range(32))
        )
        assert Counter(a.status_code for a in answers) == {422: 10, 429: 22}
        assert (await thief.post("/sign-in/code", data={"code": phone.code()})).status_code == 429


async def _is_in(client: httpx.AsyncClient, who: MadePerson, code: str) -> bool:
    await _password_step(client, who)
    return (await client.post("/sign-in/code", data={"code": code})).status_code == 303


async def _guess_codes(client: httpx.AsyncClient, who: MadePerson) -> Counter[int]:
    await _password_step(client, who)
    tries = [client.post("/sign-in/code", data={"code": f"x{n}"}) for n in range(32)]
    return Counter(answer.status_code for answer in await asyncio.gather(*tries))


async def test_who_knows_the_password_does_not_keep_the_owner_out(
    client: httpx.AsyncClient, admin: MadePerson, app: Litestar
) -> None:
    phone, codes = await _set_up(client)
    async with browser(app) as own, browser(app) as thief, browser(app) as other:
        assert await _is_in(own, admin, phone.code())
        await own.post("/sign-out")
        assert await _guess_codes(thief, admin) == {422: 10, 429: 22}
        assert not await _is_in(other, admin, codes[0])
        assert await _is_in(own, admin, codes[0])
        # The owner's success gives whoever guesses no further tries.
        assert await _guess_codes(thief, admin) == {429: 32}


async def test_the_password_alone_makes_no_browser_known(
    client: httpx.AsyncClient, admin: MadePerson, app: Litestar
) -> None:
    phone, _ = await _set_up(client)
    async with browser(app) as thief, browser(app) as other:
        await _password_step(thief, admin)
        assert await database.fetch_value("SELECT count(*) FROM known_browser") == 0
        await _guess_codes(other, admin)
        await _password_step(thief, admin)
        answer = await thief.post("/sign-in/code", data={"code": phone.code()})
        assert answer.status_code == 429


async def test_a_known_browser_has_five_codes_of_its_own(
    client: httpx.AsyncClient, admin: MadePerson, app: Litestar
) -> None:
    """The password between them gives no more: it is the last step that counts."""
    phone, _ = await _set_up(client)
    async with browser(app) as own, browser(app) as thief:
        assert await _is_in(own, admin, phone.code())
        await _guess_codes(thief, admin)
        assert await _guess_codes(own, admin) == {422: 5, 429: 27}
        assert await _guess_codes(own, admin) == {429: 32}


@pytest.mark.parametrize("by", ["admin", "command"])
async def test_a_factor_in_place_of_a_lost_one_starts_with_no_tries_counted(
    client: httpx.AsyncClient, app: Litestar, by: str
) -> None:
    school = await factories.school()
    admin, loser = await factories.person("admin", school), await factories.person("admin", school)
    async with browser(app) as own, browser(app) as thief:
        await factories.signed_in(own, loser)
        await _set_up(own)
        await _guess_codes(thief, loser)
        if by == "admin":
            await factories.signed_in(client, admin)
            path = f"/people/{loser.id}/second-factor/reset"
            assert (await client.post(path)).status_code == 303
        else:
            await second_factor.reset_from_command_line(loser.id)
        assert (await _password_step(own, loser)).headers["location"] == "/people"
        phone, _ = await _set_up(own)
    async with browser(app) as fresh:
        assert await _is_in(fresh, loser, phone.code())


async def test_a_waiting_session_ends_after_a_quarter_of_an_hour(
    client: httpx.AsyncClient, admin: MadePerson, app: Litestar
) -> None:
    phone, _ = await _set_up(client)
    async with browser(app) as other:
        await _password_step(other, admin)
        await database.execute(
            "UPDATE sign_in SET created_at = now() - interval '16 minutes' WHERE needs_code"
        )
        answer = await other.post("/sign-in/code", data={"code": phone.code()})
        assert answer.headers["location"] == "/sign-in"


async def test_setting_it_up_ends_the_sessions_that_were_opened_without_it(
    client: httpx.AsyncClient, admin: MadePerson, app: Litestar
) -> None:
    async with browser(app) as phone:
        await factories.signed_in(phone, admin)
        await _set_up(client)
        assert (await phone.get("/account")).status_code == 303
    assert (await client.get("/account")).status_code == 200


async def test_an_admin_takes_away_the_factor_of_a_lost_phone(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    school = await factories.school()
    admin, loser = await factories.person("admin", school), await factories.person("admin", school)
    async with browser(app) as own:
        await factories.signed_in(own, loser)
        await _set_up(own)
        await factories.signed_in(client, admin)
        assert "Take the second factor away" in (await client.get(f"/people/{loser.id}")).text
        await database.execute("UPDATE sign_in SET confirmed_at = NULL WHERE person = $1", admin.id)
        path = f"/people/{loser.id}/second-factor/reset"
        assert (await client.post(path)).status_code == 403
        await client.post("/api/v1/sign-ins/confirm", json={"password": PASSWORD})
        assert (await client.post(path)).status_code == 303
        assert (await own.get("/account")).status_code == 303
        assert (await _password_step(own, loser)).headers["location"] == "/people"
    stranger = await factories.person("admin", await factories.school())
    await factories.signed_in(client, stranger)
    assert (await client.delete(f"/api/v1/people/{loser.id}/second-factor")).status_code == 404


async def test_a_school_that_asks_for_it_has_no_admins_without_it(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    school = await factories.school()
    first, second = await factories.person("admin", school), await factories.person("admin", school)
    token = {"origin": "", **await factories.bearer(second, "people:write")}
    await factories.signed_in(client, first)
    path, on = f"/api/v1/schools/{school.id}/second-factor", {"is_required": True}
    refused = await client.put(path, json=on)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_second_factor")
    await _set_up(client)
    assert (await client.put(path, json=on)).json()["requires_second_factor"] is True
    assert (await client.get("/people")).status_code == 200
    refused = await client.post("/account/second-factor/remove")
    assert refused.status_code == 409
    async with browser(app) as other:
        await factories.signed_in(other, second)
        assert (await other.get("/people")).status_code == 403
        assert "Until you set it up" in (await other.get("/account")).text
        assert (await other.get("/api/v1/people", headers=token)).status_code == 403
        await _set_up(other)
        assert (await other.get("/people")).status_code == 200
        assert (await other.get("/api/v1/people", headers=token)).status_code == 200


async def test_the_key_rotation_takes_the_second_factors_along(
    client: httpx.AsyncClient, admin: MadePerson, app: Litestar, db: Stack
) -> None:
    phone, _ = await _set_up(client)
    before = await database.fetch_value("SELECT secret FROM second_factor")
    old = db.settings.secret_key
    both = Cipher("another key", old, purpose=second_factor.PURPOSE)
    assert await second_factor.encrypt_anew(both) == 1
    assert await database.fetch_value("SELECT secret FROM second_factor") != before
    back = Cipher(old, "another key", purpose=second_factor.PURPOSE)
    assert await second_factor.encrypt_anew(back) == 1
    async with browser(app) as other:
        await _password_step(other, admin)
        assert (await other.post("/sign-in/code", data={"code": phone.code()})).status_code == 303


async def test_a_first_password_does_not_go_round_the_second_factor(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    school = await factories.school()
    admin, who = await factories.person("admin", school), await factories.person("admin", school)
    await factories.signed_in(client, admin)
    async with browser(app) as own:
        await factories.signed_in(own, who)
        phone, _ = await _set_up(own)
        given = await client.post(f"/people/{who.id}/invite")
        [password] = re.findall(r"(?:[2-9A-Z]{4}-){3}[2-9A-Z]{4}", given.text)
        await own.post("/sign-in", data={"login": who.login, "password": password})
        new = "willow kettle orbit"
        form = {"new_password": new, "new_password_again": new}
        chosen = await own.post("/sign-in/first", data=form)
        assert chosen.headers["location"] == "/sign-in/code"
        assert (await own.get("/account")).status_code == 303
        assert (await own.post("/sign-in/code", data={"code": phone.code()})).status_code == 303
        assert (await own.get("/account")).status_code == 200
