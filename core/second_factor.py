"""The second factor: a code from somebody's phone beside the password, or a recovery code."""

from datetime import datetime, timedelta

import msgspec
import pyotp

from core import clock, known_browsers, people, security_log, sign_in
from core.access import Actor
from core.database import execute, execute_many, fetch, fetch_value, get_one, transaction
from core.encryption import Cipher
from core.errors import (
    Conflict,
    Forbidden,
    NotSignedIn,
    say,
)
from core.factor_codes import (
    Guesses,
    StoredFactor,
    find_factor,
    new_recovery_codes,
    owner_of,
    secret_of,
    step_of,
    use_recovery_code,
    use_step,
)
from core.security_log import Kind

PURPOSE = b"labshare second factors"
ISSUER = "Labshare"
# A secret that nobody confirmed meanwhile is forgotten: somebody else may look at the screen.
ENROLMENT_LASTS = timedelta(minutes=30)


class State(msgspec.Struct, frozen=True):
    """Whether somebody has a second factor, and which of their schools ask admins for one."""

    confirmed_at: datetime | None
    codes_left: int
    is_required: bool


class Enrolment(msgspec.Struct, frozen=True):
    """A secret to put into the phone, typed or as the address that a QR code holds."""

    secret: str
    address: str

    @property
    def spelled(self) -> str:
        """The secret in groups of four, for typing."""
        return " ".join(self.secret[start : start + 4] for start in range(0, len(self.secret), 4))


async def get_state(actor: Actor) -> State:
    """How the actor stands with the second factor."""
    return await get_one(
        State,
        "SELECT f.confirmed_at, (SELECT count(*) FROM recovery_code c"
        "   WHERE c.person = p.id AND c.used_at IS NULL) AS codes_left,"
        " EXISTS (SELECT 1 FROM valid_membership m JOIN school s ON s.id = m.school"
        "   WHERE m.person = p.id AND m.role = 'admin' AND s.requires_second_factor)"
        " AS is_required"
        " FROM person p LEFT JOIN second_factor f ON f.person = p.id WHERE p.id = $1",
        _own_id(actor),
        missing=say("There is no such account"),
    )


async def begin(actor: Actor, cipher: Cipher) -> None:
    """Make a secret that :func:`confirm` turns into the second factor; asks for the password."""
    person_id = _own_id(actor)
    actor.require_confirmed()
    secret = pyotp.random_base32()
    async with transaction(actor):
        begun = await execute(
            "INSERT INTO second_factor (person, secret, created_at) VALUES ($1, $2, $3)"
            " ON CONFLICT (person) DO UPDATE SET secret = excluded.secret,"
            " created_at = excluded.created_at WHERE second_factor.confirmed_at IS NULL",
            person_id,
            cipher.encrypt(secret.encode(), owner=owner_of(person_id)),
            clock.now(),
        )
    if not begun:
        raise Conflict(say("You have a second factor already"), code="has_second_factor")


async def find_enrolment(actor: Actor, cipher: Cipher) -> Enrolment | None:
    """The secret that waits to be confirmed, for half an hour."""
    stored = await find_factor(_own_id(actor), begun_after=clock.now() - ENROLMENT_LASTS)
    if stored is None or stored.confirmed_at is not None:
        return None
    secret = secret_of(stored, cipher)
    address = pyotp.TOTP(secret).provisioning_uri(name=stored.login, issuer_name=ISSUER)
    return Enrolment(secret, address)


async def confirm(actor: Actor, cipher: Cipher, code: str, *, address: str) -> list[str]:
    """The first right code makes the secret the second factor; the recovery codes, this once.

    The sessions elsewhere end: they were opened without it.
    """
    person_id = _own_id(actor)
    stored = await find_factor(person_id, begun_after=clock.now() - ENROLMENT_LASTS)
    if stored is None or stored.confirmed_at is not None:
        raise Conflict(say("Begin again: this took too long"), code="begin_again")
    async with Guesses(stored, address):
        step = step_of(stored, cipher, code)
    async with transaction(actor):
        done = await execute(
            "UPDATE second_factor SET confirmed_at = $2, last_step = $3"
            " WHERE person = $1 AND confirmed_at IS NULL AND secret = $4",
            person_id,
            clock.now(),
            step,
            stored.secret,
        )
        if not done:
            raise Conflict(say("Begin again: this took too long"), code="begin_again")
        await sign_in.end_sessions(person_id, except_for=actor.sign_in_id)
        await security_log.record(Kind.second_factor_set_up, actor=actor, person_id=person_id)
        return await new_recovery_codes(person_id)


async def renew_codes(actor: Actor) -> list[str]:
    """Ten recovery codes in place of those before; asks for the password."""
    person_id = _own_id(actor)
    actor.require_confirmed()
    async with transaction(actor):
        if not await fetch_value(
            "SELECT 1 FROM second_factor WHERE person = $1 AND confirmed_at IS NOT NULL FOR UPDATE",
            person_id,
        ):
            raise Conflict(say("You have no second factor yet"), code="no_second_factor")
        return await new_recovery_codes(person_id)


async def remove(actor: Actor) -> None:
    """Go back to the password alone, where no school of the actor's asks for more."""
    actor.require_confirmed()
    if (await get_state(actor)).is_required:
        raise Conflict(
            say("Your school asks its admins for a second factor"), code="second_factor_required"
        )
    async with transaction(actor):
        await _remove(_own_id(actor))
        await security_log.record(
            Kind.second_factor_removed, actor=actor, person_id=actor.person_id
        )


async def reset(actor: Actor, person_id: int) -> None:
    """Take away the second factor of somebody who lost the phone; their sessions end.

    For an admin of all their schools, in person, who types the password again.
    """
    actor.require_in_person()
    await people.get_administered(actor, person_id)
    actor.require_confirmed()
    async with transaction(actor):
        await _remove(person_id)
        await security_log.record(Kind.second_factor_reset, actor=actor, person_id=person_id)
        await sign_in.end_sessions(person_id)


async def reset_from_command_line(person_id: int) -> None:
    """:func:`reset` by whoever holds the machine itself: for the last admin."""
    operator = Actor.system("labshare person reset-second-factor", [])
    async with transaction(operator):
        await _remove(person_id)
        await security_log.record(Kind.second_factor_reset, actor=operator, person_id=person_id)
        await sign_in.end_sessions(person_id)


class Completed(msgspec.Struct, frozen=True):
    """Whose second step was right, and the token by which the browser is known from now on."""

    person_id: int
    known_browser: str


async def complete_sign_in(
    token: str, cipher: Cipher, code: str, *, address: str, known_browser: str = ""
) -> Completed:
    """The person behind a session that waits for its code, once the code is right.

    The waiting session ends; the caller starts a whole one. A code works once, and so does a
    recovery code; Invalid for a wrong one, TooMany after ten. ``known_browser`` is the token that
    an earlier sign-in here gave, if any: it has a few tries of its own.
    """
    person_id = await sign_in.find_waiting(token)
    stored = None if person_id is None else await find_factor(person_id)
    if person_id is None or stored is None:
        raise NotSignedIn(say("Sign in first"))
    async with Guesses(stored, address, known_browser):
        if not await use_recovery_code(person_id, code):
            await use_step(person_id, step_of(stored, cipher, code))
    await sign_in.end_waiting(token)
    return Completed(person_id, await known_browsers.store_browser(person_id, known_browser))


async def encrypt_anew(cipher: Cipher) -> int:
    """Encrypt every secret with the present key, all or none; how many there are."""
    async with transaction():
        rows = await fetch(
            StoredFactor,
            "SELECT f.id, f.person AS person_id, '' AS login, f.secret, f.confirmed_at"
            " FROM second_factor f ORDER BY f.person FOR UPDATE",
        )
        renewed = [
            (
                row.person_id,
                cipher.encrypt(secret_of(row, cipher).encode(), owner=owner_of(row.person_id)),
            )
            for row in rows
        ]
        await execute_many("UPDATE second_factor SET secret = $2 WHERE person = $1", renewed)
    return len(rows)


async def _remove(person_id: int) -> None:
    await execute("DELETE FROM second_factor WHERE person = $1", person_id)
    await execute("DELETE FROM recovery_code WHERE person = $1", person_id)


def _own_id(actor: Actor) -> int:
    actor.require_in_person()
    if actor.person_id is None:
        raise Forbidden(say("This is for people, not for workers"))
    return actor.person_id
