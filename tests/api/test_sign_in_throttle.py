"""Guessing is slow, and never shuts out the owner, a whole school, or the machine's memory."""

import asyncio
from collections import Counter

import anyio
import httpx
import pytest
from litestar import Litestar

from api.pages.sessions import BROWSER_COOKIE
from core import database, passwords, throttle
from core.errors import TooMany
from tests import factories
from tests.conftest import browser
from tests.factories import PASSWORD, MadePerson

MOST = throttle.MOST_FAILURES_OF_A_LOGIN


async def _technician() -> MadePerson:
    return await factories.person("technician", await factories.school())


async def _try(client: httpx.AsyncClient, login: str, password: str) -> httpx.Response:
    return await client.post("/sign-in", data={"login": login, "password": password})


async def _exhaust(client: httpx.AsyncClient, login: str) -> None:
    for _ in range(MOST):
        assert (await _try(client, login, "wrong")).status_code == 401
    assert (await _try(client, login, "wrong")).status_code == 429


async def test_guessing_is_stopped_and_says_how_long(client: httpx.AsyncClient) -> None:
    who = await _technician()
    await _exhaust(client, who.login)
    answer = await _try(client, who.login, PASSWORD)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 15 * 60
    assert "Wait 15 minutes" in answer.text
    await database.execute("UPDATE sign_in_attempt SET at = at - interval '16 minutes'")
    assert (await _try(client, who.login, PASSWORD)).status_code == 303


async def test_guesses_sent_at_once_are_counted_each(client: httpx.AsyncClient) -> None:
    who = await _technician()
    answers = await asyncio.gather(*(_try(client, who.login, "wrong") for _ in range(32)))
    assert Counter(answer.status_code for answer in answers) == {401: MOST, 429: 32 - MOST}


async def test_a_stranger_does_not_shut_the_owner_out_of_a_known_browser(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    who = await _technician()
    assert (await _try(client, who.login, PASSWORD)).status_code == 303
    await client.post("/sign-out")
    async with browser(app) as stranger:
        await _exhaust(stranger, who.login)
        assert (await _try(stranger, who.login, PASSWORD)).status_code == 429
        assert (await _try(client, who.login, PASSWORD)).status_code == 303
        # The owner's success gives the stranger no further guesses.
        assert (await _try(stranger, who.login, PASSWORD)).status_code == 429


async def test_a_known_browser_has_a_limit_of_its_own(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    who = await _technician()
    await _try(client, who.login, PASSWORD)
    await client.post("/sign-out")
    await _exhaust(client, who.login)
    assert (await _try(client, who.login, PASSWORD)).status_code == 429
    async with browser(app) as phone:
        assert (await _try(phone, who.login, PASSWORD)).status_code == 303


async def test_a_browser_is_known_for_those_who_signed_in_there_alone(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    first, second, other = await _technician(), await _technician(), await _technician()
    for who in (first, second):
        await _try(client, who.login, PASSWORD)
    async with browser(app) as stranger:
        for who in (first, second, other):
            await _exhaust(stranger, who.login)
    statuses = [(await _try(client, w.login, PASSWORD)).status_code for w in (first, second, other)]
    assert statuses == [303, 303, 429]


async def test_a_planted_browser_token_is_worth_nothing_after_the_next_sign_in(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    who = await _technician()
    await _try(client, who.login, PASSWORD)
    planted = client.cookies[BROWSER_COOKIE]
    await _try(client, who.login, PASSWORD)
    assert client.cookies[BROWSER_COOKIE] != planted
    async with browser(app) as thief:
        thief.cookies.set(BROWSER_COOKIE, planted, domain="labshare.test", path="/sign-in")
        await _exhaust(thief, who.login)
    assert (await _try(client, who.login, PASSWORD)).status_code == 303


async def test_the_browser_cookie_is_out_of_reach_and_stored_as_a_hash(
    client: httpx.AsyncClient,
) -> None:
    who = await _technician()
    answer = await _try(client, who.login, PASSWORD)
    [cookie] = [c for c in answer.headers.get_list("set-cookie") if BROWSER_COOKIE in c]
    for part in ("httponly", "samesite=lax", "path=/sign-in"):
        assert part in cookie.lower()
    stored = await database.fetch_value("SELECT token_hash FROM known_browser")
    assert client.cookies[BROWSER_COOKIE].encode() not in stored


async def _fail_as(names: int, *, seconds_ago: int = 0) -> None:
    await database.execute_many(
        "INSERT INTO sign_in_attempt (login, address, at)"
        " VALUES ($1, '127.0.0.1', now() - make_interval(secs => $2))",
        [(f"name{number}", seconds_ago) for number in range(names)],
    )


async def test_a_school_behind_one_address_signs_in_while_somebody_mistypes(
    client: httpx.AsyncClient,
) -> None:
    """A hundred people have mistyped, one of them has been stopped: the next passes."""
    await _fail_as(throttle.MOST_NAMES_OF_AN_ADDRESS - 1)
    guessed, who = await _technician(), await _technician()
    await _exhaust(client, guessed.login)
    await database.execute("DELETE FROM sign_in_attempt WHERE login = 'name0'")
    assert (await _try(client, who.login, PASSWORD)).status_code == 303


async def test_an_address_that_tries_many_names_waits_seconds_and_not_the_quarter_of_an_hour(
    client: httpx.AsyncClient,
) -> None:
    who = await _technician()
    await _fail_as(throttle.MOST_NAMES_OF_AN_ADDRESS + 20)
    answer = await _try(client, who.login, PASSWORD)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 21
    await database.execute("DELETE FROM sign_in_attempt")
    await _fail_as(throttle.MOST_NAMES_OF_AN_ADDRESS + 20, seconds_ago=60)
    assert (await _try(client, who.login, PASSWORD)).status_code == 303


async def test_many_names_tried_at_once_from_one_address_are_counted_each(
    client: httpx.AsyncClient,
) -> None:
    await _fail_as(throttle.MOST_NAMES_OF_AN_ADDRESS - 4)
    # From now on each further name waits, so of those that come at once few are judged.
    answers = await asyncio.gather(*(_try(client, f"other{n}", "wrong") for n in range(32)))
    statuses = Counter(answer.status_code for answer in answers)
    assert set(statuses) == {401, 429}
    assert statuses[429] > 0


async def test_the_names_of_an_address_wait_from_the_last_one(db: object) -> None:
    """The count and the wait are held under a lock: of 32 at once the limit's are let through."""
    assert db
    await _fail_as(throttle.MOST_NAMES_OF_AN_ADDRESS)
    await database.execute("UPDATE sign_in_attempt SET at = now() + interval '1 minute'")
    tries = (throttle.begin(f"fresh{n}", "127.0.0.1") for n in range(32))
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert all(isinstance(result, TooMany) for result in results)


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:10.1.2.3", "::ffff:10.1.2.3"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("no address", "no address"),
    ],
)
def test_an_ipv6_subscriber_is_one_address(address: str, place: str) -> None:
    assert throttle._place(address) in (place, place.replace("10.1.2.3", "a01:203"))


async def test_success_forgives_the_tries_before(client: httpx.AsyncClient) -> None:
    who = await _technician()
    for _ in range(MOST - 1):
        assert (await _try(client, who.login, "wrong")).status_code == 401
    assert (await _try(client, who.login, PASSWORD)).status_code == 303
    assert await database.fetch_value("SELECT count(*) FROM sign_in_attempt") == 0


async def test_of_80_sign_ins_at_once_four_are_judged_at_a_time(
    client: httpx.AsyncClient, app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Argon2 takes 32 MiB each: what runs at once is what the machine's memory pays."""
    people = [await _technician() for _ in range(8)]
    running, most = 0, 0
    verify = passwords._verify

    def watched(password_hash: str, password: str) -> bool:
        nonlocal running, most
        running += 1
        most = max(most, running)
        try:
            return verify(password_hash, password)
        finally:
            running -= 1

    monkeypatch.setattr(passwords, "_verify", watched)
    monkeypatch.setattr(passwords, "LONGEST_WAIT_SECONDS", 300)
    async with browser(app) as other:
        answers = await asyncio.gather(
            *(_try((client, other)[n % 2], people[n % 8].login, PASSWORD) for n in range(80))
        )
    assert most == passwords.MOST_AT_ONCE
    # Ten tries of a name may be under way at once; all that were let through were right.
    assert {answer.status_code for answer in answers} == {303}


async def test_who_waits_too_long_is_told_so_and_has_not_failed(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = await _technician()
    monkeypatch.setattr(passwords, "LONGEST_WAIT_SECONDS", 0.01)
    monkeypatch.setattr(passwords, "_turns", anyio.CapacityLimiter(1))
    await passwords._turns.acquire_on_behalf_of(object())
    answer = await _try(client, who.login, PASSWORD)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "Very many people are signing in" in answer.text
    assert who.login in answer.text
    assert PASSWORD not in answer.text
    assert await database.fetch_value("SELECT count(*) FROM sign_in_attempt") == 0
    monkeypatch.undo()
    assert (await _try(client, who.login, PASSWORD)).status_code == 303
