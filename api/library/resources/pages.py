"""The library's pages: the list, one resource, and its steps."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.kit import submission
from api.kit.flash import see_other
from api.kit.forms import PHOTO_FORM_BYTES, Form
from api.kit.lists import read_list
from api.kit.options import school_options
from api.kit.rendering import language_of, render
from api.library.resources.form_pages import (
    MOST_FORM_FILE_BYTES,
    UPLOAD_FIELDS,
    FileForm,
    take_file,
)
from api.wording import row_names
from core.access import Actor
from core.errors import Invalid, Message, say
from core.permissions import CONTRIBUTE_RESOURCES, READ_LIBRARY
from storage import catalogue, damaged_files, downloads, quotas, resources, revisions, uploads
from storage.catalogue import Filters
from storage.resources import Resource

ROWS_A_PAGE = 24


class LibraryPages(Controller):
    """/library"""

    include_in_schema = False

    @get(urls.resources, guards=[allow(READ_LIBRARY)])
    async def list_resources(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        asked = read_list(request, Filters)
        query = asked.filters
        page = await catalogue.list_resources(actor, query, limit=ROWS_A_PAGE, cursor=asked.cursor)
        return render(
            request,
            "library/resources/list.html",
            page=page,
            query=query,
            # Counting what a query found is bounded; counting a whole library is not.
            counts=await catalogue.count_facets(actor, Filters(q=query.q)) if query.q else None,
            school_options=await school_options(request, actor),
            may_add=actor.can(CONTRIBUTE_RESOURCES),
            storage_uses=await quotas.list_limited(actor),
            damaged=await damaged_files.count_damaged_files(actor)
            if actor.can(CONTRIBUTE_RESOURCES)
            else 0,
        )

    @get(urls.resource, guards=[allow(READ_LIBRARY)])
    async def show(
        self, request: WebRequest, actor: NamedDependency[Actor], resource_id: FromPath[UUID]
    ) -> Response[str]:
        return await _page(request, actor, resource_id)

    @post(
        urls.add_revision,
        guards=[allow(CONTRIBUTE_RESOURCES, tokens=False)],
        request_max_body_size=PHOTO_FORM_BYTES,
    )
    async def add_revision(
        self, request: WebRequest, actor: NamedDependency[Actor], resource_id: FromPath[UUID]
    ) -> Response[Any]:
        return await submission.submit(
            request,
            FileForm,
            lambda form: _add_revision(request, actor, resource_id, form),
            then=lambda _: _back(
                resource_id, say("The new file becomes visible when it has been checked.")
            ),
            page=lambda form: _page(request, actor, resource_id, form),
            fields=UPLOAD_FIELDS,
        )

    @post(urls.publish_resource, guards=[allow(CONTRIBUTE_RESOURCES, tokens=False)])
    async def publish(
        self, actor: NamedDependency[Actor], resource_id: FromPath[UUID]
    ) -> Response[Any]:
        await resources.publish(actor, resource_id)
        return _back(resource_id, say("It is published: others find it in the library now."))

    @post(urls.submit_resource, guards=[allow(CONTRIBUTE_RESOURCES, tokens=False)])
    async def submit(
        self, actor: NamedDependency[Actor], resource_id: FromPath[UUID]
    ) -> Response[Any]:
        await resources.submit(actor, resource_id)
        return _back(resource_id, say("The administrators of the school will look at it."))

    @post(urls.take_back_resource, guards=[allow(CONTRIBUTE_RESOURCES, tokens=False)])
    async def take_back(
        self, actor: NamedDependency[Actor], resource_id: FromPath[UUID]
    ) -> Response[Any]:
        await resources.take_back(actor, resource_id)
        return _back(resource_id, say("It is a draft again."))

    @post(urls.withdraw_resource, guards=[allow(CONTRIBUTE_RESOURCES, tokens=False)])
    async def withdraw(
        self, actor: NamedDependency[Actor], resource_id: FromPath[UUID]
    ) -> Response[Any]:
        resource = await resources.withdraw(actor, resource_id)
        return _back(resource_id, _withdrawn(resource))


def _withdrawn(resource: Resource) -> Message:
    if resource.is_withdrawn_by_admin:
        return say("It is withdrawn. Only an administrator can publish it again.")
    return say("It is withdrawn. You can publish it again at any time.")


def _back(resource_id: UUID, said: Message) -> Response[Any]:
    return see_other(urls.resource(resource_id), said)


async def _add_revision(
    request: WebRequest, actor: Actor, resource_id: UUID, form: FileForm
) -> None:
    resource = await resources.get_resource(actor, resource_id)
    upload_id = form.upload_id or await take_file(request, actor, resource.school_id)
    if upload_id is None:
        raise Invalid.of("file", say("Choose a file"), code="required")
    await revisions.add(actor, resource_id, upload_id, note=form.note)


async def _page(
    request: WebRequest, actor: Actor, resource_id: UUID, form: Form | None = None
) -> Response[str]:
    """A resource; ``form`` is the one for its next file after a refusal."""
    resource = await resources.get_resource(actor, resource_id)
    files = await revisions.list_revisions(actor, resource_id)
    newest = files[0] if files else None
    may_change = resources.can_change(actor, resource)
    return render(
        request,
        "library/resources/resource.html",
        form=form or Form(),
        resource=resource,
        files=files,
        newest=newest,
        pictured=await downloads.find_pictured_pages(newest.blob_id) if newest else [],
        words=await downloads.find_words(newest.blob_id) if newest else [],
        waiting=await uploads.find_of_resource(resource_id) if may_change else [],
        # What was said of a shared one before, and by whom, stays inside its school.
        changes=(
            await row_names.history(language_of(request), "resource", resource_id, limit=20)
            if actor.sees(resource.school_id)
            else []
        ),
        may_change=may_change,
        may_publish=resources.can_publish(actor, resource),
        most_bytes=request.app.state.settings.upload_max_bytes,
        most_form_bytes=MOST_FORM_FILE_BYTES,
    )
