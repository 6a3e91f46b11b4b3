"""What answers for tokens: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.administration.tokens.routes import TokenRoutes

PAGES: list[ControllerRouterHandler] = []
ROUTES: list[ControllerRouterHandler] = [TokenRoutes]
