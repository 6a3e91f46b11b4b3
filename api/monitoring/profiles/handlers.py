"""What answers for profiles: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.monitoring.profiles.pages import DeviceProfilePages
from api.monitoring.profiles.routes import DeviceProfileRoutes

PAGES: list[ControllerRouterHandler] = [DeviceProfilePages]
ROUTES: list[ControllerRouterHandler] = [DeviceProfileRoutes]
