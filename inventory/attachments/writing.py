"""Photographs and papers come and go; each change is history, and objects go with the nightly sweep."""

from collections.abc import Sequence
from typing import Any

from core import clock
from core.access import Actor
from core.database import execute, fetch_column, fetch_value, refusing, transaction
from core.errors import Conflict, Forbidden, Invalid, Message, Problem, say
from core.permissions import EDIT_EQUIPMENT
from core.rows import delete_row, insert_row
from core.texts import Line
from inventory import tables
from inventory.attachments.reading import (
    Attachment,
    AttachmentKind,
    get_attachment,
    no_such_attachment,
)
from inventory.attachments.subjects import (
    Subject,
    SubjectKind,
    lock_row,
    lock_subject,
    subject_of,
)
from storage.documents import Document
from storage.photos import Photo

# Of photographs, and of papers, of one thing: the constraint attachment_slot_is_bounded.
MOST_OF_A_KIND = 12
TITLE = Line(tables.Attachment.title)
NAMED = Line(tables.Attachment.title, required=say("Say what this document is"))
REFUSALS: dict[str, Message | Problem] = {
    "disposal_is_decided_once": Conflict(
        say("This has been decided: its photos and documents stay"), code="decided"
    ),
    "asset_has_left_the_books": Conflict(
        say("The asset has left the books: its photos and documents stay"),
        code="asset_has_left_the_books",
    ),
}


def check_title(kind: AttachmentKind, title: str) -> str:
    """The tidy title, else Invalid: before the file is put into the store."""
    return (NAMED if kind is AttachmentKind.document else TITLE).checked("title", title)


async def add_photos(
    actor: Actor,
    subject: Subject,
    photos: Sequence[Photo],
    *,
    title: str = "",
    field: str = "photos",
) -> list[Attachment]:
    """Add photographs, in the store already; the first of a model becomes its main picture."""
    if not photos:
        raise Invalid.of(field, say("Choose a photo"), code="required")
    title = check_title(AttachmentKind.photo, title)
    async with transaction(actor):
        return await _add(actor, subject, AttachmentKind.photo, photos, title, field=field)


async def add_document(
    actor: Actor, subject: Subject, document: Document, *, title: str
) -> Attachment:
    """Add a paper, in the store already, under a title."""
    title = check_title(AttachmentKind.document, title)
    async with transaction(actor):
        (added,) = await _add(
            actor, subject, AttachmentKind.document, [document], title, field="file"
        )
        return added


async def remove_attachment(actor: Actor, attachment_id: int) -> Attachment:
    """Take a photograph or a paper away for good; gives what it was.

    From a model by the school that added it. Its objects are swept, so a backup restored within a
    day still finds them. Another photograph of the model becomes the main one.
    """
    with refusing(REFUSALS):
        async with transaction(actor):
            found = await get_attachment(actor, attachment_id)
            await _lock(actor, found)
            if not await delete_row(tables.Attachment, found.id):
                raise no_such_attachment()
            if found.subject is SubjectKind.model:
                await _choose_main(found.subject_id)
    return found


async def make_main(actor: Actor, attachment_id: int) -> Attachment:
    """Show a model by this photograph; refused while another school has chosen its own."""
    async with transaction(actor):
        found = await get_attachment(actor, attachment_id)
        if found.subject is not SubjectKind.model or found.kind is not AttachmentKind.photo:
            raise Invalid.of("attachment_id", say("Only a photo of a model can be its picture"))
        await lock_subject(actor, await subject_of(actor, found.subject, found.subject_id))
        present = await fetch_value(
            "SELECT school FROM attachment WHERE model = $1 AND is_main", found.subject_id
        )
        if present is not None and not actor.can_at(present, EDIT_EQUIPMENT):
            raise Forbidden(say("Another school has chosen the picture of this model"))
        await execute(
            "UPDATE attachment SET is_main = false WHERE model = $1 AND is_main AND id <> $2",
            found.subject_id,
            found.id,
        )
        await execute("UPDATE attachment SET is_main = true WHERE id = $1", found.id)
        return await get_attachment(actor, found.id)


async def _lock(actor: Actor, found: Attachment) -> None:
    subject = await subject_of(actor, found.subject, found.subject_id)
    if subject.kind in (SubjectKind.asset, SubjectKind.donation, SubjectKind.disposal):
        await lock_subject(actor, subject)
        return
    if subject.kind is SubjectKind.transfer:
        subject.require_writer()
    # Whoever added it may take it away, also when the school has none of the model any more; what
    # one school has shown of a transfer the other cannot hide.
    await lock_row(subject)
    school_id = await fetch_value("SELECT school FROM attachment WHERE id = $1", found.id)
    if school_id is not None and not actor.can_at(school_id, EDIT_EQUIPMENT):
        raise Forbidden(say("Another school has added this; it can take it away"))


async def _add(
    actor: Actor,
    subject: Subject,
    kind: AttachmentKind,
    files: Sequence[Photo],
    title: str,
    *,
    field: str,
) -> list[Attachment]:
    school_id = await lock_subject(actor, subject)
    slots = await _free_slots(subject, kind)
    if len(slots) < len(files):
        message = say("At most {most} of one thing; take one away first", most=MOST_OF_A_KIND)
        raise Invalid.of(field, message, code="too_many")
    of_subject: dict[str, Any] = {f"{subject.kind}_id": subject.id}
    ids = [
        await insert_row(
            tables.Attachment,
            file,
            school_id=school_id,
            kind=kind,
            slot=slot,
            title=title,
            added_by=actor.person_id,
            added_at=clock.now(),
            **of_subject,
        )
        for slot, file in zip(slots, files, strict=False)
    ]
    if subject.kind is SubjectKind.model:
        await _choose_main(subject.id)
    return [await get_attachment(actor, one) for one in ids]


async def _free_slots(subject: Subject, kind: AttachmentKind) -> list[int]:
    taken = await fetch_column(
        int,
        f"SELECT slot FROM attachment WHERE {subject.kind} = $1 AND kind = $2",
        subject.id,
        kind,
    )
    return [slot for slot in range(1, MOST_OF_A_KIND + 1) if slot not in taken]


async def _choose_main(model_id: int) -> None:
    """The oldest photograph, where a model has none chosen."""
    await execute(
        "UPDATE attachment SET is_main = true WHERE id = (SELECT min(id) FROM attachment"
        " WHERE model = $1 AND kind = 'photo')"
        " AND NOT EXISTS (SELECT FROM attachment WHERE model = $1 AND is_main)",
        model_id,
    )
