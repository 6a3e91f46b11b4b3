"""What answers for resources: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.library.resources.form_pages import LibraryFormPages
from api.library.resources.pages import LibraryPages
from api.library.resources.routes import ROUTES as ROUTES

PAGES: list[ControllerRouterHandler] = [LibraryFormPages, LibraryPages]
