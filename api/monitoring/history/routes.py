"""The past of monitored devices over JSON and as files: charts of a day to a year."""

from datetime import datetime, timedelta
from typing import Annotated

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter
from litestar.types import ControllerRouterHandler

from api.http.access import allow
from api.http.types import WebRequest
from api.kit.numbers import PathId
from api.monitoring.history.charts import as_csv, known_metric, worded
from api.wording.reader import language_of
from core import clock
from core.access import Actor
from core.permissions import READ_MONITORING
from monitoring import devices
from monitoring.history.charts import Chart, chart
from monitoring.history.spans import Span

MOST_HOURS = 24 * 400
# A file holds every port of a switch, a chart the highest few.
EVERY_SERIES = 10_000

Since = Annotated[datetime | None, QueryParameter(name="since")]
Until = Annotated[datetime | None, QueryParameter(name="until")]


class DeviceHistoryRoutes(Controller):
    """/api/v1/devices/{id}/history and its like"""

    path = "/devices/{device_id:int}"
    tags = ("devices",)
    guards = (allow(READ_MONITORING),)

    @get(
        "/history",
        operation_id="device_history",
        summary="One metric over a day, a week, a month or a year",
    )
    async def get_history(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        device_id: PathId,
        metric: FromQuery[str],
        span: FromQuery[Span] = "day",
        since: Since = None,
        until: Until = None,
        instance: FromQuery[str | None] = None,
    ) -> Chart:
        """The span up to now, or between ``since`` and ``until``: mean, low and high at a few
        hundred moments, of the five highest instances or of the one named. Of what only rises, such
        as pages printed, how much it grew in each hour, day or month. Null where nothing was read.
        """
        await devices.get_device(actor, device_id)
        found = await chart(
            device_id,
            known_metric(metric),
            span,
            settings=request.app.state.settings,
            since=since,
            until=until,
            instance=instance,
        )
        return worded(found, language_of(request))

    @get(
        "/history.csv",
        operation_id="device_history_file",
        summary="The same as a file for a spreadsheet",
        media_type="text/csv",
    )
    async def get_history_file(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        device_id: PathId,
        metric: FromQuery[str],
        span: FromQuery[Span] = "day",
        since: Since = None,
        until: Until = None,
    ) -> Response[str]:
        """Every instance; times with the offset of the school's clock."""
        device = await devices.get_device(actor, device_id)
        found = await chart(
            device_id,
            known_metric(metric),
            span,
            settings=request.app.state.settings,
            since=since,
            until=until,
            most_series=EVERY_SERIES,
        )
        name = f"{device.asset_tag}-{metric}-{found.since:%Y%m%d}-{found.until:%Y%m%d}.csv"
        return Response(
            as_csv(worded(found, language_of(request))),
            media_type="text/csv; charset=utf-8",
            headers={"content-disposition": f'attachment; filename="{name}"'},
        )

    @get("/chart", operation_id="device_chart", summary="One metric over so many hours up to now")
    async def get_chart(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        device_id: PathId,
        metric: FromQuery[str],
        hours: Annotated[int, QueryParameter(ge=1, le=MOST_HOURS)] = 24,
    ) -> Chart:
        """At most a few hundred moments, and the five highest instances."""
        await devices.get_device(actor, device_id)
        now = clock.now()
        found = await chart(
            device_id,
            known_metric(metric),
            settings=request.app.state.settings,
            since=now - timedelta(hours=hours),
            until=now,
        )
        return worded(found, language_of(request))


ROUTES: list[ControllerRouterHandler] = [DeviceHistoryRoutes]
