"""A person's own account: name, language, password, and where they are signed in."""

from datetime import datetime
from typing import Any, NoReturn

import msgspec

from core import (
    clock,
    mail,
    passwords,
    security_log,
    sign_in,
    sign_in_tables,
    tables,
    throttle,
    tokens,
)
from core.access import Actor
from core.database import execute, fetch, fetch_value, get_one, transaction
from core.errors import Forbidden, Invalid, NotFound, NotSignedIn, TooMany, Unavailable, say
from core.hashing import hash_token
from core.password_rules import check_password
from core.person_facts import PersonFacts, checked_facts
from core.rows import update_row
from core.security_log import Kind


class Session(msgspec.Struct, frozen=True):
    """One browser in which the person is signed in."""

    id: int
    created_at: datetime
    seen_at: datetime
    address: str
    browser: str
    is_this_one: bool


class _Own(msgspec.Struct):
    login: str
    name: str
    password_hash: str | None
    names: tuple[str, ...]


OWN = """
    SELECT p.login, p.name, p.password_hash, ARRAY[p.name::text] || array(
        SELECT unnest(ARRAY[s.code, s.name_zh, s.name_en])::text
        FROM membership m JOIN school s ON s.id = m.school WHERE m.person = p.id) AS names
    FROM person p WHERE p.id = $1
"""


async def list_sessions(actor: Actor) -> list[Session]:
    """The actor's open sessions, the one in use first, then the latest seen."""
    return await fetch(
        Session,
        "SELECT id, created_at, seen_at, address, browser, id IS NOT DISTINCT FROM $2 AS is_this_one"
        " FROM sign_in WHERE person = $1 AND revoked_at IS NULL AND expires_at > now()"
        " ORDER BY is_this_one DESC, seen_at DESC, id DESC",
        actor.person_id,
        actor.sign_in_id,
    )


async def end_session(actor: Actor, session_id: int) -> None:
    """Sign one of the actor's own sessions out; it stops working with its next request."""
    ended = await execute(
        "UPDATE sign_in SET revoked_at = $3 WHERE id = $1 AND person = $2 AND revoked_at IS NULL",
        session_id,
        actor.person_id,
        clock.now(),
    )
    if not ended:
        raise NotFound(say("There is no such session of yours; it may have ended already"))


async def end_other_sessions(actor: Actor) -> int:
    """Sign out everywhere but here; how many sessions that were."""
    return await sign_in.end_sessions(_person(actor), except_for=actor.sign_in_id)


async def update_own(
    actor: Actor, *, name: str, locale: str, reminder_email: str | None = None
) -> None:
    """Change the actor's own name and language, and where reminders go; "" is nowhere."""
    own = await _own(actor)
    clean = checked_facts(PersonFacts(name, own.login, locale))
    more: dict[str, Any] = (
        {} if reminder_email is None else {"reminder_email": reminder_email.strip()}
    )
    if reminder_email and not mail.is_address(more["reminder_email"]):
        raise Invalid.of(
            "reminder_email", say("Write an address such as name@school.example"), code="email"
        )
    async with transaction(actor):
        await update_row(
            tables.Person, actor.person_id, name=clean.name, locale=clean.locale, **more
        )


async def get_reminder_email(actor: Actor) -> str:
    """Where the actor's reminders go, or "" for nowhere."""
    address: str = await fetch_value(
        "SELECT reminder_email FROM person WHERE id = $1", actor.person_id
    )
    return address


async def confirm(
    actor: Actor, *, password: str, address: str, field: str = "confirm_password"
) -> None:
    """Prove with the password who is at this browser; it holds for ten minutes.

    Invalid for a wrong password; NotSignedIn with the tenth since a right one, which ends this
    session and no other; TooMany for more than ten at once.
    """
    actor.require_in_person()
    await _prove(actor, await _own(actor), password, address, field=field)
    await update_row(sign_in_tables.SignIn, actor.sign_in_id, confirmed_at=clock.now())


async def change_password(actor: Actor, *, current: str, new: str, address: str) -> int:
    """Set another password, proved by the current one; how many other sessions that ended.

    Tokens end too: whoever knew the old password may have made one.
    """
    own = await _own(actor)
    await _prove(actor, own, current, address, field="current_password")
    check_password(new, login=own.login, names=own.names, field="new_password")
    if new == current:
        raise Invalid.of("new_password", say("This is the password you have"), code="same")
    password_hash = await passwords.hash_password(new)
    async with transaction(actor):
        await update_row(tables.Person, actor.person_id, password_hash=password_hash)
        await update_row(sign_in_tables.SignIn, actor.sign_in_id, confirmed_at=clock.now())
        await tokens.revoke_tokens(_person(actor))
        await security_log.record(Kind.password_changed, actor=actor, person_id=actor.person_id)
        return await end_other_sessions(actor)


async def _prove(actor: Actor, own: _Own, password: str, address: str, *, field: str) -> None:
    """Raise Invalid unless it is the password; a borrowed browser is no place to guess either."""
    counter = hash_token(f"session {actor.sign_in_id}")
    try:
        attempt = await throttle.begin(own.login, address, counter=counter)
    except TooMany:
        await _record(Kind.password_check_throttled, actor, address)
        raise
    # Counted before it is judged: of tries sent at once no more are judged than one by one.
    tries = await sign_in.count_password_try(actor)
    try:
        is_right = tries is not None and await passwords.is_correct(own.password_hash, password)
    except Unavailable:
        await throttle.take_back(attempt)
        await sign_in.take_back_password_try(actor)
        raise
    if not is_right:
        await _refuse_password(actor, tries, address, field=field)
    await throttle.delete_attempt(attempt)
    await sign_in.reset_password_tries(actor)


async def _refuse_password(
    actor: Actor, tries: int | None, address: str, *, field: str
) -> NoReturn:
    """Raise Invalid, or NotSignedIn where that was the last try of this session."""
    await _record(Kind.password_check_failed, actor, address)
    if tries is not None and tries < sign_in.MOST_WRONG_PASSWORDS:
        raise Invalid.of(field, say("This is not your current password"), code="wrong_password")
    if await sign_in.sign_out(actor):
        await _record(Kind.session_ended, actor, address)
    raise NotSignedIn(
        say("The password was wrong too often, so you were signed out here. Sign in again."),
        code="session_ended",
    )


async def _record(kind: Kind, actor: Actor, address: str) -> None:
    await security_log.record(kind, actor=actor, person_id=actor.person_id, address=address)


async def choose_first_password(token: str, *, new: str, address: str) -> int:
    """The newcomer's own password in place of the one-time one; gives the person's id.

    Every session and token so far ends, the newcomer's too: the caller starts a fresh one.
    """
    newcomer = await sign_in.find_newcomer(token)
    if newcomer is None:
        raise NotSignedIn(say("Sign in first"))
    own = await _own(Actor(person_id=newcomer.person_id, name=newcomer.name))
    check_password(new, login=own.login, names=own.names, field="new_password")
    if await passwords.is_correct(own.password_hash, new):
        raise Invalid.of(
            "new_password", say("Choose one of your own, not the one-time password"), code="same"
        )
    password_hash = await passwords.hash_password(new)
    async with transaction(Actor(person_id=newcomer.person_id, name=newcomer.name)):
        changed = await execute(
            "UPDATE person SET password_hash = $2, one_time_until = NULL"
            " WHERE id = $1 AND one_time_until > now() AND closed_at IS NULL",
            newcomer.person_id,
            password_hash,
        )
        if not changed:
            raise NotSignedIn(say("Sign in first"))
        await sign_in.end_sessions(newcomer.person_id)
        await tokens.revoke_tokens(newcomer.person_id)
        await security_log.record(
            Kind.password_changed, person_id=newcomer.person_id, address=address
        )
    return newcomer.person_id


async def _own(actor: Actor) -> _Own:
    return await get_one(_Own, OWN, _person(actor), missing=say("There is no such account"))


def _person(actor: Actor) -> int:
    if actor.person_id is None:
        raise Forbidden(say("This is for people, not for workers"))
    return actor.person_id
