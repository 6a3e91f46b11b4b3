"""What answers for people: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.administration.people.pages import PeoplePages
from api.administration.people.routes import PLAIN_ROUTES, MeRoutes, PeopleRoutes
from api.administration.people.table import FILES

PAGES: list[ControllerRouterHandler] = [PeoplePages, *FILES]
ROUTES: list[ControllerRouterHandler] = [MeRoutes, *PLAIN_ROUTES, PeopleRoutes]
