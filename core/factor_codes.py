"""Codes of a second factor: which is right, once each, and how often somebody may guess.

Source: RFC 6238 (TOTP): SHA-1, six digits, thirty seconds, one step of tolerance either way.
"""

from datetime import datetime

import msgspec
import pyotp

from core import clock, people, security_log, throttle
from core.database import execute, execute_many, fetch_one
from core.encryption import Cipher
from core.errors import Invalid, TooMany, Unavailable, say
from core.hashing import hash_token
from core.security_log import Kind

STEP_SECONDS = 30
STEPS_OF_TOLERANCE = 1
RECOVERY_CODES = 10


class StoredFactor(msgspec.Struct):
    """A row of a second factor with the sign-in name of whose it is."""

    id: int
    person_id: int
    login: str
    secret: bytes
    confirmed_at: datetime | None


class Guesses:
    """Counts a try before it is judged, and forgets it when the block ends well.

    Counted by the factor and not by the person: one that takes the place of another starts afresh.
    """

    def __init__(self, stored: StoredFactor, address: str, known_browser: str = "") -> None:
        self._stored, self._address, self._known_browser = stored, address, known_browser
        self._counter = hash_token(f"second factor {stored.id}")

    async def __aenter__(self) -> None:
        try:
            self._attempt = await throttle.begin(
                self._stored.login,
                self._address,
                counter=self._counter,
                known_browser=self._known_browser,
            )
        except TooMany:
            await self._record(Kind.code_throttled)
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _trace: object
    ) -> None:
        if kind is None:
            await throttle.delete_attempt(self._attempt)
        elif isinstance(error, Invalid):
            await self._record(Kind.code_failed)
        elif isinstance(error, Unavailable):
            await throttle.take_back(self._attempt)

    async def _record(self, kind: Kind) -> None:
        person_id = self._stored.person_id
        await security_log.record(kind, person_id=person_id, address=self._address)


async def find_factor(
    person_id: int, *, begun_after: datetime | None = None
) -> StoredFactor | None:
    """Somebody's second factor; one that was never confirmed only if begun after that moment."""
    return await fetch_one(
        StoredFactor,
        "SELECT f.id, p.id AS person_id, p.login, f.secret, f.confirmed_at"
        " FROM second_factor f JOIN person p ON p.id = f.person WHERE p.id = $1"
        " AND ($2::timestamptz IS NULL OR f.created_at > $2 OR f.confirmed_at IS NOT NULL)",
        person_id,
        begun_after,
    )


def step_of(stored: StoredFactor, cipher: Cipher, code: str) -> int:
    """The time step that the code belongs to, or Invalid."""
    digits = "".join(code.split())
    totp = pyotp.TOTP(secret_of(stored, cipher))
    step = int(clock.now().timestamp()) // STEP_SECONDS
    for near in range(step - STEPS_OF_TOLERANCE, step + STEPS_OF_TOLERANCE + 1):
        if pyotp.utils.strings_equal(digits, totp.generate_otp(near)):
            return near
    raise _wrong_code()


async def use_step(person_id: int, step: int) -> None:
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


async def use_recovery_code(person_id: int, code: str) -> bool:
    """Whether this is one of somebody's codes; it is used up then."""
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


async def new_recovery_codes(person_id: int) -> list[str]:
    """Ten fresh codes in place of those before; here is the one place where they are known."""
    codes = [people.readable_secret(3) for _ in range(RECOVERY_CODES)]
    await execute("DELETE FROM recovery_code WHERE person = $1", person_id)
    await execute_many(
        "INSERT INTO recovery_code (person, code_hash) VALUES ($1, $2)",
        [(person_id, _code_hash(person_id, code)) for code in codes],
    )
    return codes


def _code_hash(person_id: int, code: str) -> bytes:
    letters = "".join(letter for letter in code.upper() if letter.isalnum())
    return hash_token(f"recovery code {person_id} {letters[:64]}")


def secret_of(stored: StoredFactor, cipher: Cipher) -> str:
    """The secret that the phone shares with us."""
    return cipher.decrypt(stored.secret, owner=owner_of(stored.person_id)).decode()


def owner_of(person_id: int) -> str:
    """What a secret is encrypted for: in another's row it cannot be decrypted."""
    return f"person {person_id}"
