"""Content, once: what is stored, what was made of it, and whether it is still whole."""

import hashlib
from pathlib import Path
from uuid import UUID

import msgspec
import structlog
from anyio import open_file

from core import database
from core.clock import now
from core.errors import Unavailable, say
from storage import damaged_pictures, objects
from storage.extraction import Findings
from storage.ids import uuid7

log = structlog.get_logger(__name__)


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


# Of a blob ``b``: an upload of the same content makes it whole again, and its pictures anew.
IS_DAMAGED = (
    "(b.damaged_at IS NOT NULL OR EXISTS (SELECT FROM damaged_picture p"
    " JOIN rendition t ON t.object_key = p.object_key WHERE t.blob = b.id))"
)


async def download_to(path: Path, object_key: str, size: int) -> str:
    """Copy an object into ``path`` and give its SHA-256; Unavailable if it is not all there."""
    digest = hashlib.sha256()
    async with await open_file(path, "wb") as file:
        async for piece in objects.stream(object_key, 0, size):
            digest.update(piece)
            await file.write(piece)
    return digest.hexdigest()


async def find_blob(sha256: str) -> UUID | None:
    """The blob with this content that is whole with its pictures, as far as is known."""
    blob_id: UUID | None = await database.fetch_value(
        f"SELECT id FROM blob b WHERE sha256 = $1 AND NOT ({IS_DAMAGED})", sha256
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


class StoredBlob(msgspec.Struct, frozen=True):
    """The blob of some content, and the objects that it no longer needs."""

    id: UUID
    replaced_keys: list[str] = []


class _Old(msgspec.Struct):
    id: UUID
    object_key: str
    is_damaged: bool


async def store_blob(
    content: Content, media_type: str, findings: Findings, pictures: list[MadePicture]
) -> StoredBlob:
    """The blob of this content: a new one, or the one that another upload made first.

    A damaged blob of the same content is healed: it takes the new object and the new pictures.
    Runs inside the transaction that finishes the upload; after it the caller removes the replaced
    objects, and the new one if it was not taken.
    """
    moment = now()
    blob_id = uuid7()
    is_new = await database.execute(
        "INSERT INTO blob (id, object_key, sha256, size_bytes, media_type, page_count,"
        " preview_note, created_at, verified_at) VALUES (:id, :object_key, :sha256, :size_bytes,"
        " :media_type, :page_count, :preview_note, :created_at, :created_at)"
        " ON CONFLICT (sha256) DO NOTHING",
        id=blob_id,
        object_key=content.object_key,
        sha256=content.sha256,
        size_bytes=content.size_bytes,
        media_type=media_type,
        page_count=findings.page_count,
        preview_note=findings.note,
        created_at=moment,
    )
    replaced: list[str] = []
    if not is_new:
        old = await database.fetch_one(
            _Old,
            f"SELECT id, object_key, {IS_DAMAGED} AS is_damaged FROM blob b"
            " WHERE sha256 = $1 FOR NO KEY UPDATE",
            content.sha256,
        )
        if old is None:
            raise Unavailable(
                say("Others were changing the same things at this moment. Try again."), code="busy"
            )
        blob_id = old.id
        if old.is_damaged:
            replaced = await _heal(old, content, findings)
    await _insert_pages(blob_id, findings.pages)
    await _insert_pictures(blob_id, pictures)
    return StoredBlob(blob_id, replaced)


async def _heal(old: _Old, content: Content, findings: Findings) -> list[str]:
    await database.execute(
        "UPDATE blob SET object_key = :object_key, damaged_at = NULL, damage = NULL, verified_at ="
        " :verified_at,"
        " page_count = :page_count, preview_note = :preview_note WHERE id = :id",
        id=old.id,
        object_key=content.object_key,
        verified_at=now(),
        page_count=findings.page_count,
        preview_note=findings.note,
    )
    # The pictures lay in the same store: those made now are known to be whole.
    pictures = await database.fetch_column(
        str, "DELETE FROM rendition WHERE blob = $1 RETURNING object_key", old.id
    )
    await damaged_pictures.delete_marks(*pictures)
    log.info("blob.healed", blob=str(old.id))
    return [old.object_key, *pictures]


async def _insert_pages(blob_id: UUID, pages: list[str]) -> None:
    if not pages:
        return
    await database.execute(
        "INSERT INTO page_text (blob, page, body)"
        " SELECT $1, place, body FROM unnest($2::text[]) WITH ORDINALITY AS found(body, place)"
        " WHERE body <> '' ON CONFLICT DO NOTHING",
        blob_id,
        pages,
    )


async def _insert_pictures(blob_id: UUID, pictures: list[MadePicture]) -> None:
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
