"""What answers for expected hours: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.monitoring.expected_hours.pages import ExpectedHoursPages
from api.monitoring.expected_hours.routes import PLAIN_ROUTES, ExpectedHoursRoutes

PAGES: list[ControllerRouterHandler] = [ExpectedHoursPages]
ROUTES: list[ControllerRouterHandler] = [*PLAIN_ROUTES, ExpectedHoursRoutes]
