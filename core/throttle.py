"""Guessing is slow: failed sign-ins are counted by account, by browser and by address.

Source: OWASP "Slow Down Online Guessing Attacks with Device Cookies". A browser in which somebody
has signed in before (:mod:`core.known_browsers`) has a few tries of its own for that account, so
whoever guesses from elsewhere never shuts the owner out of it. They count for strangers too, so
whoever has copied its cookie has no more guesses in the end than anybody else.
"""

from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

import msgspec

from core import database, known_browsers, sign_in_tables
from core.clock import now
from core.errors import TooMany, say
from core.rows import insert_row

WINDOW = timedelta(minutes=15)
MOST_FAILURES_OF_A_LOGIN = 10
# A school shares the address of its router: so many different people may mistype before any waits.
MOST_NAMES_OF_AN_ADDRESS = 100
# Then each further name makes the next try from there wait so much longer, up to a minute.
WAIT_A_NAME = timedelta(seconds=1)
LONGEST_WAIT_OF_AN_ADDRESS = timedelta(minutes=1)


class Attempt(msgspec.Struct, frozen=True):
    """A try that has been counted, for :func:`take_back` or :func:`delete_attempt`."""

    id: int
    login: str
    place: str
    counter: bytes | None
    browser_id: int | None


async def begin(
    login: str, address: str, *, counter: bytes | None = None, known_browser: str = ""
) -> Attempt:
    """Count a try before it is judged, or raise TooMany.

    ``counter`` is that of a session or of a second factor, None for the password at the sign-in.
    ``known_browser`` is the token of the browser, if it has one: while it has tries of its own
    left, what others tried does not stop it. Counted first and one at a time for an account and
    for an address, so that a thousand guesses sent at once are a thousand guesses; a right one
    is forgotten with :func:`delete_attempt`.
    """
    login, place = login[:64], place_of(address)
    async with database.transaction():
        await _queue(f"account {login}")
        browser_id = await known_browsers.use_try(login, known_browser)
        if browser_id is None:
            await _check_account(login, counter)
        if browser_id is None and counter is None:
            # Always after the account's lock, and never the same as one, since a login may read like
            # an address: two that wait for each other cannot come about.
            await _queue(f"address {place}")
            await _check_address(login, place)
        attempt_id = await insert_row(
            sign_in_tables.SignInAttempt,
            login=login,
            address=place,
            counter=counter,
            known_browser=browser_id,
            at=now(),
        )
    return Attempt(attempt_id, login, place, counter, browser_id)


async def _queue(name: str) -> None:
    await database.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", name)


async def _check_account(login: str, counter: bytes | None) -> None:
    oldest = await database.fetch_value(
        "SELECT at FROM sign_in_attempt WHERE login = $1 AND counter IS NOT DISTINCT FROM $2"
        " AND at > $3 ORDER BY at DESC OFFSET $4 LIMIT 1",
        login,
        counter,
        now() - WINDOW,
        MOST_FAILURES_OF_A_LOGIN - 1,
    )
    if oldest is not None:
        _refuse(oldest + WINDOW)


class _Place(msgspec.Struct):
    names: int
    last_at: datetime | None


async def _check_address(login: str, place: str) -> None:
    found = await database.fetch_one(
        _Place,
        "SELECT count(DISTINCT login) AS names, max(at) AS last_at FROM sign_in_attempt"
        " WHERE address = $1 AND counter IS NULL AND known_browser IS NULL AND at > $2"
        " AND login <> $3",
        place,
        now() - WINDOW,
        login,
    )
    if found is None or found.last_at is None or found.names < MOST_NAMES_OF_AN_ADDRESS:
        return
    beyond = found.names - MOST_NAMES_OF_AN_ADDRESS + 1
    until = found.last_at + min(beyond * WAIT_A_NAME, LONGEST_WAIT_OF_AN_ADDRESS)
    if until > now():
        _refuse(until)


def _refuse(until: datetime) -> None:
    wait = max(1, -int(-(until - now()).total_seconds() // 1))
    if wait <= 60:
        sentence = say("Too many failed tries. Wait {seconds} seconds.", seconds=wait)
    else:
        sentence = say("Too many failed tries. Wait {minutes} minutes.", minutes=-(-wait // 60))
    raise TooMany(sentence, retry_after_seconds=wait)


async def take_back(attempt: Attempt) -> None:
    """A try that was never judged counts for nothing."""
    async with database.transaction():
        await database.execute("DELETE FROM sign_in_attempt WHERE id = $1", attempt.id)
        await known_browsers.give_back_try(attempt.browser_id)


async def delete_attempt(attempt: Attempt) -> None:
    """After a success this browser, or this address, starts afresh with the account.

    What others tried from elsewhere stays counted: else each sign-in of the owner would give
    them ten more guesses. The tries that a known browser has of its own come back with
    :func:`core.known_browsers.store_browser`, after the last step of the sign-in.
    """
    async with database.transaction():
        await database.execute(
            "DELETE FROM sign_in_attempt WHERE login = $1 AND counter IS NOT DISTINCT FROM $2"
            " AND known_browser IS NOT DISTINCT FROM $3"
            " AND ($3::bigint IS NOT NULL OR address = $4)",
            attempt.login,
            attempt.counter,
            attempt.browser_id,
            attempt.place,
        )
        await known_browsers.give_back_try(attempt.browser_id)


def place_of(address: str) -> str:
    """The address that is counted: of IPv6 the /64 that one subscriber has to choose from."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
    return str(parsed)
