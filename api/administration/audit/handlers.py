"""What answers for audit: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.administration.audit.pages import show_changes
from api.administration.audit.routes import AuditRoutes

PAGES: list[ControllerRouterHandler] = [show_changes]
ROUTES: list[ControllerRouterHandler] = [AuditRoutes]
