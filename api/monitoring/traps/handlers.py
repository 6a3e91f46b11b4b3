"""What answers for traps: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.monitoring.traps.pages import TrapPages
from api.monitoring.traps.routes import TrapRoutes

PAGES: list[ControllerRouterHandler] = [TrapPages]
ROUTES: list[ControllerRouterHandler] = [TrapRoutes]
