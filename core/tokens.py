"""Keys for programs: random, hashed, limited to scopes, ending on a day."""

import secrets
from datetime import datetime, timedelta

import msgspec

from core import database
from core.access import Actor, Membership
from core.clock import now
from core.sign_in import MEMBERSHIPS, hash_token

PREFIX = "lsh_"
SCOPES = (
    "inventory:read", "inventory:write",
    "monitoring:read", "monitoring:write",
    "library:read", "library:write",
    "people:read", "people:write",
    "reports:read",
)  # fmt: skip
USED_EVERY = timedelta(minutes=5)


class _Token(msgspec.Struct):
    id: int
    person_id: int
    name: str
    locale: str
    scopes: frozenset[str]
    memberships: tuple[Membership, ...]
    used_at: datetime | None


def new_token() -> str:
    """A fresh secret; the prefix lets scanners of leaked secrets know it."""
    return PREFIX + secrets.token_urlsafe(32)


async def find_actor(token: str, *, request_id: str = "") -> Actor | None:
    """The person behind a bearer token, limited to its scopes, or None if it does not hold."""
    if not token.startswith(PREFIX):
        return None
    found = await database.fetch_one(
        _Token,
        "SELECT t.id, p.id AS person_id, p.name, p.locale, t.scopes, t.used_at,"
        f" {MEMBERSHIPS}"
        " FROM api_token t JOIN person p ON p.id = t.person"
        " WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND t.expires_at > now()"
        " AND p.closed_at IS NULL",
        hash_token(token),
    )
    if found is None:
        return None
    if found.used_at is None or now() - found.used_at > USED_EVERY:
        await database.execute("UPDATE api_token SET used_at = $2 WHERE id = $1", found.id, now())
    return Actor(
        person_id=found.person_id,
        name=found.name,
        locale=found.locale,
        memberships=found.memberships,
        scopes=found.scopes,
        request_id=request_id,
    )
