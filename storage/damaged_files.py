"""Which files are damaged, for those who see to it that they are uploaded again."""

from datetime import datetime
from uuid import UUID

import msgspec

from core import database
from core.access import Actor
from core.paging import DEFAULT_LIMIT, MAX_LIMIT, Page
from core.permissions import REVIEW_RESOURCES
from core.query import Key, Order, Where, count_rows, list_page
from storage.damage import Damage


class DamagedFile(msgspec.Struct, frozen=True):
    """A file that can no longer be handed out, or shown in pictures, and whose it is."""

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


_FILES = """
    (SELECT id AS blob, damage, damaged_at FROM blob WHERE damaged_at IS NOT NULL
     UNION ALL
     SELECT t.blob, 'pictures', min(d.damaged_at)
       FROM damaged_picture d JOIN rendition t ON t.object_key = d.object_key
       JOIN blob b ON b.id = t.blob WHERE b.damaged_at IS NULL GROUP BY t.blob) f
    JOIN blob b ON b.id = f.blob JOIN revision v ON v.blob = b.id JOIN resource r ON r.id = v.resource
    JOIN person p ON p.id = r.owner
"""
_SELECT = f"""
SELECT v.id AS revision_id, r.id AS resource_id, r.school AS school_id, r.title, v.number,
       v.file_name, b.size_bytes, p.name AS owner_name, f.damage, f.damaged_at FROM {_FILES}
"""
LATEST_FOUND = Order(
    Key("f.damaged_at", datetime, "damaged_at"),
    Key("v.id", UUID, "revision_id"),
    descending=True,
)


def _in_sight(actor: Actor) -> Where:
    return Where(
        "(r.school = any(:reviewed) OR r.owner = :me AND r.school = any(:schools))",
        reviewed=actor.school_ids_with(REVIEW_RESOURCES),
        me=actor.person_id,
        schools=actor.school_ids,
    )


async def list_damaged_files(
    actor: Actor, *, limit: int = DEFAULT_LIMIT, cursor: str | None = None
) -> Page[DamagedFile]:
    """Those of one's own resources and of the schools that one administers, the newest found first."""
    return await list_page(
        DamagedFile, _SELECT, _in_sight(actor), LATEST_FOUND, cursor=cursor, limit=limit
    )


async def count_damaged_files(actor: Actor) -> int:
    """How many :func:`list_resources` finds, 200 at most."""
    where = _in_sight(actor)
    return await count_rows(
        f"(SELECT FROM {_FILES} WHERE {where} LIMIT {MAX_LIMIT}) f", Where(**where.values)
    )


async def count_blobs() -> int:
    """How many contents are damaged, whoever has them."""
    return int(
        await database.fetch_value("SELECT count(*) FROM blob WHERE damaged_at IS NOT NULL") or 0
    )
