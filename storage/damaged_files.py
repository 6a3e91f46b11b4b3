"""Which files are damaged, for those who see to it that they are uploaded again."""

from datetime import datetime
from uuid import UUID

import msgspec

from core import database
from core.access import Actor
from core.paging import DEFAULT_LIMIT, MAX_LIMIT, Page, checked_limit, decode_cursor, page_of
from core.permissions import REVIEW_RESOURCES
from storage.damage import Damage


class DamagedFile(msgspec.Struct, frozen=True):
    """A file that can no longer be handed out, and whose it is."""

    revision_id: UUID
    resource_id: UUID
    school_id: int
    title: str
    number: int
    file_name: str
    size_bytes: int
    owner_name: str
    damage: Damage
    damaged_at: datetime


_IN_SIGHT = """
    FROM blob b JOIN revision v ON v.blob = b.id JOIN resource r ON r.id = v.resource
    JOIN person p ON p.id = r.owner
    WHERE b.damaged_at IS NOT NULL
      AND (r.school = any($1::bigint[]) OR r.owner = $2 AND r.school = any($3::bigint[]))
"""


def _sight(actor: Actor) -> tuple[object, ...]:
    return actor.school_ids_with(REVIEW_RESOURCES), actor.person_id, actor.school_ids


async def find(
    actor: Actor, *, limit: int = DEFAULT_LIMIT, cursor: str | None = None
) -> Page[DamagedFile]:
    """Those of one's own resources and of the schools that one administers, the newest found first."""
    checked_limit(limit)
    before = decode_cursor(cursor, datetime, UUID) if cursor else (None, None)
    rows = await database.fetch(
        DamagedFile,
        "SELECT v.id AS revision_id, r.id AS resource_id, r.school AS school_id, r.title, v.number,"
        f" v.file_name, b.size_bytes, p.name AS owner_name, b.damage, b.damaged_at {_IN_SIGHT}"
        " AND ($4::timestamptz IS NULL OR (b.damaged_at, v.id) < ($4, $5::uuid))"
        " ORDER BY b.damaged_at DESC, v.id DESC LIMIT $6",
        *_sight(actor),
        *before,
        limit + 1,
    )
    return page_of(rows, limit, lambda file: (file.damaged_at, file.revision_id))


async def count(actor: Actor) -> int:
    """How many :func:`find` finds, 200 at most."""
    found: int = await database.fetch_value(
        f"SELECT count(*) FROM (SELECT {_IN_SIGHT} LIMIT $4) AS found", *_sight(actor), MAX_LIMIT
    )
    return found


async def count_blobs() -> int:
    """How many contents are damaged, whoever has them."""
    return int(
        await database.fetch_value("SELECT count(*) FROM blob WHERE damaged_at IS NOT NULL") or 0
    )
