"""What answers for people: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.administration.people.pages import PeoplePages
from api.administration.people.routes import PLAIN_ROUTES, MeRoutes, PeopleRoutes

PAGES: list[ControllerRouterHandler] = [PeoplePages]
ROUTES: list[ControllerRouterHandler] = [MeRoutes, *PLAIN_ROUTES, PeopleRoutes]
