"""What answers for people: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.administration.people.pages import PeoplePages
from api.administration.people.routes import MeRoutes, PeopleRoutes

PAGES: list[ControllerRouterHandler] = [PeoplePages]
ROUTES: list[ControllerRouterHandler] = [MeRoutes, PeopleRoutes]
