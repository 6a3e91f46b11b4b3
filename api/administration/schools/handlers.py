"""What answers for schools: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.administration.schools.pages import SchoolPages
from api.administration.schools.routes import SchoolRoutes

PAGES: list[ControllerRouterHandler] = [SchoolPages]
ROUTES: list[ControllerRouterHandler] = [SchoolRoutes]
