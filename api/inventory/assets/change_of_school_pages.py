"""The form that gives assets over to another school."""

from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.inventory.custody.desk import Chosen, lay_out, split_tags, submit_desk
from api.inventory.options import place_options, school_codes
from api.kit.flash import see_other
from api.kit.forms import Form, convert_form
from api.kit.rendering import render
from api.kit.submission import Once
from core.access import Actor
from core.errors import say
from core.numbers import Id
from core.permissions import EDIT_EQUIPMENT
from inventory import assets
from inventory.assets import AssetRow
from inventory.scope import school_id_of


class SchoolForm(msgspec.Struct, frozen=True):
    """Which assets go over to which school, and to which place of it."""

    tags: str
    school: str
    place_id: Id | None = None


class ChangeOfSchoolPages(Controller):
    """/assets/change-school"""

    include_in_schema = False

    @get(urls.change_school, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def show_school(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        chosen = convert_form(request.query_params, Chosen)
        return await _school_page(request, actor, await chosen.form(actor, urls.change_school()))

    @post(urls.change_school, guards=[allow(EDIT_EQUIPMENT, tokens=False)])
    async def change_school(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[Any]:
        return await submit_desk(
            request,
            SchoolForm,
            lambda form: _change_school(actor, form),
            then=_given_over,
            page=lambda form: _school_page(request, actor, form),
            fields={"school_id": "school"},
            once=Once(actor, list[AssetRow]),
        )


async def _change_school(actor: Actor, form: SchoolForm) -> list[AssetRow]:
    school_id = await school_id_of(actor, form.school)
    return await assets.change_school(
        actor, split_tags(form.tags), school_id, place_id=form.place_id
    )


def _given_over(given: list[AssetRow]) -> Redirect:
    first = given[0]
    target = urls.asset(first.tag) if len(given) == 1 else urls.assets(school=first.school)
    return see_other(target, say("Given over: {count}.", count=len(given)))


async def _school_page(request: WebRequest, actor: Actor, form: Form) -> Response[str]:
    schools = await school_codes(request, actor, EDIT_EQUIPMENT)
    wanted = form.values.get("school")
    school_id = await school_id_of(actor, wanted) if wanted in dict(schools) else None
    desk = await lay_out(
        actor, form, lambda tags: assets.check_change_of_school(actor, tags, school_id)
    )
    return render(
        request,
        "inventory/assets/change_school.html",
        form=desk.form,
        desk=desk,
        schools=schools,
        places=await place_options(actor, school_ids=actor.school_ids_with(EDIT_EQUIPMENT)),
    )
