"""Schools: list, one school's facts, and adding one."""

from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.kit.flash import see_other
from api.kit.forms import as_typed, read_form
from api.kit.numbers import PathId
from api.kit.rendering import language_of, render
from api.wording import row_names
from core import schools
from core.access import Actor
from core.errors import Invalid, say
from core.permissions import MANAGE_SCHOOL, READ_PEOPLE
from core.schools import DEFAULT_ZONE, School, SchoolFacts
from storage import quotas


class SchoolPages(Controller):
    """/schools"""

    include_in_schema = False

    @get(urls.schools(), guards=[allow(READ_PEOPLE, tokens=False)])
    async def list_schools(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        return render(
            request, "administration/schools/list.html", schools=await schools.find_schools(actor)
        )

    @get(urls.new_school(), guards=[allow(MANAGE_SCHOOL, tokens=False)])
    async def show_new(self, request: WebRequest) -> Response[str]:
        return _form_page(request, {"zone": DEFAULT_ZONE})

    @post(urls.schools(), guards=[allow(MANAGE_SCHOOL, tokens=False)])
    async def create_school(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[Any]:
        try:
            made = await schools.create_school(actor, await read_form(request, SchoolFacts))
        except Invalid as refused:
            return _form_page(request, await as_typed(request), errors=list(refused.errors))
        return see_other(
            urls.school(made.id), say("The school is added, and you are its administrator.")
        )

    @get("/schools/{school_id:int}", guards=[allow(MANAGE_SCHOOL, tokens=False)])
    async def show_school(
        self, request: WebRequest, actor: NamedDependency[Actor], school_id: PathId
    ) -> Response[str]:
        school = await schools.get_school(actor, school_id)
        actor.require(school_id, MANAGE_SCHOOL)
        return _form_page(
            request,
            msgspec.structs.asdict(school),
            school=school,
            storage_use=await quotas.find(actor, school_id),
            changes=await row_names.history(language_of(request), "school", school_id, limit=30),
        )

    @post("/schools/{school_id:int}", guards=[allow(MANAGE_SCHOOL, tokens=False)])
    async def edit_school(
        self, request: WebRequest, actor: NamedDependency[Actor], school_id: PathId
    ) -> Response[Any]:
        school = await schools.get_school(actor, school_id)
        try:
            await schools.edit_school(actor, school_id, await read_form(request, SchoolFacts))
        except Invalid as refused:
            return _form_page(
                request,
                await as_typed(request),
                school=school,
                storage_use=await quotas.find(actor, school_id),
                errors=list(refused.errors),
            )
        return see_other(urls.school(school_id), say("Saved."))


def _form_page(
    request: WebRequest, form: dict[str, Any], *, school: School | None = None, **context: Any
) -> Response[str]:
    return render(
        request,
        "administration/schools/school.html",
        status_code=422 if context.get("errors") else 200,
        school=school,
        form=form,
        **{"changes": [], **context},
    )
