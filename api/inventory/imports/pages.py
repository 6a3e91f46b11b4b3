"""Imports: choose a file, look through what it would do, then apply it or throw it away."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.inventory.options import school_codes
from api.kit.flash import see_other
from api.kit.forms import PHOTO_FORM_BYTES, Form
from api.kit.lists import NoFilters, read_list
from api.kit.rendering import language_of, render
from api.kit.submission import attempt
from core.access import Actor
from core.errors import Invalid, Message, say
from core.permissions import IMPORT_EQUIPMENT
from inventory import imports
from inventory.imports import ImportJob, Verdict


class RowFilters(msgspec.Struct, frozen=True):
    """Which rows of a preview."""

    verdict: Verdict | None = None


class ImportPages(Controller):
    """/imports"""

    include_in_schema = False

    @get(urls.imports, guards=[allow(IMPORT_EQUIPMENT, tokens=False)])
    async def list_imports(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        return await _list_page(request, actor, Form())

    @post(
        urls.imports,
        guards=[allow(IMPORT_EQUIPMENT, tokens=False)],
        request_max_body_size=PHOTO_FORM_BYTES,
    )
    async def stage(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        return await attempt(
            request,
            lambda: _stage(request, actor),
            then=lambda job: see_other(urls.import_job(job.id)),
            page=lambda form: _list_page(request, actor, form),
            fields={"": "file"},
        )

    @get(urls.import_template, guards=[allow(IMPORT_EQUIPMENT, tokens=False)])
    async def download_template(self, request: WebRequest) -> Response[bytes]:
        return Response(
            imports.template(language_of(request).code),
            media_type="text/csv; charset=utf-8",
            headers={"content-disposition": 'attachment; filename="assets-template.csv"'},
        )

    @get(urls.import_job, guards=[allow(IMPORT_EQUIPMENT, tokens=False)])
    async def preview(
        self, request: WebRequest, actor: NamedDependency[Actor], job_id: FromPath[UUID]
    ) -> Response[str]:
        return await _preview(request, actor, job_id)

    @post(urls.apply_import, guards=[allow(IMPORT_EQUIPMENT, tokens=False)])
    async def apply(
        self, request: WebRequest, actor: NamedDependency[Actor], job_id: FromPath[UUID]
    ) -> Response[Any]:
        return await attempt(
            request,
            lambda: imports.apply_import(actor, job_id),
            then=lambda job: see_other(urls.import_job(job.id), _applied(job)),
            page=lambda form: _preview(request, actor, job_id, form),
        )

    @post(urls.discard_import, guards=[allow(IMPORT_EQUIPMENT, tokens=False)])
    async def discard(self, actor: NamedDependency[Actor], job_id: FromPath[UUID]) -> Redirect:
        await imports.discard(actor, job_id)
        return see_other(urls.imports(), say("Thrown away; the books are as before."))


async def _stage(request: WebRequest, actor: Actor) -> ImportJob:
    form = await request.form()
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise Invalid.of("file", say("Choose a file first"), code="required")
    school = str(form.get("school", ""))
    return await imports.stage_assets(actor, school, file.filename, await file.read())


def _applied(job: ImportJob) -> Message:
    return say(
        "Applied: {create} new, {update} changed.",
        create=job.counts.create,
        update=job.counts.update,
    )


async def _list_page(request: WebRequest, actor: Actor, form: Form) -> Response[str]:
    asked = read_list(request, NoFilters)
    return render(
        request,
        "inventory/imports/list.html",
        page=await imports.list_imports(actor, cursor=asked.cursor, limit=asked.limit),
        form=form,
        schools=await school_codes(request, actor, IMPORT_EQUIPMENT),
        most_rows=imports.MOST_ROWS,
    )


async def _preview(
    request: WebRequest, actor: Actor, job_id: UUID, form: Form | None = None
) -> Response[str]:
    asked = read_list(request, RowFilters)
    return render(
        request,
        "inventory/imports/import.html",
        job=await imports.get_import(actor, job_id),
        page=await imports.list_rows(
            actor, job_id, verdict=asked.filters.verdict, cursor=asked.cursor, limit=asked.limit
        ),
        query=asked.filters,
        form=form or Form(),
    )


PAGES: list[ControllerRouterHandler] = [ImportPages]
