"""Browser sessions: revocable rows; the browser holds the token, we hold only its hash."""

import secrets
from contextlib import suppress
from datetime import datetime, timedelta

import msgspec

from core import database, known_browsers, passwords, security_log, throttle
from core.access import Actor, Membership
from core.clock import now
from core.errors import NoRoom, NotSignedIn, TooMany, Unavailable, say
from core.hashing import hash_token
from core.security_log import Kind

LASTS = timedelta(days=30)
# On a computer that others use too: a school day.
LASTS_HERE_TODAY = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=5)

# Memberships come with the session in one round trip, as this runs before every request. Where a
# school asks its admins for a second factor, who has none is no admin there.
MEMBERSHIPS = """
    coalesce((
        SELECT jsonb_agg(jsonb_build_object(
            'school_id', s.id, 'school_code', s.code, 'school_name_zh', s.name_zh,
            'school_name_en', s.name_en, 'role', m.role, 'school_zone', s.zone) ORDER BY s.id, m.role)
        FROM valid_membership m JOIN school s ON s.id = m.school
        WHERE m.person = p.id
          AND NOT (m.role = 'admin' AND s.requires_second_factor AND NOT EXISTS (
              SELECT 1 FROM second_factor f
              WHERE f.person = p.id AND f.confirmed_at IS NOT NULL))
    ), '[]'::jsonb) AS memberships
"""


class _Session(msgspec.Struct):
    sign_in_id: int
    person_id: int
    name: str
    locale: str
    memberships: tuple[Membership, ...]
    seen_at: datetime
    confirmed_at: datetime | None


class _Account(msgspec.Struct):
    id: int
    password_hash: str | None


class SignedIn(msgspec.Struct, frozen=True):
    """A fresh session's token, and the token by which this browser is known from now on.

    Without the latter while a code of the second factor is still to come.
    """

    token: str
    known_browser: str | None


async def find_actor(token: str, *, request_id: str = "", address: str = "") -> Actor | None:
    """The person behind a session token, or None if it is unknown, over, revoked or closed."""
    session = await database.fetch_one(
        _Session,
        "SELECT i.id AS sign_in_id, p.id AS person_id, p.name, p.locale, i.seen_at,"
        " i.confirmed_at,"
        f" {MEMBERSHIPS}"
        " FROM sign_in i JOIN person p ON p.id = i.person"
        " WHERE i.token_hash = $1 AND i.revoked_at IS NULL AND i.expires_at > now()"
        " AND p.closed_at IS NULL AND p.one_time_until IS NULL AND NOT i.needs_code",
        hash_token(token),
    )
    if session is None:
        return None
    if now() - session.seen_at > SEEN_EVERY:
        # With a full disk people still read.
        with suppress(NoRoom):
            await database.execute(
                "UPDATE sign_in SET seen_at = $2 WHERE id = $1", session.sign_in_id, now()
            )
    return Actor(
        person_id=session.person_id,
        name=session.name,
        locale=session.locale,
        memberships=session.memberships,
        request_id=request_id,
        address=address,
        sign_in_id=session.sign_in_id,
        confirmed_at=session.confirmed_at,
    )


async def sign_in(
    login: str,
    password: str,
    *,
    address: str,
    browser: str,
    known_browser: str = "",
    lasts: timedelta = LASTS,
) -> SignedIn:
    """A fresh session, or NotSignedIn; throttled by account, browser and address.

    The refusal is the same for an unknown account, a wrong password, a closed account and a
    one-time password out of date. A session begun with a one-time password is nobody's yet: it
    opens only the page where the newcomer chooses a password (:func:`find_newcomer`).
    ``known_browser`` is the token that an earlier sign-in here gave, if any.
    """
    login = login.strip().lower()
    try:
        attempt = await throttle.begin(login, address, known_browser=known_browser)
    except TooMany:
        await security_log.record(Kind.sign_in_throttled, login=login, address=address)
        raise
    account = await database.fetch_one(
        _Account,
        "SELECT id, password_hash FROM person WHERE login = $1 AND closed_at IS NULL"
        " AND (one_time_until IS NULL OR one_time_until > now())",
        login,
    )
    if not await _is_correct(attempt, account.password_hash if account else None, password):
        await security_log.record(Kind.sign_in_failed, login=login, address=address)
        raise NotSignedIn(
            say("The name or the password is not right. Check both and try again."),
            code="wrong_credentials",
        )
    assert account is not None
    await throttle.delete_attempt(attempt)
    token = await start_session(account.id, address=address, browser=browser, lasts=lasts)
    await security_log.record(Kind.signed_in, person_id=account.id, address=address, detail=browser)
    if await _needs_code(token):
        # Who knows the password alone gets no browser that is known.
        return SignedIn(token, None)
    return SignedIn(token, await known_browsers.store_browser(account.id, known_browser))


async def _needs_code(token: str) -> bool:
    found: bool = await database.fetch_value(
        "SELECT needs_code FROM sign_in WHERE token_hash = $1", hash_token(token)
    )
    return found


async def _is_correct(attempt: throttle.Attempt, password_hash: str | None, password: str) -> bool:
    try:
        return await passwords.is_correct(password_hash, password)
    except Unavailable:
        await throttle.take_back(attempt)
        raise


async def start_session(
    person_id: int,
    *,
    address: str,
    browser: str,
    lasts: timedelta = LASTS,
    has_given_code: bool = False,
) -> str:
    """A new session for somebody who has just proved who they are; returns its token.

    Of whoever has a second factor it waits for the code, unless that was given just now.
    """
    token = secrets.token_urlsafe(32)
    await database.execute(
        "INSERT INTO sign_in (person, token_hash, created_at, seen_at, confirmed_at, expires_at,"
        " address, browser, needs_code) SELECT :person, :token_hash, :created_at, :created_at,"
        " :created_at, :expires_at, :address, :browser, NOT :has_given_code AND EXISTS ("
        "  SELECT 1 FROM second_factor WHERE person = :person AND confirmed_at IS NOT NULL)",
        person=person_id,
        token_hash=hash_token(token),
        created_at=now(),
        expires_at=now() + lasts,
        address=address[:64],
        browser=browser[:255],
        has_given_code=has_given_code,
    )
    return token


# How long a sign-in waits for the second factor after the password was right.
CODE_WITHIN = timedelta(minutes=15)


async def find_waiting(token: str) -> int | None:
    """The person whose session waits for a code of the second factor, for a quarter of an hour."""
    found: int | None = await database.fetch_value(
        "SELECT p.id FROM sign_in i JOIN person p ON p.id = i.person"
        " WHERE i.token_hash = $1 AND i.needs_code AND i.revoked_at IS NULL"
        " AND i.created_at > $2 AND p.closed_at IS NULL AND p.one_time_until IS NULL",
        hash_token(token),
        now() - CODE_WITHIN,
    )
    return found


async def end_waiting(token: str) -> None:
    """The session that waited has had its code: a whole one takes its place."""
    await database.execute(
        "UPDATE sign_in SET revoked_at = $2 WHERE token_hash = $1", hash_token(token), now()
    )


class Newcomer(msgspec.Struct, frozen=True):
    """Somebody who came in with a one-time password and has yet to choose one."""

    person_id: int
    login: str
    name: str


async def find_newcomer(token: str) -> Newcomer | None:
    """The newcomer behind a session token, or None once a password has been chosen."""
    return await database.fetch_one(
        Newcomer,
        "SELECT p.id AS person_id, p.login, p.name"
        " FROM sign_in i JOIN person p ON p.id = i.person"
        " WHERE i.token_hash = $1 AND i.revoked_at IS NULL AND i.expires_at > now()"
        " AND p.closed_at IS NULL AND p.one_time_until > now()",
        hash_token(token),
    )


async def end_sessions(person_id: int, *, except_for: int | None = None) -> int:
    """Revoke the sessions of a person, all or all but one; how many there were."""
    return await database.execute(
        "UPDATE sign_in SET revoked_at = $3"
        " WHERE person = $1 AND revoked_at IS NULL AND id IS DISTINCT FROM $2",
        person_id,
        except_for,
        now(),
    )


async def sign_out(actor: Actor) -> bool:
    """End the session that the actor is using; whether it was still open."""
    return bool(
        await database.execute(
            "UPDATE sign_in SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL",
            actor.sign_in_id,
            now(),
        )
    )


# Of a session, however long it lasts: whoever holds a stolen one cannot go on the next day.
MOST_WRONG_PASSWORDS = 10


async def count_password_try(actor: Actor) -> int | None:
    """Count a try at the password in this session; None where there are none left."""
    tries: int | None = await database.fetch_value(
        "UPDATE sign_in SET wrong_passwords = wrong_passwords + 1"
        " WHERE id = $1 AND revoked_at IS NULL AND wrong_passwords < $2 RETURNING wrong_passwords",
        actor.sign_in_id,
        MOST_WRONG_PASSWORDS,
    )
    return tries


async def take_back_password_try(actor: Actor) -> None:
    """A try that was never judged counts for nothing."""
    await database.execute(
        "UPDATE sign_in SET wrong_passwords = wrong_passwords - 1"
        " WHERE id = $1 AND wrong_passwords > 0",
        actor.sign_in_id,
    )


async def reset_password_tries(actor: Actor) -> None:
    """The password was right: this session has all its tries again."""
    await database.execute("UPDATE sign_in SET wrong_passwords = 0 WHERE id = $1", actor.sign_in_id)
