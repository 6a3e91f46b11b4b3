"""Pages of photographs and papers: all of one thing, one by itself, and the forms that add them."""

from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.inventory.attachments.gallery import gallery_of
from api.inventory.attachments.owners import OWNERS, Owner
from api.kit.flash import see_other
from api.kit.forms import PHOTO_FORM_BYTES, REFUSED_STATUS, Form
from api.kit.numbers import PathId
from api.kit.photos import FormPhotos, read_photos
from api.kit.rendering import render
from api.kit.submission import Once, attempt, submit
from api.kit.verbs import shaped
from core.access import Actor
from core.database import transaction
from core.errors import Invalid, Unavailable, say
from core.permissions import EDIT_EQUIPMENT, READ_EQUIPMENT
from inventory import attachments
from inventory.attachments import Attachment, AttachmentKind, Subject
from storage.documents import Document, put_document

OF_READER: dict[str, Any] = {"request": WebRequest, "actor": NamedDependency[Actor]}


class PhotoForm(msgspec.Struct, frozen=True):
    """What a photograph shows, where somebody says so."""

    title: str = ""


class DocumentForm(msgspec.Struct, frozen=True):
    """What a paper is."""

    title: str


async def _page(
    request: WebRequest,
    actor: Actor,
    subject: Subject,
    form: Form | None = None,
    *,
    part: str = "",
    photos: FormPhotos | None = None,
) -> Response[str]:
    if photos is not None and form is not None and form.status == REFUSED_STATUS[Unavailable]:
        # A store that is away takes nothing now; what it has already is kept for the next try.
        photos.files.clear()
    kept, wrong = await photos.keep(actor) if photos else ([], [])
    return render(
        request,
        "inventory/attachments/list.html",
        gallery=await gallery_of(actor, subject),
        form=(form or Form()).with_errors(*wrong),
        part=part,
        kept_photos=kept,
    )


def pages_of(owner: Owner) -> list[HTTPRouteHandler]:
    """The page of one noun's photographs and papers, and the two forms on it."""

    async def show(request: WebRequest, actor: Actor, **path: Any) -> Response[str]:
        return await _page(request, actor, await owner.find(actor, path[owner.parameter]))

    async def add_photos(request: WebRequest, actor: Actor, **path: Any) -> Response[Any]:
        return await _add_photos(request, actor, owner, path[owner.parameter])

    async def add_document(request: WebRequest, actor: Actor, **path: Any) -> Response[Any]:
        return await _add_document(request, actor, owner, path[owner.parameter])

    parameters = {**OF_READER, owner.parameter: owner.parameter_type}
    reading = get(
        owner.attachments, guards=[allow(owner.read, tokens=False)], include_in_schema=False
    )
    handlers = [reading(shaped(show, parameters, Response[str]))]
    for address, answer in ((owner.photos, add_photos), (owner.documents, add_document)):
        writing = post(
            address,
            guards=[allow(owner.write, tokens=False)],
            include_in_schema=False,
            request_max_body_size=PHOTO_FORM_BYTES,
        )
        handlers.append(writing(shaped(answer, parameters, Response[Any])))
    return handlers


async def _add_photos(request: WebRequest, actor: Actor, owner: Owner, key: Any) -> Response[Any]:
    subject = await owner.find(actor, key)
    photos = await read_photos(request)

    async def store() -> None:
        subject.require_writer()
        await photos.store()

    async def add(form: PhotoForm) -> list[Attachment]:
        async with transaction(actor):
            taken = await photos.take(actor)
            return await attachments.add_photos(actor, subject, taken, title=form.title)

    return await submit(
        request,
        PhotoForm,
        add,
        then=lambda added: see_other(
            owner.page(subject.key), say("Photos added: {count}.", count=len(added))
        ),
        page=lambda form: _page(request, actor, subject, form, part="photos", photos=photos),
        also=(Unavailable,),
        once=Once(actor, list[Attachment], store),
    )


async def _add_document(request: WebRequest, actor: Actor, owner: Owner, key: Any) -> Response[Any]:
    subject = await owner.find(actor, key)
    stored: list[Document] = []

    async def store() -> None:
        subject.require_writer()
        # What is refused for its title costs no room in the store.
        attachments.check_title(AttachmentKind.document, await _typed_title(request))
        stored.append(await _put_file(request))

    async def add(form: DocumentForm) -> Attachment:
        return await attachments.add_document(actor, subject, stored[0], title=form.title)

    return await submit(
        request,
        DocumentForm,
        add,
        then=lambda _: see_other(owner.attachments(subject.key), say("The document is added.")),
        page=lambda form: _page(request, actor, subject, form, part="document"),
        also=(Unavailable,),
        once=Once(actor, Attachment, store),
    )


async def _typed_title(request: WebRequest) -> str:
    title = (await request.form()).get("title")
    return title if isinstance(title, str) else ""


async def _put_file(request: WebRequest) -> Document:
    file = (await request.form()).get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise Invalid.of("file", say("Choose a file"), code="required")
    await file.seek(0)
    return await put_document(await file.read(), file.filename)


class AttachmentPages(Controller):
    """/attachments"""

    include_in_schema = False

    @get(urls.attachment, guards=[allow(READ_EQUIPMENT, tokens=False)])
    async def show(
        self, request: WebRequest, actor: NamedDependency[Actor], attachment_id: PathId
    ) -> Response[str]:
        return await _one_page(request, actor, attachment_id)

    @post(urls.remove_attachment, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def remove(
        self, request: WebRequest, actor: NamedDependency[Actor], attachment_id: PathId
    ) -> Response[Any]:
        async def work() -> Subject:
            found = await attachments.get_attachment(actor, attachment_id)
            subject = await attachments.subject_of(actor, found.subject, found.subject_id)
            await attachments.remove_attachment(actor, attachment_id)
            return subject

        return await attempt(
            request,
            work,
            then=lambda subject: see_other(
                OWNERS[subject.kind].attachments(subject.key), say("It is taken away.")
            ),
            page=lambda form: _one_page(request, actor, attachment_id, form),
        )

    @post(urls.make_main_photo, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def make_main(
        self, request: WebRequest, actor: NamedDependency[Actor], attachment_id: PathId
    ) -> Response[Any]:
        return await attempt(
            request,
            lambda: attachments.make_main(actor, attachment_id),
            then=lambda _: see_other(urls.attachment(attachment_id), say("Saved.")),
            page=lambda form: _one_page(request, actor, attachment_id, form),
        )


async def _one_page(
    request: WebRequest, actor: Actor, attachment_id: int, form: Form | None = None
) -> Response[str]:
    found = await attachments.get_attachment(actor, attachment_id)
    subject = await attachments.subject_of(actor, found.subject, found.subject_id)
    return render(
        request,
        "inventory/attachments/attachment.html",
        attachment=found,
        subject=subject,
        gallery=await gallery_of(actor, subject),
        form=form or Form(),
    )
