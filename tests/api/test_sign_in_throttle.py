"""Guessing is slow, and never shuts out the owner, a whole school, or the machine's memory."""

import asyncio
from collections import Counter

import anyio
import httpx
import pytest
from litestar import Litestar

from api.administration.sign_in.sessions import BROWSER_COOKIE
from core import database, housekeeping, known_browsers, passwords, throttle
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
    async with browser(app) as phone:
        for known in (phone, client):
            await _try(known, who.login, PASSWORD)
        await client.post("/sign-out")
        await _exhaust(client, who.login)
        assert (await _try(client, who.login, PASSWORD)).status_code == 429
        assert (await _try(phone, who.login, PASSWORD)).status_code == 303


def _copy(cookie: str, into: httpx.AsyncClient) -> None:
    into.cookies.set(BROWSER_COOKIE, cookie, domain="labshare.test", path="/sign-in")


async def test_a_copied_browser_cookie_gives_no_more_guesses_than_none(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    """Guesses with the cookie and without it come out of the same ten."""
    who = await _technician()
    await _try(client, who.login, PASSWORD)
    async with browser(app) as thief, browser(app) as elsewhere:
        _copy(client.cookies[BROWSER_COOKIE], thief)
        tries = [_try(thief, who.login, "wrong") for _ in range(32)]
        answers = await asyncio.gather(*tries)
        assert Counter(a.status_code for a in answers) == {401: MOST, 429: 32 - MOST}
        assert (await _try(elsewhere, who.login, "wrong")).status_code == 429


async def test_a_copied_browser_cookie_is_worth_five_guesses_once(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    """However slowly they come: an account that strangers keep busy is not open to its thief."""
    who = await _technician()
    await _try(client, who.login, PASSWORD)
    judged = 0
    async with browser(app) as thief, browser(app) as elsewhere:
        _copy(client.cookies[BROWSER_COOKIE], thief)
        for _ in range(4):
            await _exhaust(elsewhere, who.login)
            answers = [await _try(thief, who.login, "wrong") for _ in range(3)]
            judged += sum(answer.status_code == 401 for answer in answers)
            await database.execute("UPDATE sign_in_attempt SET at = at - interval '16 minutes'")
            await housekeeping.remove_what_is_over(app.state.settings)
    assert judged == known_browsers.MOST_FAILURES


async def test_of_32_tries_at_once_in_a_known_browser_five_are_its_own(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    who = await _technician()
    await _try(client, who.login, PASSWORD)
    async with browser(app) as stranger:
        await _exhaust(stranger, who.login)
    answers = await asyncio.gather(*(_try(client, who.login, "wrong") for _ in range(32)))
    own = known_browsers.MOST_FAILURES
    assert Counter(a.status_code for a in answers) == {401: own, 429: 32 - own}


async def test_whoever_signs_in_as_themselves_gets_no_more_guesses_at_others_there(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    """A shared computer: a pupil's own sign-in gives the browser a fresh token, and no tries."""
    teacher, pupil = await _technician(), await _technician()
    for who in (teacher, pupil):
        await _try(client, who.login, PASSWORD)
    async with browser(app) as stranger:
        await _exhaust(stranger, teacher.login)
    judged = 0
    for _ in range(4):
        answers = [await _try(client, teacher.login, "wrong") for _ in range(3)]
        judged += sum(answer.status_code == 401 for answer in answers)
        assert (await _try(client, pupil.login, PASSWORD)).status_code == 303
    assert judged == known_browsers.MOST_FAILURES


async def test_a_known_browser_starts_afresh_when_its_owner_comes_in(
    client: httpx.AsyncClient, app: Litestar
) -> None:
    who = await _technician()
    for _ in range(3):
        assert (await _try(client, who.login, PASSWORD)).status_code == 303
        for _ in range(known_browsers.MOST_FAILURES - 1):
            assert (await _try(client, who.login, "wrong")).status_code == 401
        async with browser(app) as stranger:
            await _try(stranger, who.login, "wrong")
    assert (await _try(client, who.login, PASSWORD)).status_code == 303
    # What was tried in the browser itself is forgiven, what strangers tried is not.
    assert await database.fetch_value("SELECT count(*) FROM sign_in_attempt") == 3
    assert await database.fetch_value("SELECT failures FROM known_browser") == 0


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
        _copy(planted, thief)
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
    assert throttle.place_of(address) in (place, place.replace("10.1.2.3", "a01:203"))


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
    await _try(client, who.login, PASSWORD)
    monkeypatch.setattr(passwords, "LONGEST_WAIT_SECONDS", 0.01)
    monkeypatch.setattr(passwords, "_limiter", anyio.CapacityLimiter(1))
    await passwords._limiter.acquire_on_behalf_of(object())
    answer = await _try(client, who.login, PASSWORD)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "Very many people are signing in" in answer.text
    assert who.login in answer.text
    assert PASSWORD not in answer.text
    assert await database.fetch_value("SELECT sum(failures) FROM known_browser") in (None, 0)
    assert await database.fetch_value("SELECT count(*) FROM sign_in_attempt") == 0
    monkeypatch.undo()
    assert (await _try(client, who.login, PASSWORD)).status_code == 303
