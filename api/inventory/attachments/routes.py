"""Photographs and papers over JSON: listed, added, downloaded, taken away."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any

from litestar import Controller, Response, delete, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.params import Body, FromQuery

from api.http import delivery
from api.http.access import allow
from api.http.types import WebRequest
from api.inventory.attachments.owners import Owner
from api.kit.forms import PHOTO_FORM_BYTES
from api.kit.numbers import PathId
from api.kit.repeats import Key
from api.kit.verbs import shaped
from core.access import Actor
from core.idempotency import once
from core.paging import Page
from core.permissions import EDIT_EQUIPMENT, READ_EQUIPMENT
from inventory import attachments
from inventory.attachments import Attachment, AttachmentKind, Subject
from storage.documents import Document, put_document
from storage.photos import Photo, PhotoSize, put_photo

TAGS = ("attachments",)


@dataclass
class AttachmentForm:
    """One file, what it is, and a title; a document needs one."""

    file: UploadFile
    kind: AttachmentKind = AttachmentKind.photo
    title: str = ""


FileForm = Annotated[AttachmentForm, Body(media_type=RequestEncodingType.MULTI_PART)]


def routes_of(owner: Owner) -> list[HTTPRouteHandler]:
    """List and add below one noun."""

    async def list_all(actor: Actor, **path: Any) -> Page[Attachment]:
        subject = await owner.find(actor, path[owner.parameter])
        return Page(await attachments.list_attachments(actor, subject))

    async def add(actor: Actor, data: AttachmentForm, key: str | None, **path: Any) -> Attachment:
        return await _add(actor, owner, path[owner.parameter], data, key)

    named = {"actor": NamedDependency[Actor], owner.parameter: owner.parameter_type}
    listing = get(
        owner.path,
        guards=[allow(owner.read)],
        tags=TAGS,
        operation_id=f"{owner.name}_attachment_list",
        summary="Its photos and documents",
        description="All of them, photos first. Documents of an asset are for its school's staff.",
    )
    adding = post(
        owner.path,
        guards=[allow(owner.write)],
        tags=TAGS,
        operation_id=f"{owner.name}_attachment_add",
        summary="Add a photo or a document",
        description="A photo is JPEG, PNG or WebP, up to 20 MB, made smaller and kept without its"
        " place; a document is a PDF, an office file or a picture, up to 15 MB, with a title."
        " Twelve of each at most; judged by content.",
        request_max_body_size=PHOTO_FORM_BYTES,
    )
    return [
        listing(shaped(list_all, named, Page[Attachment])),
        adding(
            shaped(
                add,
                {**named, "data": FileForm, "key": Key},
                Attachment,
                optional=frozenset({"key"}),
            )
        ),
    ]


async def _add(
    actor: Actor, owner: Owner, path: Any, form: AttachmentForm, key: str | None
) -> Attachment:
    subject = await owner.find(actor, path)
    file = await form.file.read()
    stored: list[Photo] = []

    async def store() -> None:
        subject.require_writer()
        stored.append(await _put(form, file))

    return await once(
        actor,
        key,
        f"{owner.name}_attachment_add",
        Attachment,
        lambda: _write(actor, subject, form, stored[0]),
        given=[subject.id, form.kind, form.title, sha256(file).hexdigest()],
        before=store,
    )


async def _put(form: AttachmentForm, file: bytes) -> Photo:
    attachments.check_title(form.kind, form.title)
    if form.kind is AttachmentKind.photo:
        return await put_photo(file, field="file")
    return await put_document(file, form.file.filename)


async def _write(actor: Actor, subject: Subject, form: AttachmentForm, stored: Photo) -> Attachment:
    if isinstance(stored, Document):
        return await attachments.add_document(actor, subject, stored, title=form.title)
    (added,) = await attachments.add_photos(
        actor, subject, [stored], title=form.title, field="file"
    )
    return added


class AttachmentRoutes(Controller):
    """/api/v1/attachments"""

    path = "/attachments"
    tags = TAGS

    @get(
        "/{attachment_id:int}",
        guards=[allow(READ_EQUIPMENT)],
        operation_id="attachment_get",
        summary="One photo or document",
    )
    async def get_attachment(
        self, actor: NamedDependency[Actor], attachment_id: PathId
    ) -> Attachment:
        return await attachments.get_attachment(actor, attachment_id)

    @get(
        "/{attachment_id:int}/file",
        guards=[allow(READ_EQUIPMENT)],
        operation_id="attachment_file",
        summary="The photo or document itself",
    )
    async def get_file(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        attachment_id: PathId,
        size: FromQuery[PhotoSize] = "full",
    ) -> Response[Any]:
        """`small` is for a page, `icon` for a list; a document without pictures comes whole."""
        stored = await attachments.open_attachment(actor, attachment_id)
        shown_small = size != "full" and stored.small_bytes > 0
        name = None if shown_small else stored.saved_as
        return await delivery.picture(request, stored.sized(size), name)

    @post(
        "/{attachment_id:int}/main",
        guards=[allow(EDIT_EQUIPMENT)],
        operation_id="attachment_make_main",
        summary="Show a model by this photo",
        status_code=200,
    )
    async def make_main(self, actor: NamedDependency[Actor], attachment_id: PathId) -> Attachment:
        """Refused (403) while another school has chosen the model's picture."""
        return await attachments.make_main(actor, attachment_id)

    @delete(
        "/{attachment_id:int}",
        guards=[allow(EDIT_EQUIPMENT)],
        operation_id="attachment_delete",
        summary="Take a photo or document away",
    )
    async def remove(self, actor: NamedDependency[Actor], attachment_id: PathId) -> None:
        """For good. What a school gave a model, that school takes away; 409 once an asset has left
        the books."""
        await attachments.remove_attachment(actor, attachment_id)
