"""What answers for networks: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.monitoring.networks.pages import NetworkPages
from api.monitoring.networks.routes import NetworkRoutes

PAGES: list[ControllerRouterHandler] = [NetworkPages]
ROUTES: list[ControllerRouterHandler] = [NetworkRoutes]
