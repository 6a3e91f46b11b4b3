"""Passwords by Argon2id, always off the event loop."""

import secrets

import anyio.to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# RFC 9106's second recommendation lowered to 32 MiB: a donated PC signs in a whole class at once.
_hasher = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)

# Checked for accounts that do not exist, so that the answer takes as long as for one that does.
_NOBODY = _hasher.hash(secrets.token_urlsafe(16))


async def hash_password(password: str) -> str:
    """The Argon2id hash to store."""
    return await anyio.to_thread.run_sync(_hasher.hash, password)


async def is_correct(password_hash: str | None, password: str) -> bool:
    """Whether the password belongs to the hash; as slow for no hash at all, and then False."""
    matches = await anyio.to_thread.run_sync(_verify, password_hash or _NOBODY, password)
    return matches and password_hash is not None


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
