"""Handing files out: which object, under which name, and who took it on which day."""

from uuid import UUID

import msgspec

from core import database
from core.access import Actor
from core.clock import now
from core.errors import say
from storage import damage
from storage.rights import visible_to


class File(msgspec.Struct, frozen=True):
    """What a download answers with; the SHA-256 is its strong ETag."""

    revision_id: UUID
    resource_id: UUID
    school_id: int
    object_key: str
    file_name: str
    media_type: str
    size_bytes: int
    sha256: str

    @property
    def etag(self) -> str:
        return f'"{self.sha256}"'


class Picture(msgspec.Struct, frozen=True):
    """A picture made of a revision's file."""

    object_key: str
    media_type: str
    size_bytes: int
    width: int
    height: int


class PageWords(msgspec.Struct, frozen=True):
    """The words of one page."""

    page: int
    body: str


class _File(File, frozen=True, kw_only=True):
    is_damaged: bool


async def get_file(actor: Actor, resource_id: UUID, revision_id: UUID | None = None) -> File:
    """The newest file of a resource that the actor may see, or the revision named."""
    where = visible_to(actor)
    where.add("r.id = :resource", resource=resource_id)
    where.add_given("v.id = :revision", revision=revision_id)
    found = await database.get_one(
        _File,
        "SELECT v.id AS revision_id, r.id AS resource_id, r.school AS school_id, b.object_key,"
        " v.file_name, b.media_type, b.size_bytes, b.sha256,"
        " b.damaged_at IS NOT NULL AS is_damaged"
        " FROM resource r JOIN revision v ON v.resource = r.id JOIN blob b ON b.id = v.blob"
        f" WHERE {where} ORDER BY v.number DESC LIMIT 1",
        **where.values,
        missing=say("There is no such file, or you may not see it"),
    )
    if found.is_damaged:
        raise damage.refusal()
    return File(**{name: getattr(found, name) for name in File.__struct_fields__})


async def record_download(actor: Actor, file: File) -> None:
    """Write down that the actor took this file today; resuming or repeating adds nothing."""
    if actor.person_id is None or not actor.school_ids:
        return
    schools = actor.school_ids
    await database.execute(
        "INSERT INTO download (revision, school, person, downloaded_on) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT DO NOTHING",
        file.revision_id,
        file.school_id if file.school_id in schools else schools[0],
        actor.person_id,
        now().date(),
    )


async def get_picture(actor: Actor, revision_id: UUID, kind: str, page: int) -> Picture:
    """The cover or a page of a revision that the actor may see, else NotFound."""
    where = visible_to(actor)
    where.add("v.id = :revision", revision=revision_id)
    where.add("t.kind = :kind AND t.page = :page", kind=kind, page=page)
    return await database.get_one(
        Picture,
        "SELECT t.object_key, t.media_type, t.size_bytes, t.width, t.height FROM rendition t"
        " JOIN revision v ON v.blob = t.blob JOIN resource r ON r.id = v.resource"
        f" WHERE {where}",
        **where.values,
        missing=say("There is no such picture, or you may not see it"),
    )


class PictureSize(msgspec.Struct, frozen=True):
    """A page of which there is a picture, and the room that it takes."""

    page: int
    width: int
    height: int
    has_large: bool


async def find_pictured_pages(blob_id: UUID) -> list[PictureSize]:
    """The pages of which there are pictures; the caller may see the blob."""
    return await database.fetch(
        PictureSize,
        "SELECT t.page, t.width, t.height, EXISTS (SELECT FROM rendition l WHERE l.blob = t.blob"
        " AND l.kind = 'large' AND l.page = t.page) AS has_large"
        " FROM rendition t WHERE t.blob = $1 AND t.kind = 'page' ORDER BY t.page",
        blob_id,
    )


async def find_words(blob_id: UUID, *, limit: int = 5) -> list[PageWords]:
    """The words of the first pages; the caller may see the blob."""
    return await database.fetch(
        PageWords,
        "SELECT page, body FROM page_text WHERE blob = $1 ORDER BY page LIMIT $2",
        blob_id,
        limit,
    )
