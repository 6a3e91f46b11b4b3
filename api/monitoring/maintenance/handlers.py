"""What answers for maintenance: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.monitoring.maintenance.pages import MaintenancePages
from api.monitoring.maintenance.routes import MaintenanceRoutes

PAGES: list[ControllerRouterHandler] = [MaintenancePages]
ROUTES: list[ControllerRouterHandler] = [MaintenanceRoutes]
