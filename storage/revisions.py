"""The files of a resource, one after the other: numbered, never changed."""

from datetime import datetime
from uuid import UUID

import msgspec

from core import database
from core.access import Actor
from core.clock import now
from core.errors import Conflict, Forbidden, Invalid, say
from storage import uploads
from storage.damage import Damage
from storage.rights import may_change, visible_to


class Revision(msgspec.Struct, frozen=True):
    """One file of a resource, as its page shows it."""

    id: UUID
    resource_id: UUID
    number: int
    blob_id: UUID
    file_name: str
    note: str
    media_type: str
    size_bytes: int
    sha256: str
    page_count: int | None
    preview_note: str
    created_by_name: str | None
    created_at: datetime
    downloads: int
    # Since when it is known that the store no longer gives it back, and why.
    damaged_at: datetime | None
    damage: Damage | None


_SELECT = (
    "SELECT v.id, v.resource AS resource_id, v.number, v.blob AS blob_id, v.file_name, v.note,"
    " b.media_type, b.size_bytes, b.sha256, b.page_count, b.preview_note,"
    " p.name AS created_by_name, v.created_at,"
    " (SELECT count(*) FROM download d WHERE d.revision = v.id) AS downloads,"
    " b.damaged_at, b.damage"
    " FROM revision v JOIN blob b ON b.id = v.blob LEFT JOIN person p ON p.id = v.created_by"
)


async def list_revisions(actor: Actor, resource_id: UUID) -> list[Revision]:
    """The revisions of a resource that the actor may see, newest first."""
    where = visible_to(actor)
    where.add("r.id = :id", id=resource_id)
    return await database.fetch(
        Revision,
        f"{_SELECT} JOIN resource r ON r.id = v.resource WHERE {where} ORDER BY v.number DESC",
        **where.values,
    )


class _Target(msgspec.Struct):
    school: int
    owner: int


async def add(actor: Actor, resource_id: UUID, upload_id: UUID, *, note: str = "") -> None:
    """Give the resource its next file.

    A finished upload becomes a revision at once; one that is still on its way is reserved for the
    resource and becomes one when it is ready.
    """
    async with database.transaction(actor):
        where = visible_to(actor)
        where.add("r.id = :id", id=resource_id)
        target = await database.get_one(
            _Target,
            f"SELECT r.school, r.owner FROM resource r WHERE {where}",
            **where.values,
            missing=say("There is no such resource, or you may not see it"),
        )
        if not may_change(actor, school_id=target.school, owner_id=target.owner):
            raise Forbidden(say("Only its owner and the school's administrators may change this"))
        await _take_upload(actor, upload_id, resource_id, target.school, note)
        await attach(upload_id)


async def _take_upload(
    actor: Actor, upload_id: UUID, resource_id: UUID, school_id: int, note: str
) -> None:
    upload = await uploads.get_upload(actor, upload_id)
    if upload.school_id != school_id:
        raise Invalid.of(
            "upload_id",
            say("This file was uploaded for another school"),
            code="upload_of_another_school",
        )
    if not (upload.is_usable or upload.is_unfinished):
        raise Conflict(say("This upload came to nothing; send the file again"), code="not_usable")
    taken = await database.execute(
        "UPDATE upload SET resource = $2, note = $3 WHERE id = $1 AND resource IS NULL",
        upload_id,
        resource_id,
        note[:500],
    )
    if not taken and upload.resource_id != resource_id:
        raise Conflict(say("This file already belongs to a resource"), code="upload_taken")


async def attach(upload_id: UUID) -> UUID | None:
    """Make the next revision of a finished upload's resource; nothing if it was made before.

    Runs inside the transaction that finishes the upload or reserves it.
    """
    resource_id = await database.fetch_value(
        # The lock on the resource's row orders its revision numbers.
        "SELECT r.id FROM resource r JOIN upload u ON u.resource = r.id"
        " WHERE u.id = $1 AND u.state IN ('ready', 'duplicate') FOR NO KEY UPDATE OF r",
        upload_id,
    )
    if resource_id is None:
        return None
    revision_id: UUID | None = await database.fetch_value(
        "INSERT INTO revision (id, resource, school, number, blob, file_name, note, created_by,"
        " created_at)"
        " SELECT u.id, u.resource, u.school,"
        " (SELECT coalesce(max(number), 0) + 1 FROM revision v WHERE v.resource = u.resource),"
        " u.blob, u.file_name, u.note, u.owner, $2"
        # A revision has its upload's id: the same upload cannot become two of them.
        " FROM upload u WHERE u.id = $1 ON CONFLICT (id) DO NOTHING RETURNING id",
        upload_id,
        now(),
    )
    return revision_id
