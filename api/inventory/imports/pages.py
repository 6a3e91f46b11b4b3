"""Imports: choose a file, say what it means, look through what it would do, apply it, undo it."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.inventory.imports.forms import (
    Answers,
    chosen_fields,
    joins_of,
    kinds_of,
    mapping_of,
    mapping_of_answers,
    retired_of,
)
from api.inventory.labels import qr
from api.inventory.options import school_codes
from api.kit.flash import see_other
from api.kit.forms import LONG_FORM_BYTES, PHOTO_FORM_BYTES, Form
from api.kit.lists import NoFilters, read_list
from api.kit.numbers import PathNumber
from api.kit.page_handlers import button, to
from api.kit.rendering import language_of, render
from api.kit.submission import attempt, confirmed, submit
from core.access import Actor
from core.errors import FieldError, Invalid, say
from core.paging import MAX_LIMIT
from core.permissions import IMPORT_EQUIPMENT, MANAGE_PEOPLE
from core.places import PlaceKind, list_places
from core.query import OfSchool
from core.sign_in_slips import Slip
from core.terms import list_terms
from inventory import imports
from inventory.imports import ImportJob, ImportState, Noun, RowFilters
from inventory.imports.nouns import IMPORTERS

GUARDS = [allow(IMPORT_EQUIPMENT, tokens=False)]


class ImportPages(Controller):
    """/imports"""

    include_in_schema = False

    @get(urls.imports, guards=GUARDS)
    async def list_imports(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        return await _list_page(request, actor, Form())

    @post(urls.imports, guards=GUARDS, request_max_body_size=PHOTO_FORM_BYTES)
    async def upload(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        return await attempt(
            request,
            lambda: _upload(request, actor),
            then=lambda job: see_other(urls.import_job(job.id)),
            page=lambda form: _list_page(request, actor, form),
            fields={"": "file"},
        )

    @get(urls.import_template, guards=GUARDS)
    async def download_template(
        self, request: WebRequest, noun: FromQuery[Noun] = Noun.assets
    ) -> Response[bytes]:
        return Response(
            await imports.template(language_of(request).code, noun),
            media_type="text/csv; charset=utf-8",
            headers={"content-disposition": f'attachment; filename="{noun}-template.csv"'},
        )

    @get(urls.import_job, guards=GUARDS)
    async def show(
        self, request: WebRequest, actor: NamedDependency[Actor], job_id: FromPath[UUID]
    ) -> Response[str]:
        job = await imports.get_import(actor, job_id)
        if job.state is ImportState.read:
            return await _columns_page(request, actor, job_id)
        return await _preview(request, actor, job_id)

    @get(urls.import_columns, guards=GUARDS)
    async def columns(
        self, request: WebRequest, actor: NamedDependency[Actor], job_id: FromPath[UUID]
    ) -> Response[str]:
        return await _columns_page(request, actor, job_id)

    @post(urls.import_columns, guards=GUARDS, request_max_body_size=LONG_FORM_BYTES)
    async def map_columns(
        self, request: WebRequest, actor: NamedDependency[Actor], job_id: FromPath[UUID]
    ) -> Response[Any]:
        return await attempt(
            request,
            lambda: _map(request, actor, job_id),
            then=lambda job: see_other(urls.import_job(job.id)),
            page=lambda form: _columns_page(request, actor, job_id, form),
        )

    @post(urls.import_answers, guards=GUARDS, request_max_body_size=LONG_FORM_BYTES)
    async def answer(
        self, request: WebRequest, actor: NamedDependency[Actor], job_id: FromPath[UUID]
    ) -> Response[Any]:
        return await submit(
            request,
            Answers,
            lambda answers: _answer(actor, job_id, answers),
            then=lambda job: see_other(urls.import_job(job.id)),
            page=lambda form: _preview(request, actor, job_id, form),
        )

    @post(urls.import_row, guards=GUARDS)
    async def leave_out(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        job_id: FromPath[UUID],
        line: PathNumber,
    ) -> Response[Any]:
        is_left_out = (await request.form()).get("take_in") is None
        return await attempt(
            request,
            lambda: imports.leave_out(actor, job_id, line, is_left_out=is_left_out),
            then=lambda job: see_other(urls.import_job(job.id, verdict=_shown(request))),
            page=lambda form: _preview(request, actor, job_id, form),
        )

    @post(urls.apply_import, guards=GUARDS)
    async def apply(
        self, request: WebRequest, actor: NamedDependency[Actor], job_id: FromPath[UUID]
    ) -> Response[Any]:
        return await attempt(
            request,
            lambda: imports.apply_import(actor, job_id),
            then=lambda job: see_other(urls.import_job(job.id)),
            page=lambda form: _preview(request, actor, job_id, form),
        )

    @post(urls.undo_import, guards=GUARDS)
    async def undo(
        self, request: WebRequest, actor: NamedDependency[Actor], job_id: FromPath[UUID]
    ) -> Response[Any]:
        return await attempt(
            request,
            lambda: imports.undo_import(actor, job_id),
            then=lambda job: see_other(urls.import_job(job.id)),
            page=lambda form: _preview(request, actor, job_id, form),
        )

    @post(urls.import_slips, guards=[allow(MANAGE_PEOPLE, tokens=False)])
    async def print_slips(
        self, request: WebRequest, actor: NamedDependency[Actor], job_id: FromPath[UUID]
    ) -> Response[Any]:
        """The page that answers is the one place where these passwords are ever shown."""
        size = (await request.form()).get("size")
        return await confirmed(
            request,
            imports.print_slips(actor, job_id),
            then=lambda slips: _slips_page(request, job_id, slips, is_large=size == "one"),
        )


def _slips_page(
    request: WebRequest, job_id: UUID, slips: list[Slip], *, is_large: bool
) -> Response[Any]:
    if not slips:
        return see_other(
            urls.import_job(job_id),
            say("Everybody has a slip; a lost one is replaced on the page of the person."),
        )
    address = qr.whole_address(request, urls.sign_in())
    return render(
        request,
        "inventory/imports/slips.html",
        job_id=job_id,
        slips=slips,
        is_large=is_large,
        address=address,
        drawing=qr.drawing(address),
    )


async def _upload(request: WebRequest, actor: Actor) -> ImportJob:
    form = await request.form()
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise Invalid.of("file", say("Choose a file first"), code="required")
    noun = str(form.get("noun") or Noun.assets)
    if noun not in set(Noun):
        raise Invalid.of("noun", say("Choose what the rows are"), code="noun")
    school = str(form.get("school", ""))
    data = await file.read()
    return await imports.upload(actor, school, file.filename, data, noun=Noun(noun))


async def _map(request: WebRequest, actor: Actor, job_id: UUID) -> ImportJob:
    """The form of columns; words of a column that just became a choice are asked for first."""
    job = await imports.get_import(actor, job_id)
    form = await request.form()
    texts = {name: text for name, text in form.multi_items() if isinstance(text, str)}
    asked = await imports.ask(job, chosen_fields(await imports.ask(job), texts))
    unasked = [
        FieldError(f"value-{place}-0", say("Say what these words mean as well"), "words")
        for place, one in enumerate(asked)
        if one.words and f"value-{place}-0" not in texts
    ]
    keys = tuple(key for key in form.getall("keys", []) if isinstance(key, str) and key)
    if not keys and len(IMPORTERS[job.noun].keys) > 1:
        unasked.append(FieldError("keys", say("Tick at least one of them"), "required"))
    if unasked:
        raise Invalid(unasked)
    return await imports.map_columns(actor, job_id, mapping_of(asked, texts, keys))


async def _answer(actor: Actor, job_id: UUID, answers: Answers) -> ImportJob:
    """What is new, answered; places are taken back into use first, so that they are found."""
    await imports.get_import(actor, job_id)
    if answers.restores:
        await imports.restore_places(actor, answers.restores)
    return await imports.map_columns(actor, job_id, mapping_of_answers(answers))


def _shown(request: WebRequest) -> str | None:
    """The verdict whose rows were looked at."""
    verdict = request.query_params.get("verdict")
    return verdict if verdict in set(imports.Verdict) else None


async def _list_page(request: WebRequest, actor: Actor, form: Form) -> Response[str]:
    asked = read_list(request, NoFilters)
    return render(
        request,
        "inventory/imports/list.html",
        page=await imports.list_imports(actor, cursor=asked.cursor, limit=asked.limit),
        form=form,
        schools=await school_codes(request, actor, IMPORT_EQUIPMENT),
        nouns=list(IMPORTERS),
        most_rows=imports.MOST_ROWS,
        most_mb=imports.MOST_BYTES >> 20,
    )


async def _columns_page(
    request: WebRequest, actor: Actor, job_id: UUID, form: Form | None = None
) -> Response[str]:
    job = await imports.get_import(actor, job_id)
    if not job.can_map:
        return await _preview(request, actor, job_id, form)
    asked = await imports.ask(job)
    if form is not None:
        asked = await imports.ask(job, chosen_fields(asked, form.values))
    importer = IMPORTERS[job.noun]
    return render(
        request,
        "inventory/imports/columns.html",
        job=job,
        asked=asked,
        fields=await imports.list_fields(actor, job_id),
        keys=importer.keys,
        quantities=list(imports.Quantity),
        for_all=await _asked_for_all(actor, job),
        form=form or Form(),
    )


async def _asked_for_all(actor: Actor, job: ImportJob) -> list[tuple[str, list[tuple[str, str]]]]:
    """The fields that may be said once for all rows, each with what the school has."""
    names = IMPORTERS[job.noun].for_all
    if not names:
        return []
    there = {"room": await _rooms(actor, job), "term": await _terms(actor, job)}
    return [(name, [(text, text) for text in there[name]]) for name in names]


async def _rooms(actor: Actor, job: ImportJob) -> list[str]:
    places = await list_places(actor, school_id=job.school_id)
    return [one.path for one in places if one.kind is PlaceKind.room]


async def _terms(actor: Actor, job: ImportJob) -> list[str]:
    found = await list_terms(actor, OfSchool(job.school_id), limit=MAX_LIMIT)
    return [one.name for one in found.items]


async def _preview(
    request: WebRequest, actor: Actor, job_id: UUID, form: Form | None = None
) -> Response[str]:
    asked = read_list(request, RowFilters)
    job = await imports.get_import(actor, job_id)
    in_use: list[str] = []
    if job.findings.retired_places:
        in_use = [one.path for one in await list_places(actor, school_id=job.school_id)]
    return render(
        request,
        "inventory/imports/import.html",
        job=job,
        page=await imports.list_rows(
            actor, job_id, asked.filters, cursor=asked.cursor, limit=asked.limit
        ),
        query=asked.filters,
        joins=joins_of(job),
        kinds=kinds_of(job),
        retired=retired_of(job, in_use),
        table=IMPORTERS[job.noun].table,
        slips=await imports.count_slips(actor, job),
        quantities=[one for one in imports.Quantity if one is not imports.Quantity.ask],
        form=form or Form(),
    )


PAGES: list[ControllerRouterHandler] = [
    ImportPages,
    button(
        urls.discard_import,
        imports.discard,
        then=to(urls.imports, say("Thrown away; the books are as before.")),
        allowed=IMPORT_EQUIPMENT,
    ),
]
