"""Maintenance windows over JSON: plan, look, end."""

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody

from api.http.access import allow
from api.kit.numbers import Limit, PathId
from core.access import Actor
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import EDIT_MONITORING, READ_MONITORING
from monitoring.alerting.maintenance import windows
from monitoring.alerting.maintenance.windows import MaintenanceWindow, NewWindow


class MaintenanceRoutes(Controller):
    """/api/v1/maintenance-windows"""

    path = "/maintenance-windows"
    tags = ("maintenance",)

    @get(
        guards=[allow(READ_MONITORING)],
        operation_id="maintenance_list",
        summary="Maintenance windows",
    )
    async def list_windows(
        self,
        actor: NamedDependency[Actor],
        of_school: NamedDependency[int | None],
        with_past: FromQuery[bool] = False,
        limit: Limit = DEFAULT_LIMIT,
        cursor: FromQuery[str | None] = None,
    ) -> Page[MaintenanceWindow]:
        """Those in force and to come, the latest beginning first; the past ones if asked for."""
        return await windows.list_windows(
            actor, school_id=of_school, with_past=with_past, limit=limit, cursor=cursor
        )

    @post(
        guards=[allow(EDIT_MONITORING)],
        operation_id="maintenance_add",
        summary="Plan a maintenance window",
    )
    async def add_window(
        self, actor: NamedDependency[Actor], data: JSONBody[NewWindow]
    ) -> MaintenanceWindow:
        """No alert begins while it is in force; what persists is raised when it is over."""
        return await windows.create_window(actor, data)

    @get(
        "/{window_id:int}",
        guards=[allow(READ_MONITORING)],
        operation_id="maintenance_get",
        summary="One maintenance window",
    )
    async def get_window(
        self, actor: NamedDependency[Actor], window_id: PathId
    ) -> MaintenanceWindow:
        return await windows.get_window(actor, window_id)

    @post(
        "/{window_id:int}/end",
        guards=[allow(EDIT_MONITORING)],
        operation_id="maintenance_end",
        summary="End a maintenance window now, or cancel it",
        status_code=200,
    )
    async def end_window(
        self, actor: NamedDependency[Actor], window_id: PathId
    ) -> MaintenanceWindow:
        """It stays in the books as far as it was in force."""
        return await windows.end_window(actor, window_id)
