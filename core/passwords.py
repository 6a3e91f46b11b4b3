"""Passwords by Argon2id, always off the event loop and a few at a time."""

import secrets
from collections.abc import Callable
from typing import TypeVar, TypeVarTuple

import anyio
import anyio.to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.connections import refuse_in_transaction
from core.errors import Unavailable, say

T = TypeVar("T")
Args = TypeVarTuple("Args")

# RFC 9106's second recommendation lowered to 32 MiB: a donated PC signs in a whole class at once.
_hasher = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)

# Each takes 32 MiB while it runs: forty at once, as many as there are threads, would leave a
# donated PC too little memory for its database.
MOST_AT_ONCE = 4
LONGEST_WAIT_SECONDS = 10.0
_limiter = anyio.CapacityLimiter(MOST_AT_ONCE)

# Checked for accounts that do not exist, so that the answer takes as long as for one that does.
_NOBODY = _hasher.hash(secrets.token_urlsafe(16))


async def hash_password(password: str) -> str:
    """The Argon2id hash to store; Unavailable when no turn comes within ten seconds."""
    return await _in_turn(_hasher.hash, password)


async def is_correct(password_hash: str | None, password: str) -> bool:
    """Whether the password belongs to the hash; as slow for no hash at all, and then False.

    Unavailable when no turn comes within ten seconds: nothing was judged then.
    """
    matches = await _in_turn(_verify, password_hash or _NOBODY, password)
    return matches and password_hash is not None


async def _in_turn(judge: Callable[[*Args], T], *args: *Args) -> T:
    refuse_in_transaction("hashing a password")
    try:
        with anyio.fail_after(LONGEST_WAIT_SECONDS):
            await _limiter.acquire()
    except TimeoutError as error:
        raise Unavailable(
            say("Very many people are signing in at this moment. Try again in a few seconds."),
            code="busy",
        ) from error
    try:
        return await anyio.to_thread.run_sync(judge, *args)
    finally:
        _limiter.release()


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
