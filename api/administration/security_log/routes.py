"""The security log over JSON."""

from litestar.types import ControllerRouterHandler

from api.kit.noun_routes import NounRoutes
from core import security_log
from core.permissions import READ_SECURITY_LOG

_routes = NounRoutes("/security-events", "security_event", tags=("audit",), read=READ_SECURITY_LOG)
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(
        security_log.list_events,
        "Who came in, who was refused, who may do what; the newest first",
        "`person_id` is whose account it concerns.",
        without=("zone",),
    )
]
