"""Adding to the library: the description, the file, and what is on its way."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.kit.flash import see_other
from api.kit.forms import LONG_FORM_BYTES, PHOTO_FORM_BYTES, Form, read_form
from api.kit.options import school_options
from api.kit.rendering import render
from api.kit.repeats import KEY_FIELD, new_key
from api.kit.submission import Once, attempt, submit
from core.access import Actor
from core.errors import Invalid, say
from core.numbers import Id, Version
from core.permissions import CONTRIBUTE_RESOURCES
from storage import receiving, resources, uploads
from storage.resources import Description, Resource
from storage.uploads import NewUpload

# What the form without JavaScript takes; a little less than the whole form may have.
MOST_FORM_FILE_BYTES = 38 * 1024 * 1024
COPY_BYTES = 1024 * 1024
UPLOADS_A_PAGE = 30
# A form has one field for what the upload knows as name and size.
UPLOAD_FIELDS = {"file_name": "file", "size_bytes": "file"}
# What a form shows before anybody has chosen.
UNTOUCHED = {
    "stage": "junior",
    "grade": "any",
    "language": "zh",
    "licence": "school_use",
    "visibility": "school",
    "upload_id": "",
    "file_name": "",
}


class ResourceForm(Description, frozen=True):
    """The description as a form sends it: lists as one line."""

    authors: str = ""  # type: ignore[assignment]
    keywords: str = ""  # type: ignore[assignment]

    def description(self) -> Description:
        given = {name: getattr(self, name) for name in Description.__struct_fields__}
        given |= {"authors": _split(self.authors), "keywords": _split(self.keywords)}
        return Description(**given)


class FileForm(msgspec.Struct, frozen=True):
    """The file's part: an upload that has been made already, and to which school it goes."""

    school_id: Id | None = None
    upload_id: UUID | None = None
    note: str = ""


class EditForm(ResourceForm, kw_only=True, frozen=True):
    """The description, and the version that the form showed."""

    version: Version


class LibraryFormPages(Controller):
    """/library/new and the forms of a resource"""

    include_in_schema = False

    @get(urls.new_resource, guards=[allow(CONTRIBUTE_RESOURCES, tokens=False)])
    async def show_new(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        form: dict[str, Any] = {}
        upload_id = request.query_params.get("upload_id", "")
        if upload_id:
            upload = await uploads.get_upload(actor, _uuid(upload_id))
            title = upload.file_name.rpartition(".")[0] or upload.file_name
            form |= {"title": title, "upload_id": upload.id, "school_id": upload.school_id}
            form["file_name"] = upload.file_name
        return await _new_page(request, actor, Form(form))

    @post(
        urls.new_resource,
        guards=[allow(CONTRIBUTE_RESOURCES, tokens=False)],
        request_max_body_size=PHOTO_FORM_BYTES,
    )
    async def create(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        new = _NewResource(request, actor)
        return await attempt(
            request,
            new.create,
            then=lambda made: see_other(
                urls.resource(made.id),
                say("Saved as a draft. Publish it when its file has been checked."),
            ),
            page=lambda form: _new_page(request, actor, form),
            fields=UPLOAD_FIELDS,
            once=Once(actor, Resource, new.take_file),
        )

    @get(urls.edit_resource, guards=[allow(CONTRIBUTE_RESOURCES, tokens=False)])
    async def show_edit(
        self, request: WebRequest, actor: NamedDependency[Actor], resource_id: FromPath[UUID]
    ) -> Response[str]:
        resource = await resources.get_resource(actor, resource_id)
        form = msgspec.structs.asdict(resource)
        form |= {"authors": "、".join(resource.authors), "keywords": "、".join(resource.keywords)}
        return _edit_page(request, resource, Form(form))

    @post(
        urls.edit_resource,
        guards=[allow(CONTRIBUTE_RESOURCES, tokens=False)],
        request_max_body_size=LONG_FORM_BYTES,
    )
    async def edit(
        self, request: WebRequest, actor: NamedDependency[Actor], resource_id: FromPath[UUID]
    ) -> Response[Any]:
        resource = await resources.get_resource(actor, resource_id)
        return await submit(
            request,
            EditForm,
            lambda form: resources.update_resource(
                actor, resource_id, form.description(), version=form.version
            ),
            then=lambda _: see_other(urls.resource(resource_id), say("Saved.")),
            page=lambda form: _edit_page(request, resource, form.with_version(resource.version)),
        )

    @get(urls.my_uploads, guards=[allow(CONTRIBUTE_RESOURCES, tokens=False)])
    async def list_uploads(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        page = await uploads.list_own(
            actor, limit=UPLOADS_A_PAGE, cursor=request.query_params.get("cursor")
        )
        return render(request, "library/resources/uploads.html", page=page)

    @post(urls.stop_upload, guards=[allow(CONTRIBUTE_RESOURCES, tokens=False)])
    async def stop(self, actor: NamedDependency[Actor], upload_id: FromPath[UUID]) -> Response[Any]:
        await uploads.abort(actor, upload_id)
        return see_other(urls.my_uploads(), say("The upload is stopped."))


class _NewResource:
    """A resource out of the form: its file first, which the network may hold up."""

    def __init__(self, request: WebRequest, actor: Actor) -> None:
        self._request, self._actor = request, actor
        self._upload_id: UUID | None = None

    async def take_file(self) -> None:
        """The file of a form whose words are right, unless it came another way before."""
        await self._description()
        file = await read_form(self._request, FileForm)
        school_id = file.school_id or _only_school(self._actor)
        self._upload_id = file.upload_id or await take_file(self._request, self._actor, school_id)

    async def create(self) -> Resource:
        """The resource; in the one transaction of the form."""
        file = await read_form(self._request, FileForm)
        school_id = file.school_id or _only_school(self._actor)
        return await resources.create_resource(
            self._actor, school_id, await self._description(), upload_id=self._upload_id
        )

    async def _description(self) -> Description:
        return resources.checked((await read_form(self._request, ResourceForm)).description())


async def _new_page(request: WebRequest, actor: Actor, form: Form) -> Response[str]:
    start = {**UNTOUCHED, KEY_FIELD: new_key()}
    return render(
        request,
        "library/resources/new.html",
        form=form.with_values(**{**start, **form.values}),
        school_options=await school_options(request, actor, CONTRIBUTE_RESOURCES),
        most_form_bytes=MOST_FORM_FILE_BYTES,
        most_bytes=request.app.state.settings.upload_max_bytes,
    )


def _edit_page(request: WebRequest, resource: Resource, form: Form) -> Response[str]:
    start = {**UNTOUCHED, "version": resource.version}
    return render(
        request,
        "library/resources/edit.html",
        resource=resource,
        form=form.with_values(**{**start, **form.values}),
    )


async def take_file(request: WebRequest, actor: Actor, school_id: int) -> UUID | None:
    """The small file of a form, through the same door and the same checks as every other."""
    file = (await request.form()).get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        return None
    size = file.file.seek(0, 2)
    await file.seek(0)
    wanted = NewUpload(
        school_id=school_id,
        file_name=file.filename,
        size_bytes=size,
        media_type=file.content_type or "",
    )
    upload = await uploads.create_upload(actor, wanted, most_bytes=MOST_FORM_FILE_BYTES)
    await receiving.receive(actor, upload.id, _pieces(file), offset=0)
    return upload.id


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(COPY_BYTES):
        yield piece


def _only_school(actor: Actor) -> int:
    own = actor.school_ids_with(CONTRIBUTE_RESOURCES)
    if len(own) != 1:
        raise Invalid.of("school_id", say("Choose the school"), code="required")
    return own[0]


def _split(line: str) -> list[str]:
    for separator in "，、；;\n":
        line = line.replace(separator, ",")
    return line.split(",")


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Invalid.of("upload_id", say("This is not the id of an upload")) from error
