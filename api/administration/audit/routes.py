"""What was changed, by whom, over JSON."""

from litestar.types import ControllerRouterHandler

from api.kit.noun_routes import NounRoutes
from core import audit
from core.permissions import READ_AUDIT

_routes = NounRoutes("/audit", "audit", tags=("audit",), read=READ_AUDIT)
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(
        audit.list_changes,
        "What was changed at your schools, the newest first",
        "`person_id` is who did it; `entity` the table, `entity_id` its row; `day` at school.",
        without=("zone",),
    )
]
