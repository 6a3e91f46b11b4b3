"""What answers for availability: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.monitoring.availability.pages import AvailabilityPages
from api.monitoring.availability.routes import AvailabilityRoutes

PAGES: list[ControllerRouterHandler] = [AvailabilityPages]
ROUTES: list[ControllerRouterHandler] = [AvailabilityRoutes]
