"""Terms: the list of a school's, a new one, one to be put right or taken out."""

from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from api import urls
from api.http.access import allow, in_person
from api.http.types import WebRequest
from api.kit.flash import see_other
from api.kit.forms import Form
from api.kit.lists import read_list
from api.kit.numbers import PathId
from api.kit.options import school_options
from api.kit.rendering import language_of, render
from api.kit.submission import submit
from api.wording import row_names
from core import terms
from core.access import Actor
from core.errors import say
from core.permissions import MANAGE_SCHOOL
from core.terms import NewTerm, TermFacts, TermFilters


class TermPages(Controller):
    """/terms"""

    include_in_schema = False

    @get(urls.terms, guards=[in_person])
    async def list_terms(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        asked = read_list(request, TermFilters)
        return render(
            request,
            "administration/terms/list.html",
            page=await terms.list_terms(
                actor, asked.filters, cursor=asked.cursor, limit=asked.limit
            ),
            query=asked.filters,
            schools=dict(await school_options(request, actor)),
        )

    @get(urls.new_term, guards=[allow(MANAGE_SCHOOL, tokens=False)])
    async def show_new(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        return await _new_page(request, actor, Form())

    @post(urls.new_term, guards=[allow(MANAGE_SCHOOL, tokens=False)])
    async def create(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
        return await submit(
            request,
            NewTerm,
            lambda form: terms.create_term(actor, form),
            then=lambda made: see_other(urls.terms(), say("{name} is added.", name=made.name)),
            page=lambda form: _new_page(request, actor, form),
        )

    @get(urls.term, guards=[in_person])
    async def show(
        self, request: WebRequest, actor: NamedDependency[Actor], term_id: PathId
    ) -> Response[str]:
        return await _term_page(request, actor, term_id)

    @post(urls.term, guards=[allow(MANAGE_SCHOOL, tokens=False)])
    async def edit(
        self, request: WebRequest, actor: NamedDependency[Actor], term_id: PathId
    ) -> Response[Any]:
        return await submit(
            request,
            TermFacts,
            lambda form: terms.update_term(actor, term_id, form),
            then=lambda _: see_other(urls.terms(), say("Saved.")),
            page=lambda form: _term_page(request, actor, term_id, form),
        )

    @post(urls.delete_term, guards=[allow(MANAGE_SCHOOL, tokens=False)])
    async def delete(self, actor: NamedDependency[Actor], term_id: PathId) -> Redirect:
        gone = await terms.delete_term(actor, term_id)
        return see_other(urls.terms(), say("{name} is taken out.", name=gone.name))


async def _new_page(request: WebRequest, actor: Actor, form: Form) -> Response[str]:
    return render(
        request,
        "administration/terms/new.html",
        form=form,
        schools=await school_options(request, actor, MANAGE_SCHOOL),
    )


async def _term_page(
    request: WebRequest, actor: Actor, term_id: int, form: Form | None = None
) -> Response[str]:
    term = await terms.get_term(actor, term_id)
    return render(
        request,
        "administration/terms/term.html",
        form=form or Form(msgspec.structs.asdict(term)),
        term=term,
        changes=await row_names.history(language_of(request), "term", term_id, limit=30),
        may_write=actor.can_at(term.school_id, MANAGE_SCHOOL),
    )
