"""What answers for places: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.inventory.places.pages import PlacePages
from api.inventory.places.routes import PLAIN_ROUTES, PlaceRoutes

PAGES: list[ControllerRouterHandler] = [PlacePages]
ROUTES: list[ControllerRouterHandler] = [*PLAIN_ROUTES, PlaceRoutes]
