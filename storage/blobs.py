"""Content, once: what is stored, what was made of it, and whether it is still whole."""

import hashlib
from pathlib import Path
from uuid import UUID

import msgspec
from anyio import open_file

from core import database
from core.clock import now
from core.errors import Unavailable
from storage import objects
from storage.extraction import Findings
from storage.ids import uuid7


class Content(msgspec.Struct, frozen=True):
    """An object that has been read once from end to end."""

    object_key: str
    size_bytes: int
    sha256: str


class MadePicture(msgspec.Struct, frozen=True):
    """A picture that is stored already and waits for its row."""

    kind: str
    page: int
    object_key: str
    size_bytes: int
    width: int
    height: int


async def fetch_to(path: Path, object_key: str, size: int) -> str:
    """Copy an object into ``path`` and give its SHA-256; Unavailable if it is not all there."""
    digest = hashlib.sha256()
    async with await open_file(path, "wb") as file:
        async for piece in objects.stream(object_key, 0, size):
            digest.update(piece)
            await file.write(piece)
    return digest.hexdigest()


async def find(sha256: str) -> UUID | None:
    """The whole blob with this content, if there is one."""
    blob_id: UUID | None = await database.fetch_value(
        "SELECT id FROM blob WHERE sha256 = $1 AND damaged_at IS NULL", sha256
    )
    return blob_id


async def store_pictures(findings: Findings, folder: Path) -> list[MadePicture]:
    """Put what the reader drew into the store, under keys of their own."""
    made = []
    for picture in findings.pictures:
        async with await open_file(folder / picture.name, "rb") as file:
            data = await file.read()
        key = objects.new_key("d")
        await objects.put(key, data, "image/webp")
        made.append(
            MadePicture(picture.kind, picture.page, key, len(data), picture.width, picture.height)
        )
    return made


async def keep(
    content: Content, media_type: str, findings: Findings, pictures: list[MadePicture]
) -> UUID:
    """The blob of this content: a new one, or the one that another upload made first.

    A damaged blob of the same content is healed: it takes the new object. Runs inside the
    transaction that finishes the upload; the caller removes the object if it was not taken.
    """
    moment = now()
    blob_id: UUID = await database.fetch_value(
        "INSERT INTO blob (id, object_key, sha256, size_bytes, media_type, page_count,"
        " preview_note, created_at, verified_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)"
        " ON CONFLICT (sha256) DO UPDATE SET"
        " object_key = CASE WHEN blob.damaged_at IS NULL THEN blob.object_key"
        " ELSE excluded.object_key END, damaged_at = NULL"
        " RETURNING id",
        uuid7(),
        content.object_key,
        content.sha256,
        content.size_bytes,
        media_type,
        findings.page_count,
        findings.note,
        moment,
    )
    await _keep_pages(blob_id, findings.pages)
    await _keep_pictures(blob_id, pictures)
    return blob_id


async def _keep_pages(blob_id: UUID, pages: list[str]) -> None:
    if not pages:
        return
    await database.execute(
        "INSERT INTO page_text (blob, page, body)"
        " SELECT $1, place, body FROM unnest($2::text[]) WITH ORDINALITY AS found(body, place)"
        " WHERE body <> '' ON CONFLICT DO NOTHING",
        blob_id,
        pages,
    )


async def _keep_pictures(blob_id: UUID, pictures: list[MadePicture]) -> None:
    if not pictures:
        return
    await database.execute_many(
        "INSERT INTO rendition (blob, kind, page, object_key, media_type, size_bytes, width,"
        " height) VALUES ($1, $2, $3, $4, 'image/webp', $5, $6, $7) ON CONFLICT DO NOTHING",
        [
            (blob_id, p.kind, p.page, p.object_key, p.size_bytes, p.width, p.height)
            for p in pictures
        ],
    )


class _Due(msgspec.Struct):
    id: UUID
    object_key: str
    sha256: str
    size_bytes: int


async def scrub(*, older_than_days: int, most_bytes: int) -> int:
    """Read the blobs longest unread once more and mark those that are no longer whole.

    Each is marked as read before it is read, so that one that hangs cannot hold up the others.
    """
    taken = 0
    found_damaged = 0
    while taken < most_bytes:
        due = await database.fetch_one(
            _Due,
            "UPDATE blob SET verified_at = $1 WHERE id = (SELECT id FROM blob"
            " WHERE verified_at < $1::timestamptz - make_interval(days => $2) AND damaged_at IS NULL"
            " ORDER BY verified_at LIMIT 1 FOR UPDATE SKIP LOCKED)"
            " RETURNING id, object_key, sha256, size_bytes",
            now(),
            older_than_days,
        )
        if due is None:
            break
        taken += due.size_bytes
        if not await _is_whole(due):
            found_damaged += 1
            await database.execute("UPDATE blob SET damaged_at = $2 WHERE id = $1", due.id, now())
    return found_damaged


async def _is_whole(due: _Due) -> bool:
    digest = hashlib.sha256()
    try:
        async for piece in objects.stream(due.object_key, 0, due.size_bytes):
            digest.update(piece)
    except objects.ObjectMissing:
        return False
    except Unavailable:
        # The store is down or slow: that says nothing about this object.
        if await objects.answers():
            size = await objects.size_of(due.object_key)
            return size == due.size_bytes
        return True
    return digest.hexdigest() == due.sha256
