"""Availability for those who watch over devices: a month by room, and a room's devices."""

import msgspec
from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.kit.forms import convert_form, read_query
from api.kit.options import school_options
from api.kit.rendering import language_of, render
from api.monitoring.availability import table
from core.access import Actor
from core.numbers import Id
from core.permissions import READ_AVAILABILITY
from monitoring.history.availability import AvailabilityReport, By, availability
from monitoring.history.months import chosen_month, last_months

MOST_ROWS = 500


class AvailabilityQuery(msgspec.Struct, frozen=True):
    """What stands in the address; a room's number shows its devices."""

    month: str | None = None
    school_id: Id | None = None
    room: Id | None = None

    @property
    def by(self) -> By:
        return "room" if self.room is None else "device"


class AvailabilityPages(Controller):
    """/availability"""

    include_in_schema = False
    guards = (allow(READ_AVAILABILITY),)

    @get(urls.availability)
    async def show(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        query, month, form = await read_query(
            request, AvailabilityQuery, lambda given: chosen_month(given.month)
        )
        report = await availability(
            actor, query.by, month, school_id=query.school_id, room_id=query.room
        )
        schools = await school_options(request, actor, READ_AVAILABILITY)
        months = {one.name: one.first for one in (month, *last_months())}
        return render(
            request,
            "monitoring/availability/report.html",
            report=report,
            rows=report.rows[:MOST_ROWS],
            query=query,
            month=month,
            months=sorted(months.items(), reverse=True),
            schools=schools,
            school_names=dict(schools),
            columns=table.columns_of(report.by),
            head_word=table.HEADS[report.by],
            label_of=table.label_of,
            form=form,
            filters={"month": month.name, "school_id": query.school_id},
        )

    @get(urls.availability_csv)
    async def download(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        query = convert_form(request.query_params, AvailabilityQuery)
        report = await availability(
            actor,
            query.by,
            chosen_month(query.month),
            school_id=query.school_id,
            room_id=query.room,
        )
        return Response(
            table.as_csv(report, language_of(request)),
            media_type="text/csv; charset=utf-8",
            headers={"content-disposition": f'attachment; filename="{_file_name(report)}"'},
        )


def _file_name(report: AvailabilityReport) -> str:
    return f"availability-{report.by}-{report.month}.csv"


PAGES: list[ControllerRouterHandler] = [AvailabilityPages]
