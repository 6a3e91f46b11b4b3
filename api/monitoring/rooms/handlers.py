"""What answers for rooms: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.monitoring.rooms.pages import RoomPages, do_wake_device
from api.monitoring.rooms.routes import RoomRoutes, WakePlanRoutes, wake_device

PAGES: list[ControllerRouterHandler] = [RoomPages, do_wake_device]
ROUTES: list[ControllerRouterHandler] = [RoomRoutes, WakePlanRoutes, wake_device]
