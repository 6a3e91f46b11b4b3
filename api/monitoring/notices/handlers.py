"""What answers for notices: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.monitoring.notices.pages import MailPages
from api.monitoring.notices.routes import EscalationRoutes, SubscriptionRoutes

PAGES: list[ControllerRouterHandler] = [MailPages]
ROUTES: list[ControllerRouterHandler] = [EscalationRoutes, SubscriptionRoutes]
