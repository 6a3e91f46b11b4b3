"""Deletes what is not needed any more: the row first, the object last."""

from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from core import database
from core.clock import now
from core.errors import Unavailable
from storage import damaged_pictures, objects, uploads

# A finished file that nobody has described by then was a mistake.
UNUSED_AFTER = timedelta(days=30)
ORPHAN_AFTER = timedelta(days=7)
# The row that names a tail is written right after it.
TAIL_ORPHAN_AFTER = timedelta(hours=1)
# Two sweeps must agree, and the second must not be the repetition of the first.
BETWEEN_SWEEPS = timedelta(hours=12)
UNKNOWN_PARTS_AFTER = timedelta(hours=48)
# Photographs, under "p/", belong to rows of other domains and are theirs to clear away.
TAILS = "t/"
PREFIXES = ("b/", "d/", TAILS)

KNOWN_KEYS = (
    "SELECT object_key FROM blob UNION ALL SELECT object_key FROM rendition"
    " UNION ALL SELECT tail_key FROM upload WHERE tail_key IS NOT NULL"
    " UNION ALL SELECT object_key FROM upload WHERE state IN ('completing', 'verifying')"
)


async def expire_uploads() -> int:
    """End the uploads that nobody has gone on with; how many."""
    expired = await database.fetch_column(
        UUID,
        "UPDATE upload SET state = 'expired', writer = NULL, blob = NULL WHERE expires_at < $1"
        " AND state = any($2::text[]) RETURNING id",
        now(),
        [*uploads.OPEN],
    )
    unused = await database.fetch_column(
        UUID,
        "UPDATE upload u SET state = 'expired', blob = NULL WHERE state IN ('ready', 'duplicate')"
        " AND expires_at < $1 AND NOT EXISTS (SELECT FROM revision v WHERE v.id = u.id)"
        " RETURNING id",
        now() - UNUSED_AFTER,
    )
    for upload_id in [*expired, *unused]:
        with suppress(Unavailable):
            await uploads.discard(upload_id)
    return len(expired) + len(unused)


async def delete_unused_blobs() -> int:
    """Remove content that no revision and no upload refers to any more; how many blobs."""
    async with database.transaction():
        ids = await database.fetch_column(
            UUID,
            "SELECT b.id FROM blob b WHERE b.created_at < $1"
            " AND NOT EXISTS (SELECT FROM revision v WHERE v.blob = b.id)"
            " AND NOT EXISTS (SELECT FROM upload u WHERE u.blob = b.id)"
            " ORDER BY b.id LIMIT 100 FOR UPDATE SKIP LOCKED",
            now() - ORPHAN_AFTER,
        )
        keys = await database.fetch_column(
            str,
            "SELECT object_key FROM rendition WHERE blob = any($1::uuid[])"
            " UNION ALL SELECT object_key FROM blob WHERE id = any($1::uuid[])",
            ids,
        )
        await database.execute("DELETE FROM blob WHERE id = any($1::uuid[])", ids)
        await damaged_pictures.delete_marks(*keys)
    for key in keys:
        with suppress(Unavailable):
            await objects.remove(key)
    return len(ids)


async def sweep_orphans() -> int:
    """Remove objects that no row knew in two sweeps and that are old enough; how many."""
    listed = [item for prefix in PREFIXES for item in await objects.listed(prefix)]
    old = [item for item in listed if item.modified_at < now() - _age_of_orphans(item.key)]
    async with database.transaction():
        keys = await database.fetch_column(
            str,
            "SELECT object_key FROM unnest($1::text[]) AS listed(object_key)"
            f" EXCEPT ({KNOWN_KEYS})",
            [item.key for item in old],
        )
        await database.execute("DELETE FROM orphan WHERE object_key <> all($1::text[])", keys)
        due = await database.fetch_column(
            str, "DELETE FROM orphan WHERE seen_at < $1 RETURNING object_key",
            now() - BETWEEN_SWEEPS,
        )  # fmt: skip
        sizes = {item.key: item.size for item in old}
        deleted = set(due)
        await database.execute_many(
            "INSERT INTO orphan (object_key, size_bytes, seen_at) VALUES ($1, $2, $3)"
            " ON CONFLICT (object_key) DO NOTHING",
            [(key, sizes[key], now()) for key in keys if key not in deleted],
        )
    for key in due:
        await objects.remove(key)
    return len(due)


def _age_of_orphans(key: str) -> timedelta:
    return TAIL_ORPHAN_AFTER if key.startswith(TAILS) else ORPHAN_AFTER


async def abort_unknown_parts() -> int:
    """Drop multipart uploads that no open upload of ours knows; how many."""
    dropped = 0
    for parts in await objects.unfinished_parts("b/"):
        if parts.initiated_at > now() - UNKNOWN_PARTS_AFTER:
            continue
        is_ours = await database.fetch_value(
            "SELECT true FROM upload WHERE parts_id = $1 AND state = any($2::text[])",
            parts.upload_id,
            list(uploads.UNFINISHED),
        )
        if not is_ours:
            await objects.abort_parts(parts.key, parts.upload_id)
            dropped += 1
    return dropped
