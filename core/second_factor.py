"""The second factor: a code from somebody's phone beside the password, or a recovery code.

Source: RFC 6238 (TOTP): SHA-1, six digits, thirty seconds, one step of tolerance either way.
"""

from datetime import datetime, timedelta

import msgspec
import pyotp

from core import clock, memberships, people, security_log, sign_in, throttle
from core.access import Actor
from core.database import execute, execute_many, fetch, fetch_one, fetch_value, transaction
from core.encryption import Cipher
from core.errors import Conflict, Forbidden, Invalid, NotFound, NotSignedIn, say
from core.hashing import hash_token
from core.security_log import Kind

PURPOSE = b"labshare second factors"
ISSUER = "Labshare"
STEP_SECONDS = 30
STEPS_OF_TOLERANCE = 1
RECOVERY_CODES = 10
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


class _Stored(msgspec.Struct):
    person_id: int
    login: str
    secret: bytes
    confirmed_at: datetime | None


async def get_state(actor: Actor) -> State:
    """How the actor stands with the second factor."""
    found = await fetch_one(
        State,
        "SELECT f.confirmed_at, (SELECT count(*) FROM recovery_code c"
        "   WHERE c.person = p.id AND c.used_at IS NULL) AS codes_left,"
        " EXISTS (SELECT 1 FROM membership m JOIN school s ON s.id = m.school"
        "   WHERE m.person = p.id AND m.role = 'admin' AND s.requires_second_factor"
        f"   AND {memberships.IS_VALID}) AS is_required"
        " FROM person p LEFT JOIN second_factor f ON f.person = p.id WHERE p.id = $1",
        _own_id(actor),
    )
    if found is None:
        raise NotFound(say("There is no such account"))
    return found


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
            cipher.encrypt(secret.encode(), owner=_owner(person_id)),
            clock.now(),
        )
    if not begun:
        raise Conflict(say("You have a second factor already"), code="has_second_factor")


async def find_enrolment(actor: Actor, cipher: Cipher) -> Enrolment | None:
    """The secret that waits to be confirmed, for half an hour."""
    stored = await _find(_own_id(actor), begun_after=clock.now() - ENROLMENT_LASTS)
    if stored is None or stored.confirmed_at is not None:
        return None
    secret = _secret(stored, cipher)
    address = pyotp.TOTP(secret).provisioning_uri(name=stored.login, issuer_name=ISSUER)
    return Enrolment(secret, address)


async def confirm(actor: Actor, cipher: Cipher, code: str, *, address: str) -> list[str]:
    """The first right code makes the secret the second factor; the recovery codes, this once.

    The sessions elsewhere end: they were opened without it.
    """
    person_id = _own_id(actor)
    stored = await _find(person_id, begun_after=clock.now() - ENROLMENT_LASTS)
    if stored is None or stored.confirmed_at is not None:
        raise Conflict(say("Begin again: this took too long"), code="begin_again")
    async with _Guesses(stored, address):
        step = _step_of(stored, cipher, code)
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
        return await _new_codes(person_id)


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
        return await _new_codes(person_id)


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


async def complete_sign_in(token: str, cipher: Cipher, code: str, *, address: str) -> int:
    """The person behind a session that waits for its code, once the code is right.

    The waiting session ends; the caller starts a whole one. A code works once, and so does a
    recovery code; Invalid for a wrong one, TooMany after ten.
    """
    person_id = await sign_in.find_waiting(token)
    stored = None if person_id is None else await _find(person_id)
    if person_id is None or stored is None:
        raise NotSignedIn(say("Sign in first"))
    async with _Guesses(stored, address):
        if not await _use_recovery_code(person_id, code):
            await _use_step(person_id, _step_of(stored, cipher, code))
    await sign_in.end_waiting(token)
    return person_id


async def encrypt_anew(cipher: Cipher) -> int:
    """Encrypt every secret with the present key, all or none; how many there are."""
    async with transaction():
        rows = await fetch(
            _Stored,
            "SELECT f.person AS person_id, '' AS login, f.secret, f.confirmed_at"
            " FROM second_factor f ORDER BY f.person FOR UPDATE",
        )
        renewed = [
            (
                row.person_id,
                cipher.encrypt(_secret(row, cipher).encode(), owner=_owner(row.person_id)),
            )
            for row in rows
        ]
        await execute_many("UPDATE second_factor SET secret = $2 WHERE person = $1", renewed)
    return len(rows)


class _Guesses:
    """Counts a try before it is judged, and forgets it when the block ends well."""

    def __init__(self, stored: _Stored, address: str) -> None:
        self._login, self._address = stored.login, address
        self._person_id = stored.person_id
        self._counter = hash_token(f"second factor {stored.person_id}")

    async def __aenter__(self) -> None:
        await throttle.begin(self._login, self._address, counter=self._counter)

    async def __aexit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        if kind is not None:
            await security_log.record(
                Kind.code_failed, person_id=self._person_id, address=self._address
            )
        else:
            await throttle.forget(self._login, self._address, counter=self._counter)


async def _find(person_id: int, *, begun_after: datetime | None = None) -> _Stored | None:
    return await fetch_one(
        _Stored,
        "SELECT p.id AS person_id, p.login, f.secret, f.confirmed_at"
        " FROM second_factor f JOIN person p ON p.id = f.person WHERE p.id = $1"
        " AND ($2::timestamptz IS NULL OR f.created_at > $2 OR f.confirmed_at IS NOT NULL)",
        person_id,
        begun_after,
    )


def _step_of(stored: _Stored, cipher: Cipher, code: str) -> int:
    """The time step that the code belongs to, or Invalid."""
    digits = "".join(code.split())
    totp = pyotp.TOTP(_secret(stored, cipher))
    step = int(clock.now().timestamp()) // STEP_SECONDS
    for near in range(step - STEPS_OF_TOLERANCE, step + STEPS_OF_TOLERANCE + 1):
        if pyotp.utils.strings_equal(digits, totp.generate_otp(near)):
            return near
    raise _wrong_code()


async def _use_step(person_id: int, step: int) -> None:
    """One code is used once: of many that arrive together the row lets one pass."""
    used = await execute(
        "UPDATE second_factor SET last_step = $2"
        " WHERE person = $1 AND confirmed_at IS NOT NULL AND last_step < $2",
        person_id,
        step,
    )
    if not used:
        raise Invalid.of(
            "code", say("This code has been used. Wait for the next one."), code="used_code"
        )


async def _use_recovery_code(person_id: int, code: str) -> bool:
    used = await execute(
        "UPDATE recovery_code SET used_at = $3"
        " WHERE person = $1 AND code_hash = $2 AND used_at IS NULL",
        person_id,
        _code_hash(person_id, code),
        clock.now(),
    )
    if used:
        await security_log.record(Kind.recovery_code_used, person_id=person_id)
    return used > 0


def _wrong_code() -> Invalid:
    return Invalid.of(
        "code",
        say("This code is not right. Look at the clock of your phone, and take the present code."),
        code="wrong_code",
    )


async def _new_codes(person_id: int) -> list[str]:
    codes = [people.readable_secret(3) for _ in range(RECOVERY_CODES)]
    await execute("DELETE FROM recovery_code WHERE person = $1", person_id)
    await execute_many(
        "INSERT INTO recovery_code (person, code_hash) VALUES ($1, $2)",
        [(person_id, _code_hash(person_id, code)) for code in codes],
    )
    return codes


async def _remove(person_id: int) -> None:
    await execute("DELETE FROM second_factor WHERE person = $1", person_id)
    await execute("DELETE FROM recovery_code WHERE person = $1", person_id)


def _code_hash(person_id: int, code: str) -> bytes:
    letters = "".join(letter for letter in code.upper() if letter.isalnum())
    return hash_token(f"recovery code {person_id} {letters[:64]}")


def _secret(stored: _Stored, cipher: Cipher) -> str:
    return cipher.decrypt(stored.secret, owner=_owner(stored.person_id)).decode()


def _owner(person_id: int) -> str:
    return f"person {person_id}"


def _own_id(actor: Actor) -> int:
    actor.require_in_person()
    if actor.person_id is None:
        raise Forbidden(say("This is for people, not for workers"))
    return actor.person_id
