"""What models and donations cost in repairs and downtime: a page, a file, and JSON."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter
from litestar.types import ControllerRouterHandler

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.inventory.options import chosen_donation, chosen_model
from api.inventory.upkeep import table
from api.kit.forms import convert_form, read_query
from api.kit.numbers import QueryId
from api.kit.rendering import language_of, render
from core.access import Actor
from core.numbers import Id
from core.permissions import READ_UPKEEP
from inventory.usage import Period, Preset, chosen_period, preset_period
from inventory.usage.upkeep import UpkeepBy, UpkeepReport, report_upkeep


class UpkeepQuery(msgspec.Struct, frozen=True, rename={"first_day": "from", "last_day": "to"}):
    """What stands in the address; days of one's own count only where ``period`` is "days"."""

    by: UpkeepBy = "model"
    period: Preset | Literal["days"] = "term"
    first_day: date | None = None
    last_day: date | None = None
    donation_id: Id | None = None
    model_id: Id | None = None

    def chosen(self, zone: str) -> Period:
        if self.period == "days":
            return chosen_period(self.first_day, self.last_day, zone)
        return preset_period(self.period, zone)

    @property
    def only(self) -> dict[str, int]:
        """The one donation or model that it is about."""
        named = {"donation_id": self.donation_id, "model_id": self.model_id}
        return {name: value for name, value in named.items() if value is not None}


class UpkeepPages(Controller):
    """/upkeep"""

    include_in_schema = False
    guards = (allow(READ_UPKEEP),)

    @get(urls.upkeep)
    async def show(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        query, period, form = await read_query(
            request, UpkeepQuery, lambda query: query.chosen(actor.zone)
        )
        models = await chosen_model(actor, query.model_id)
        own: dict[str, object] = {"period": query.period, **query.only}
        if query.period == "days":
            own |= {"from": str(period.first_day), "to": str(period.last_day)}
        return render(
            request,
            "inventory/upkeep/report.html",
            report=await report_upkeep(actor, query.by, period, **query.only),
            query=query,
            own=own,
            file={**own, "period": "days", "from": period.first_day, "to": period.last_day},
            form=form.with_defaults(**{"from": period.first_day, "to": period.last_day}),
            subject=await chosen_donation(actor, query.donation_id) or (models and models[0][1]),
            columns=table.COLUMNS,
            heads=table.HEADS,
            group_names=table.GROUP_NAMES,
            label_of=table.label_of,
        )

    @get(urls.upkeep_csv)
    async def download(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        query = convert_form(request.query_params, UpkeepQuery)
        report = await report_upkeep(actor, query.by, query.chosen(actor.zone), **query.only)
        name = f"upkeep-{report.by}-{report.first_day}-{report.last_day}.csv"
        return Response(
            table.as_csv(report, language_of(request)),
            media_type="text/csv; charset=utf-8",
            headers={"content-disposition": f'attachment; filename="{name}"'},
        )


@get(
    "/reports/upkeep",
    guards=[allow(READ_UPKEEP)],
    operation_id="report_upkeep",
    summary="Faults, downtime, parts and work in a period, by model or donation",
    tags=("reports",),
)
async def get_upkeep(
    actor: NamedDependency[Actor],
    by: FromQuery[UpkeepBy] = "model",
    first_day: Annotated[date | None, QueryParameter(name="from")] = None,
    last_day: Annotated[date | None, QueryParameter(name="to")] = None,
    donation_id: QueryId = None,
    model_id: QueryId = None,
) -> UpkeepReport:
    """Days by the clock of the reader's school, both counted; the last 30 days without them. The
    dearest come first. The numbers are defined in docs/maintenance.md.
    """
    period = chosen_period(first_day, last_day, actor.zone)
    return await report_upkeep(actor, by, period, donation_id=donation_id, model_id=model_id)


PAGES: list[ControllerRouterHandler] = [UpkeepPages]
ROUTES: list[ControllerRouterHandler] = [get_upkeep]
