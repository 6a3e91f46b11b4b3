"""What answers for usage: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.monitoring.usage.pages import UsagePages
from api.monitoring.usage.routes import ReportRoutes

PAGES: list[ControllerRouterHandler] = [UsagePages]
ROUTES: list[ControllerRouterHandler] = [ReportRoutes]
