"""What answers for health: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.monitoring.health.pages import show_monitoring_health
from api.monitoring.health.routes import get_monitoring_health
from api.monitoring.health.setup_pages import show_monitoring_setup

PAGES: list[ControllerRouterHandler] = [show_monitoring_health, show_monitoring_setup]
ROUTES: list[ControllerRouterHandler] = [get_monitoring_health]
