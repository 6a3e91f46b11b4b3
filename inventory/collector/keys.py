"""The keys of collecting files: made for a school, in a file for a stick, ended by a tap.

What is signed with a key was made by somebody who had the file; nothing more is proved by it.
"""

import secrets
from datetime import datetime, timedelta

import msgspec

from core import clock
from core.access import Actor
from core.database import execute, execute_many, fetch, fetch_value, transaction
from core.encryption import Cipher
from core.errors import Conflict, say
from core.numbers import Id
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import COLLECT_HOURS
from core.query import Key, Order, Where, get_row, in_sight, list_page
from core.rows import insert_row, update_row
from inventory import tables
from inventory.collector.script import collecting_file

PURPOSE = b"labshare keys of collecting files"
SECRET_BYTES = 32
LASTS = timedelta(days=400)
MOST_OPEN_KEYS = 20
MISSING = say("There is no such collecting file, or it is not of your school")


class CollectorKey(msgspec.Struct, frozen=True):
    """A key without its secret; ``readings`` came with it so far."""

    id: int
    school_id: int
    school: str
    made_by: str
    made_at: datetime
    expires_at: datetime
    revoked_by: str | None
    revoked_at: datetime | None
    readings: int

    @property
    def is_good(self) -> bool:
        """Whether what it signs is taken now."""
        return self.revoked_at is None and self.expires_at > clock.now()


class NewKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key to be made at a school."""

    school_id: Id


class KeyFilters(msgspec.Struct, frozen=True):
    """Which keys a list shows."""

    school_id: Id | None = None


NO_FILTERS = KeyFilters()
READ = """
SELECT k.id, k.school AS school_id, s.code AS school, maker.name AS made_by, k.made_at,
       k.expires_at, ender.name AS revoked_by, k.revoked_at,
       (SELECT count(*) FROM machine_reading r WHERE r.key = k.id AND r.voided_at IS NULL)
           AS readings
  FROM collector_key k JOIN school s ON s.id = k.school JOIN person maker ON maker.id = k.made_by
  LEFT JOIN person ender ON ender.id = k.revoked_by
"""
NEWEST_FIRST = Order(Key("k.id", int, "id"), descending=True)


def owner(school_id: int) -> str:
    """What a sealed key is tied to."""
    return f"school {school_id}"


async def list_keys(
    actor: Actor,
    filters: KeyFilters = NO_FILTERS,
    *,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[CollectorKey]:
    """The keys of the schools where the actor collects, the newest first."""
    where = Where("k.school = any(:schools)", schools=actor.school_ids_with(COLLECT_HOURS))
    where.add_given("k.school = :school", school=filters.school_id)
    return await list_page(CollectorKey, READ, where, NEWEST_FIRST, cursor=cursor, limit=limit)


async def get_key(actor: Actor, key_id: int) -> CollectorKey:
    """One key of a school where the actor collects."""
    found = await get_row(CollectorKey, READ, in_sight(actor, "k", key_id), MISSING)
    actor.require(found.school_id, COLLECT_HOURS)
    return found


async def create_key(actor: Actor, cipher: Cipher, new: NewKey) -> CollectorKey:
    """Make a key; Conflict where the school has twenty that still count."""
    actor.require(new.school_id, COLLECT_HOURS)
    now = clock.now()
    async with transaction(actor):
        # Whoever makes one at the same time waits, and counts this one.
        await execute("SELECT FROM school WHERE id = $1 FOR NO KEY UPDATE", new.school_id)
        held = await fetch_value(
            "SELECT count(*) FROM collector_key"
            " WHERE school = $1 AND revoked_at IS NULL AND expires_at > $2",
            new.school_id,
            now,
        )
        if held >= MOST_OPEN_KEYS:
            raise Conflict(
                say(
                    "The school has {most} collecting files: end those that nobody uses", most=held
                ),
                code="too_many_keys",
            )
        key_id = await insert_row(
            tables.CollectorKey,
            school=new.school_id,
            sealed=cipher.encrypt(secrets.token_bytes(SECRET_BYTES), owner=owner(new.school_id)),
            made_by=actor.person_id,
            made_at=now,
            expires_at=now + LASTS,
        )
    return await get_key(actor, key_id)


async def revoke_key(actor: Actor, key_id: int) -> CollectorKey:
    """End a key: no text that it signed is taken from now on; what came before stays."""
    found = await get_key(actor, key_id)
    if found.revoked_at is None:
        async with transaction(actor):
            await update_row(
                tables.CollectorKey, key_id, revoked_by=actor.person_id, revoked_at=clock.now()
            )
    return await get_key(actor, key_id)


async def get_file(actor: Actor, cipher: Cipher, key_id: int) -> bytes:
    """The file for a stick; Conflict once its key has ended."""
    found = await get_key(actor, key_id)
    if not found.is_good:
        raise Conflict(say("This collecting file has ended: make a new one"), code="key_ended")
    sealed: bytes = await fetch_value("SELECT sealed FROM collector_key WHERE id = $1", key_id)
    return collecting_file(key_id, cipher.decrypt(sealed, owner=owner(found.school_id)))


class OpenedKey(msgspec.Struct, frozen=True):
    """A key with its secret, to check a signature."""

    id: int
    school_id: int
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    secret: bytes


class _Sealed(msgspec.Struct):
    id: int
    school: int
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    sealed: bytes


async def find_opened(actor: Actor, cipher: Cipher, key_ids: list[int]) -> dict[int, OpenedKey]:
    """Those of the keys that are of schools where the actor collects, ended ones as well."""
    rows = await fetch(
        _Sealed,
        "SELECT id, school, made_at, expires_at, revoked_at, sealed FROM collector_key"
        " WHERE id = any($1::bigint[]) AND school = any($2::bigint[])",
        key_ids,
        actor.school_ids_with(COLLECT_HOURS),
    )
    return {
        row.id: OpenedKey(
            row.id,
            row.school,
            row.made_at,
            row.expires_at,
            row.revoked_at,
            cipher.decrypt(row.sealed, owner=owner(row.school)),
        )
        for row in rows
    }


async def encrypt_anew(cipher: Cipher) -> int:
    """Encrypt every key with the present secret key, all or none; how many there are."""
    async with transaction():
        rows = await fetch(
            _Sealed,
            "SELECT id, school, made_at, expires_at, revoked_at, sealed FROM collector_key"
            " ORDER BY id FOR UPDATE",
        )
        anew = [
            (row.id, cipher.encrypt(cipher.decrypt(row.sealed, owner=of), owner=of))
            for row in rows
            for of in (owner(row.school),)
        ]
        await execute_many("UPDATE collector_key SET sealed = $2 WHERE id = $1", anew)
    return len(rows)
