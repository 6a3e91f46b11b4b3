"""Terms over JSON."""

from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from api.http.access import allow
from api.kit.list_parameters import asked_for
from api.kit.lists import ListQuery
from api.kit.numbers import PathId
from core import terms
from core.access import Actor
from core.paging import Page
from core.permissions import MANAGE_SCHOOL, READ_SCHOOLS
from core.terms import NewTerm, Term, TermFacts, TermFilters


class TermRoutes(Controller):
    """/api/v1/terms"""

    path = "/terms"
    tags = ("schools",)

    @get(
        guards=[allow(READ_SCHOOLS)],
        operation_id="term_list",
        summary="Terms, latest first",
        dependencies={"asked": asked_for(TermFilters)},
    )
    async def list_terms(
        self, actor: NamedDependency[Actor], asked: NamedDependency[ListQuery[TermFilters]]
    ) -> Page[Term]:
        return await terms.list_terms(actor, asked.filters, cursor=asked.cursor, limit=asked.limit)

    @post(guards=[allow(MANAGE_SCHOOL)], operation_id="term_create", summary="Add a term")
    async def create_term(self, actor: NamedDependency[Actor], data: JSONBody[NewTerm]) -> Term:
        """409 if it shares a day, or its name, with another term of the school."""
        return await terms.create_term(actor, data)

    @get("/{term_id:int}", guards=[allow(READ_SCHOOLS)], operation_id="term_get", summary="A term")
    async def get_term(self, actor: NamedDependency[Actor], term_id: PathId) -> Term:
        return await terms.get_term(actor, term_id)

    @put(
        "/{term_id:int}",
        guards=[allow(MANAGE_SCHOOL)],
        operation_id="term_edit",
        summary="Write a term anew",
    )
    async def edit_term(
        self, actor: NamedDependency[Actor], term_id: PathId, data: JSONBody[TermFacts]
    ) -> Term:
        return await terms.update_term(actor, term_id, data)

    @delete(
        "/{term_id:int}",
        guards=[allow(MANAGE_SCHOOL)],
        operation_id="term_delete",
        summary="Take out a term that was entered by mistake",
    )
    async def delete_term(self, actor: NamedDependency[Actor], term_id: PathId) -> None:
        await terms.delete_term(actor, term_id)
