"""Uploads over tus 1.0: a file arrives in as many requests as the line needs."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, delete, get, head, patch, post, route
from litestar.di import NamedDependency
from litestar.exceptions import InternalServerException
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from api import urls
from api.http.access import allow, public
from api.http.types import WebRequest
from api.kit.numbers import Limit
from api.kit.repeats import Key
from api.library.uploads import tus
from api.wording.reader import language_of
from core.access import Actor
from core.errors import Conflict, Invalid, Problem, say
from core.idempotency import once
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import CONTRIBUTE_RESOURCES
from core.settings import Settings
from storage import receiving, uploads
from storage.uploads import GIVEN_UP, NewUpload, Upload, UploadState
from storage.writing import Cut


class UploadView(msgspec.Struct, frozen=True):
    """An upload as its owner sees it; ``reason`` says why it was refused."""

    id: UUID
    school_id: int
    resource_id: UUID | None
    file_name: str
    media_type: str
    size_bytes: int
    received_bytes: int
    state: UploadState
    reason: str | None
    created_at: datetime
    expires_at: datetime


# Registered before the rest of its path, or Litestar's own answer to OPTIONS comes first.
@route(
    "/uploads",
    http_method=["OPTIONS"],
    guards=[public],
    operation_id="upload_options",
    summary="What this tus server can do",
    status_code=204,
    tags=["library"],
)
async def describe_tus(request: WebRequest) -> Response[None]:
    return Response(None, status_code=204, headers=tus.about(_most_bytes(request)))


class UploadRoutes(Controller):
    """/api/v1/uploads"""

    path = "/uploads"
    tags = ("library",)

    @post(
        guards=[allow(CONTRIBUTE_RESOURCES)],
        operation_id="upload_create",
        summary="Open an upload (tus creation)",
        status_code=201,
    )
    async def create(
        self, request: WebRequest, actor: NamedDependency[Actor], idempotency_key: Key = None
    ) -> Response[Any]:
        """Announce a file: `Upload-Length`, and in `Upload-Metadata` `filename`, `filetype`, and if
        wanted `sha256`, `school`, `resource_id`, `note`. The bytes go to `Location` by PATCH."""
        if not tus.is_spoken(request):
            return tus.unspoken(request)

        async def create() -> Upload:
            return await uploads.create_upload(
                actor, _announced(request, actor), most_bytes=_most_bytes(request)
            )

        try:
            said = [request.headers.get(name, "") for name in ("upload-length", "upload-metadata")]
            upload = await once(actor, idempotency_key, "upload_create", Upload, create, given=said)
        except Problem as problem:
            return tus.refusal(request, problem)
        headers = {**tus.progress(upload), "location": urls.upload_api(upload.id)}
        return Response(_view(request, upload), status_code=201, headers=headers)

    @get(
        guards=[allow(CONTRIBUTE_RESOURCES)],
        operation_id="upload_list",
        summary="My uploads, newest first",
    )
    async def list_own(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        limit: Limit = DEFAULT_LIMIT,
        cursor: FromQuery[str | None] = None,
    ) -> Page[UploadView]:
        page = await uploads.list_own(actor, limit=limit, cursor=cursor)
        return Page([_view(request, upload) for upload in page.items], page.next_cursor)

    @get(
        "/{upload_id:uuid}",
        guards=[allow(CONTRIBUTE_RESOURCES)],
        operation_id="upload_get",
        summary="Where one upload stands",
    )
    async def show(
        self, request: WebRequest, actor: NamedDependency[Actor], upload_id: FromPath[UUID]
    ) -> UploadView:
        return _view(request, await uploads.get_upload(actor, upload_id))

    @head(
        "/{upload_id:uuid}",
        guards=[allow(CONTRIBUTE_RESOURCES)],
        operation_id="upload_offset",
        summary="Where to go on (tus)",
    )
    async def tell_offset(
        self, request: WebRequest, actor: NamedDependency[Actor], upload_id: FromPath[UUID]
    ) -> Response[None]:
        """`Upload-Offset` counts durable bytes only. A request that still sends to this upload is
        ended first, and what it has brought is stored."""
        if not tus.is_spoken(request):
            return Response(None, status_code=412, headers={"tus-version": tus.VERSION})
        upload = await receiving.stand(actor, upload_id)
        if upload.state in GIVEN_UP:
            return Response(None, status_code=410, headers={"tus-resumable": tus.VERSION})
        return Response(None, headers=tus.progress(upload))

    @patch(
        "/{upload_id:uuid}",
        guards=[allow(CONTRIBUTE_RESOURCES)],
        operation_id="upload_append",
        summary="Send bytes from Upload-Offset on (tus)",
        status_code=204,
        # Bounded by the length that was announced, and taken in as a stream.
        request_max_body_size=None,
    )
    async def append(
        self, request: WebRequest, actor: NamedDependency[Actor], upload_id: FromPath[UUID]
    ) -> Response[None]:
        """The body is `application/offset+octet-stream`; 204 means that every byte of it is durable.
        409 names the offset to go on from, 460 a checksum that does not fit. A slow request that
        others wait for ends early: go on from its `Upload-Offset`. 503: too many at once."""
        if not tus.is_spoken(request):
            return tus.unspoken(request)
        if request.headers.get("content-type") != tus.CONTENT_TYPE:
            return tus.wrong_type(request)
        try:
            upload = await uploads.get_upload(actor, upload_id)
            _refuse_too_much(request, upload)
            offset = await receiving.receive(
                actor,
                upload_id,
                _body(request),
                offset=tus.number(request, "Upload-Offset"),
                length=_announced_length(request),
                checksum=tus.checksum(request),
            )
        except Problem as problem:
            return tus.refusal(request, problem)
        headers = tus.progress(upload, offset)
        if offset < tus.number(request, "Upload-Offset") + _announced_bytes(request):
            # Cut short: nobody reads the rest, so it is not to be sent.
            headers["connection"] = "close"
        return Response(None, status_code=204, headers=headers)

    @delete(
        "/{upload_id:uuid}",
        guards=[allow(CONTRIBUTE_RESOURCES)],
        operation_id="upload_abort",
        summary="Give up an upload (tus termination)",
        status_code=204,
    )
    async def abort(
        self, request: WebRequest, actor: NamedDependency[Actor], upload_id: FromPath[UUID]
    ) -> Response[None]:
        if not tus.is_spoken(request):
            return tus.unspoken(request)
        await uploads.abort(actor, upload_id)
        return Response(None, status_code=204, headers={"tus-resumable": tus.VERSION})


def _view(request: WebRequest, upload: Upload) -> UploadView:
    fields = {name: getattr(upload, name) for name in UploadView.__struct_fields__}
    words = language_of(request).words
    return UploadView(**{**fields, "reason": words(upload.reason) if upload.reason else None})


def _most_bytes(request: WebRequest) -> int:
    settings: Settings = request.app.state.settings
    return settings.upload_max_bytes


def _announced(request: WebRequest, actor: Actor) -> NewUpload:
    said = tus.metadata(request)
    return NewUpload(
        school_id=_school_id(said, actor),
        file_name=said.get("filename", said.get("name", "")),
        size_bytes=tus.number(request, "Upload-Length"),
        media_type=said.get("filetype", said.get("type", "")),
        sha256=said.get("sha256") or None,
        resource_id=_resource_id(said),
        note=said.get("note", "")[:500],
    )


def _school_id(said: dict[str, str], actor: Actor) -> int:
    if given := said.get("school"):
        return actor.school_id_of(given)
    own = actor.school_ids_with(CONTRIBUTE_RESOURCES)
    if len(own) != 1:
        raise Invalid.of("school", say("Say for which school this file is"), code="required")
    return own[0]


def _resource_id(said: dict[str, str]) -> UUID | None:
    given = said.get("resource_id")
    if not given:
        return None
    try:
        return UUID(given)
    except ValueError as error:
        raise Invalid.of("resource_id", say("This is not the id of a resource")) from error


def _refuse_too_much(request: WebRequest, upload: Upload) -> None:
    """Before a byte is read: what is announced must fit, and the upload must still be open."""
    if upload.state in GIVEN_UP:
        raise Conflict(say("This upload was stopped or has expired; begin again"), code="expired")
    room = upload.size_bytes - tus.number(request, "Upload-Offset")
    if _announced_bytes(request) > max(0, room):
        raise Invalid.of(
            "Upload-Length",
            say("There are more bytes than the {size} announced", size=upload.size_bytes),
            code="body_too_large",
        )


def _announced_bytes(request: WebRequest) -> int:
    return _announced_length(request) or 0


def _announced_length(request: WebRequest) -> int | None:
    announced = request.headers.get("content-length", "")
    return int(announced) if announced.isdecimal() else None


async def _body(request: WebRequest) -> AsyncIterator[bytes]:
    try:
        async for chunk in request.stream():
            yield chunk
    except InternalServerException as error:
        # Litestar's word for a line that broke in the middle.
        raise Cut from error


ROUTES: list[ControllerRouterHandler] = [describe_tus, UploadRoutes]
