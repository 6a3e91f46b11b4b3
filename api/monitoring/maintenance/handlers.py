"""What answers for maintenance: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.monitoring.maintenance.pages import MaintenancePages
from api.monitoring.maintenance.routes import PLAIN_ROUTES

PAGES: list[ControllerRouterHandler] = [MaintenancePages]
ROUTES: list[ControllerRouterHandler] = PLAIN_ROUTES
