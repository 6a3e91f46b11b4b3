"""What answers for terms: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.administration.terms.pages import TermPages
from api.administration.terms.routes import TermRoutes

PAGES: list[ControllerRouterHandler] = [TermPages]
ROUTES: list[ControllerRouterHandler] = [TermRoutes]
