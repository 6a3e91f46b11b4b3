"""Schools: list, one school's facts, and adding one."""

from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.kit.flash import see_other
from api.kit.forms import Form
from api.kit.numbers import PathId
from api.kit.rendering import language_of, render
from api.kit.submission import submit
from api.wording import row_names
from core import schools
from core.access import Actor
from core.errors import say
from core.permissions import MANAGE_SCHOOL, READ_PEOPLE
from core.schools import DEFAULT_ZONE, School, SchoolFacts
from storage import quotas


class SchoolPages(Controller):
    """/schools"""

    include_in_schema = False

    @get(urls.schools, guards=[allow(READ_PEOPLE, tokens=False)])
    async def list_schools(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        return render(
            request, "administration/schools/list.html", schools=await schools.list_schools(actor)
        )

    @get(urls.new_school, guards=[allow(MANAGE_SCHOOL, tokens=False)])
    async def show_new(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        return await _form_page(request, actor, None, Form({"zone": DEFAULT_ZONE}))

    @post(urls.schools, guards=[allow(MANAGE_SCHOOL, tokens=False)])
    async def create_school(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[Any]:
        return await submit(
            request,
            SchoolFacts,
            lambda facts: schools.create_school(actor, facts),
            then=lambda made: see_other(
                urls.school(made.id), say("The school is added, and you are its administrator.")
            ),
            page=lambda form: _form_page(request, actor, None, form),
        )

    @get(urls.school, guards=[allow(MANAGE_SCHOOL, tokens=False)])
    async def show_school(
        self, request: WebRequest, actor: NamedDependency[Actor], school_id: PathId
    ) -> Response[str]:
        school = await schools.get_school(actor, school_id)
        actor.require(school_id, MANAGE_SCHOOL)
        return await _form_page(request, actor, school, Form(msgspec.structs.asdict(school)))

    @post(urls.school, guards=[allow(MANAGE_SCHOOL, tokens=False)])
    async def edit_school(
        self, request: WebRequest, actor: NamedDependency[Actor], school_id: PathId
    ) -> Response[Any]:
        school = await schools.get_school(actor, school_id)
        return await submit(
            request,
            SchoolFacts,
            lambda facts: schools.update_school(actor, school_id, facts),
            then=lambda _: see_other(urls.school(school_id), say("Saved.")),
            page=lambda form: _form_page(request, actor, school, form),
        )


async def _form_page(
    request: WebRequest, actor: Actor, school: School | None, form: Form
) -> Response[str]:
    speech = language_of(request)
    return render(
        request,
        "administration/schools/school.html",
        school=school,
        form=form,
        storage_use=await quotas.find_use(actor, school.id) if school else None,
        changes=await row_names.history(speech, "school", school.id, limit=30) if school else [],
    )
