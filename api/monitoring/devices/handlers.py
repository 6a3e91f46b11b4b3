"""What answers for devices: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.monitoring.devices.pages import DevicePages
from api.monitoring.devices.routes import DeviceRoutes
from api.monitoring.devices.table import FILES

PAGES: list[ControllerRouterHandler] = [DevicePages, *FILES]
ROUTES: list[ControllerRouterHandler] = [DeviceRoutes]
