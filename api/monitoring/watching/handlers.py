"""What answers for watching: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.monitoring.watching.pages import KindRulePages, WatchingPages
from api.monitoring.watching.routes import ProfileRuleRoutes, WatchingRoutes

PAGES: list[ControllerRouterHandler] = [KindRulePages, WatchingPages]
ROUTES: list[ControllerRouterHandler] = [ProfileRuleRoutes, WatchingRoutes]
