"""What answers for ports: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.monitoring.ports.pages import PortPages
from api.monitoring.ports.routes import PortRoutes

PAGES: list[ControllerRouterHandler] = [PortPages]
ROUTES: list[ControllerRouterHandler] = [PortRoutes]
