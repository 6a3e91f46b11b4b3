"""What answers for alerts: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.monitoring.alerts.pages import AlertPages
from api.monitoring.alerts.routes import AlertRoutes

PAGES: list[ControllerRouterHandler] = [AlertPages]
ROUTES: list[ControllerRouterHandler] = [AlertRoutes]
