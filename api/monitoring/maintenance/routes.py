"""Maintenance windows over JSON: plan, look, end."""

from litestar.types import ControllerRouterHandler

from api.kit.noun_routes import NounRoutes
from core.permissions import EDIT_MONITORING, READ_MONITORING
from monitoring.alerting.maintenance import windows

_routes = NounRoutes(
    "/maintenance-windows",
    "maintenance",
    tags=("maintenance",),
    read=READ_MONITORING,
    write=EDIT_MONITORING,
)
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(
        windows.list_windows,
        "Maintenance windows",
        "Those in force and to come, the latest beginning first; the past ones if asked for.",
    ),
    _routes.create(
        windows.create_window,
        "Plan a maintenance window",
        "No alert begins while it is in force; what persists is raised when it is over.",
        called="add",
    ),
    _routes.get(windows.get_window, "One maintenance window"),
    _routes.step(
        "end",
        windows.end_window,
        "End a maintenance window now, or cancel it",
        "It stays in the books as far as it was in force.",
    ),
]
