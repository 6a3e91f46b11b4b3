"""Holds the library's rows against the objects: what is missing, short, damaged or left over."""

from uuid import UUID

import msgspec

from core import database
from storage import damage, objects
from storage.damage import Damage
from storage.sweeping import KNOWN_KEYS, PREFIXES


class _Expected(msgspec.Struct):
    what: str
    object_key: str
    size_bytes: int


class _Damaged(msgspec.Struct):
    id: UUID | int
    object_key: str
    damage: Damage


class Count(msgspec.Struct, frozen=True):
    """What there is, for the report's last line."""

    blobs: int
    resources: int
    objects: int
    orphans: int


async def problems() -> list[str]:
    """One line for each row whose object is missing or of the wrong size, or that is damaged.

    Objects that no row knows are no problem of their own: a sweep removes them; see ``count``.
    """
    sizes = await _sizes()
    expected = await database.fetch(
        _Expected,
        "SELECT 'blob ' || id AS what, object_key, size_bytes FROM blob"
        " UNION ALL SELECT 'picture of blob ' || blob, object_key, size_bytes FROM rendition"
        " UNION ALL SELECT 'upload ' || id, tail_key, tail_bytes FROM upload"
        " WHERE tail_key IS NOT NULL ORDER BY 1",
    )
    found = [
        line for row in expected if (line := _judge(row, sizes.get(row.object_key))) is not None
    ]
    damaged = await database.fetch(
        _Damaged,
        "SELECT id, object_key, damage FROM blob WHERE damaged_at IS NOT NULL"
        " AND damage <> 'missing' ORDER BY id",
    )
    pictures = await database.fetch(
        _Damaged,
        "SELECT id, object_key, damage FROM damaged_picture d WHERE damage <> 'missing'"
        " OR NOT EXISTS (SELECT FROM rendition t WHERE t.object_key = d.object_key) ORDER BY id",
    )
    found.extend(f"picture: {damage.SENTENCES[row.damage]} ({row.object_key})" for row in pictures)
    found.extend(
        f"blob {row.id}: {damage.SENTENCES[row.damage]} ({row.object_key})" for row in damaged
    )
    return found


async def count() -> Count:
    """How much there is, and how many objects no row knows."""
    sizes = await _sizes()
    orphans = await database.fetch_value(
        "SELECT count(*) FROM (SELECT object_key FROM unnest($1::text[]) AS listed(object_key)"
        f" EXCEPT ({KNOWN_KEYS})) AS unknown",
        list(sizes),
    )
    return Count(
        blobs=await database.fetch_value("SELECT count(*) FROM blob"),
        resources=await database.fetch_value("SELECT count(*) FROM resource"),
        objects=len(sizes),
        orphans=orphans,
    )


async def _sizes() -> dict[str, int]:
    return {item.key: item.size for prefix in PREFIXES for item in await objects.listed(prefix)}


def _judge(row: _Expected, size: int | None) -> str | None:
    if size is None:
        return f"{row.what}: its object {row.object_key} is missing"
    if size != row.size_bytes:
        return f"{row.what}: its object {row.object_key} has {size} bytes, not {row.size_bytes}"
    return None
