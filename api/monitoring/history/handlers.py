"""What answers for history: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.monitoring.history.pages import DeviceHistoryPages
from api.monitoring.history.routes import DeviceHistoryRoutes

PAGES: list[ControllerRouterHandler] = [DeviceHistoryPages]
ROUTES: list[ControllerRouterHandler] = [DeviceHistoryRoutes]
