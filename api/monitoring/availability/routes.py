"""Availability over JSON: how much of a month devices were up."""

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.types import ControllerRouterHandler

from api.http.access import allow
from api.kit.numbers import QueryId
from core.access import Actor
from core.permissions import READ_AVAILABILITY
from monitoring.history.availability import AvailabilityReport, By, availability
from monitoring.history.months import chosen_month


class AvailabilityRoutes(Controller):
    """/api/v1/reports/availability"""

    path = "/reports/availability"
    tags = ("reports",)

    @get(
        guards=[allow(READ_AVAILABILITY)],
        operation_id="report_availability",
        summary="How much of a month devices were up, by room or by device",
    )
    async def get_availability(
        self,
        actor: NamedDependency[Actor],
        of_school: NamedDependency[int | None],
        by: FromQuery[By] = "room",
        month: FromQuery[str | None] = None,
        room_id: QueryId = None,
    ) -> AvailabilityReport:
        """``month`` like 2026-11, the running one without it; ``room_id`` 0 for what stands
        nowhere. The worst come first. Maintenance is taken out, time of which nobody knows is told
        apart, and expected hours hold; the numbers are defined in docs/history.md.
        """
        return await availability(
            actor, by, chosen_month(month), school_id=of_school, room_id=room_id
        )


ROUTES: list[ControllerRouterHandler] = [AvailabilityRoutes]
