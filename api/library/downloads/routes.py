"""The library's files over HTTP: in full, in parts, and as pictures."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, head
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from api.http import delivery
from api.http.access import allow
from api.http.ranges import Slice
from api.http.types import WebRequest
from api.kit.numbers import PathNumber
from core.access import Actor
from core.permissions import READ_LIBRARY
from storage import downloads


class DownloadRoutes(Controller):
    """/api/v1/resources/{resource_id}/download and what belongs to it"""

    path = "/resources"
    tags = ("library",)

    @get(
        "/{resource_id:uuid}/download",
        guards=[allow(READ_LIBRARY)],
        operation_id="resource_download",
        summary="The newest file, or the revision named; Range and If-Range are honoured",
    )
    async def download(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        resource_id: FromPath[UUID],
        revision_id: FromQuery[UUID | None] = None,
    ) -> Response[Any]:
        """Streamed through this server, or a redirect to a link of 15 minutes where the object
        store is public. Counted once a person and day; resuming does not count."""
        file = await downloads.get_file(actor, resource_id, revision_id)
        wanted = delivery.asked(request, file)
        answer = await delivery.redirect(file) or await delivery.answer(file, wanted)
        if isinstance(wanted, Slice) and wanted.start == 0:
            await downloads.record_download(actor, file)
        return answer

    @head(
        "/{resource_id:uuid}/download",
        guards=[allow(READ_LIBRARY)],
        operation_id="resource_download_size",
        summary="Size, name and ETag of the file",
    )
    async def download_head(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        resource_id: FromPath[UUID],
        revision_id: FromQuery[UUID | None] = None,
    ) -> Response[None]:
        file = await downloads.get_file(actor, resource_id, revision_id)
        return await delivery.answer(file, delivery.asked(request, file), body=False)

    @get(
        "/{resource_id:uuid}/content",
        guards=[allow(READ_LIBRARY)],
        operation_id="resource_content",
        summary="The newest file for a player on the page; not counted as a download",
    )
    async def content(
        self, request: WebRequest, actor: NamedDependency[Actor], resource_id: FromPath[UUID]
    ) -> Response[Any]:
        file = await downloads.get_file(actor, resource_id)
        return await delivery.answer(file, delivery.asked(request, file), inline=True)


@get(
    "/revisions/{revision_id:uuid}/pictures/{kind:str}/{page:int}",
    guards=[allow(READ_LIBRARY)],
    operation_id="revision_picture",
    summary="The cover (thumbnail) or a page of a file, as WebP",
    tags=["library"],
)
async def show_picture(
    request: WebRequest,
    actor: NamedDependency[Actor],
    revision_id: FromPath[UUID],
    kind: FromPath[str],
    page: PathNumber,
) -> Response[Any]:
    made = await downloads.get_picture(actor, revision_id, kind, page)
    return await delivery.picture(request, made)


ROUTES: list[ControllerRouterHandler] = [DownloadRoutes, show_picture]
