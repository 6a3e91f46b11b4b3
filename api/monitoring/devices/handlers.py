"""What answers for devices: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.monitoring.devices.pages import DevicePages
from api.monitoring.devices.routes import DeviceRoutes

PAGES: list[ControllerRouterHandler] = [DevicePages]
ROUTES: list[ControllerRouterHandler] = [DeviceRoutes]
