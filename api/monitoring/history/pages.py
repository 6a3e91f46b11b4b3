"""One metric of a device over time: the chart, and its values as a table for everybody."""

import msgspec
from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from api import urls
from api.http.access import in_person
from api.http.types import WebRequest
from api.kit.forms import convert_form
from api.kit.numbers import PathId
from api.kit.rendering import language_of, render
from api.monitoring.history.charts import as_csv, known_metric, worded
from core.access import Actor
from core.settings import Settings
from monitoring import devices
from monitoring.decoding.metrics import METRICS
from monitoring.devices import LatestReading
from monitoring.history.charts import Chart, chart
from monitoring.history.spans import Span

EVERY_SERIES = 10_000
# What is asked of a device of which nothing is kept yet.
NOTHING_KEPT = "uptime"


class HistoryQuery(msgspec.Struct, frozen=True):
    """What stands in the address."""

    metric: str = ""
    span: Span = "day"


class DeviceHistoryPages(Controller):
    """/devices/{id}/history"""

    include_in_schema = False
    guards = (in_person,)

    @get(urls.device_history)
    async def show(
        self, request: WebRequest, actor: NamedDependency[Actor], device_id: PathId
    ) -> Response[str]:
        device = await devices.get_device(actor, device_id)
        readings = await devices.latest_readings(actor, device_id)
        kept = _kept(readings)
        query = convert_form(request.query_params, HistoryQuery)
        metric = known_metric(query.metric or next(iter(kept), NOTHING_KEPT))
        settings: Settings = request.app.state.settings
        found = await chart(device_id, metric, query.span, settings=settings)
        speech = language_of(request)
        told = worded(found, speech)
        return render(
            request,
            "monitoring/history/metric.html",
            device=device,
            query=query,
            metric=metric,
            title=speech.words(METRICS[metric].label),
            metrics=[(one, speech.words(METRICS[one].label)) for one in {**kept, metric: None}],
            chart=told,
            drawn=msgspec.to_builtins(told),
            is_some=_is_some(found),
        )

    @get(urls.device_history_csv)
    async def download(
        self, request: WebRequest, actor: NamedDependency[Actor], device_id: PathId
    ) -> Response[str]:
        device = await devices.get_device(actor, device_id)
        query = convert_form(request.query_params, HistoryQuery)
        readings = await devices.latest_readings(actor, device_id)
        metric = known_metric(query.metric or next(iter(_kept(readings)), NOTHING_KEPT))
        found = await chart(
            device_id,
            metric,
            query.span,
            settings=request.app.state.settings,
            most_series=EVERY_SERIES,
        )
        name = f"{device.asset_tag}-{metric}-{query.span}.csv"
        return Response(
            as_csv(worded(found, language_of(request))),
            media_type="text/csv; charset=utf-8",
            headers={"content-disposition": f'attachment; filename="{name}"'},
        )


def _kept(readings: list[LatestReading]) -> dict[str, None]:
    """The metrics that this device has and that are kept, in the order of its page."""
    return {
        one.metric: None
        for one in readings
        if METRICS[one.metric].is_stored and not isinstance(one.value, str | None)
    }


def _is_some(found: Chart) -> bool:
    return any(value is not None for one in found.series for value in one.values)


PAGES: list[ControllerRouterHandler] = [DeviceHistoryPages]
