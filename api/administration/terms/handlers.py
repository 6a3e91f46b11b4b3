"""Terms: their pages and their JSON, made from the verbs of core.terms."""

from litestar.types import ControllerRouterHandler

from api import urls
from api.kit.noun_pages import NounPages
from api.kit.noun_routes import NounRoutes
from core import terms
from core.permissions import MANAGE_SCHOOL, READ_SCHOOLS
from core.terms import Term

_pages = NounPages[Term](
    "term", "administration/terms", urls.terms, read=READ_SCHOOLS, write=MANAGE_SCHOOL
)
PAGES: list[ControllerRouterHandler] = [
    _pages.list(terms.list_terms),
    *_pages.new(urls.new_term, terms.create_term),
    *_pages.edit(urls.term, terms.get_term, terms.update_term),
    _pages.delete(urls.delete_term, terms.delete_term),
]

_routes = NounRoutes("/terms", "term", tags=("schools",), read=READ_SCHOOLS, write=MANAGE_SCHOOL)
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(terms.list_terms, "Terms, latest first"),
    _routes.create(
        terms.create_term,
        "Add a term",
        "409 if it shares a day, or its name, with another term of the school.",
    ),
    _routes.get(terms.get_term, "A term"),
    _routes.update(terms.update_term, "Write a term anew"),
    _routes.delete(terms.delete_term, "Take out a term that was entered by mistake"),
]
