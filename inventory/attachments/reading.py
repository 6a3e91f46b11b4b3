"""Photographs and papers listed, shown and opened, by those who see the thing that they are of."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

import msgspec

from core.access import Actor
from core.database import fetch, fetch_one
from core.errors import NotFound, say
from core.permissions import READ_DOCUMENTS, READ_DONATIONS
from core.query import Where
from inventory.attachments.subjects import Subject, SubjectKind
from inventory.kits.parts_lists import PART_IN_SIGHT
from storage.photos import Photo


class AttachmentKind(StrEnum):
    """A photograph shows the thing; a paper is about it: a delivery note, an invoice, a manual."""

    photo = "photo"
    document = "document"


class Attachment(msgspec.Struct, frozen=True):
    """A photograph or a paper. ``is_main`` is the picture by which a model is shown.

    ``is_picture``: it has thumbnails. ``added_by`` is empty for what another school gave a model.
    """

    id: int
    kind: AttachmentKind
    title: str
    file_name: str
    media_type: str
    size_bytes: int
    is_picture: bool
    is_main: bool
    added_by: str | None
    added_at: datetime
    subject: SubjectKind
    subject_id: int


class StoredAttachment(Photo, frozen=True, kw_only=True):
    """An attachment's object in the store, and the name under which it is saved."""

    kind: AttachmentKind
    title: str
    file_name: str

    @property
    def saved_as(self) -> str | None:
        """The name for the reader's folder; a photograph is only looked at."""
        return None if self.kind is AttachmentKind.photo else self.file_name


class _Main(msgspec.Struct):
    model_id: int
    id: int


SELECT = """
SELECT t.id, t.kind, t.title, t.file_name, t.media_type, t.size_bytes,
       t.small_bytes > 0 AS is_picture, t.is_main,
       CASE WHEN t.school = any(:schools) THEN p.name END AS added_by, t.added_at,
       CASE WHEN t.asset IS NOT NULL THEN 'asset' WHEN t.model IS NOT NULL THEN 'model'
            WHEN t.donation IS NOT NULL THEN 'donation' WHEN t.transfer IS NOT NULL THEN 'transfer'
            WHEN t.kit_part IS NOT NULL THEN 'kit_part' ELSE 'disposal' END AS subject,
       coalesce(t.asset, t.model, t.donation, t.transfer, t.kit_part, t.disposal) AS subject_id
  FROM attachment t LEFT JOIN person p ON p.id = t.added_by
"""
READABLE = (
    "(t.model IS NOT NULL OR num_nonnulls(t.asset, t.disposal) = 1 AND t.school = any(:schools)"
    " AND (t.kind = 'photo' OR t.school = any(:staff_at))"
    " OR t.donation IS NOT NULL AND t.school = any(:donations_at)"
    " OR EXISTS (SELECT FROM transfer w WHERE w.id = t.transfer AND (w.school = any(:schools)"
    "            OR w.to_school = any(:schools) AND w.sent_at IS NOT NULL))"
    f" OR EXISTS (SELECT FROM kit_part k WHERE k.id = t.kit_part AND {PART_IN_SIGHT}))"
)


def readable_by(actor: Actor) -> Where:
    """Conditions on ``attachment t``."""
    return Where(
        READABLE,
        schools=actor.school_ids,
        staff_at=actor.school_ids_with(READ_DOCUMENTS),
        donations_at=actor.school_ids_with(READ_DONATIONS),
    )


async def list_attachments(actor: Actor, subject: Subject) -> list[Attachment]:
    """All that the actor may see of one thing, photographs first, in the order of their coming."""
    where = readable_by(actor)
    where.add(f"t.{subject.kind} = :subject", subject=subject.id)
    return await fetch(
        Attachment,
        f"{SELECT} WHERE {where} ORDER BY t.kind DESC, t.is_main DESC, t.id",
        **where.values,
    )


async def get_attachment(actor: Actor, attachment_id: int) -> Attachment:
    """One that the actor may see, else NotFound."""
    where = readable_by(actor)
    where.add("t.id = :id", id=attachment_id)
    found = await fetch_one(Attachment, f"{SELECT} WHERE {where}", **where.values)
    if found is None:
        raise no_such_attachment()
    return found


async def open_attachment(actor: Actor, attachment_id: int) -> StoredAttachment:
    """Where its object stands, for one who may see it, else NotFound."""
    where = readable_by(actor)
    where.add("t.id = :id", id=attachment_id)
    found = await fetch_one(
        StoredAttachment,
        "SELECT t.object_key, t.media_type, t.size_bytes, t.small_bytes, t.icon_bytes, t.kind,"
        f" t.title, t.file_name FROM attachment t WHERE {where}",
        **where.values,
    )
    if found is None:
        raise no_such_attachment()
    return found


async def find_main_photos(model_ids: Iterable[int]) -> dict[int, int]:
    """The main photograph of each of these models that has one."""
    found = await fetch(
        _Main,
        "SELECT model AS model_id, id FROM attachment WHERE is_main AND model = any($1::bigint[])",
        list(model_ids),
    )
    return {row.model_id: row.id for row in found}


def no_such_attachment() -> NotFound:
    """The one answer for what is not there and for what is out of sight."""
    return NotFound(say("There is no such photo or document, or it is not yours to see"))
