"""Reports over JSON: what becomes of the equipment."""

from datetime import date
from typing import Annotated, Literal

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter
from litestar.types import ControllerRouterHandler

from api.http.access import allow
from api.kit.noun_routes import NounRoutes
from api.kit.numbers import QueryId
from core.access import Actor
from core.errors import Invalid, say
from core.permissions import READ_USAGE
from inventory.usage import By, chosen_period
from monitoring.usage.idle_list import list_idle_assets
from monitoring.usage.report import UsageReport, usage

Grouping = Literal["donation", "model", "school", "room", "asset"]


@get(
    "/reports/usage",
    guards=[allow(READ_USAGE)],
    operation_id="report_usage",
    summary="Hours on, custody, repairs, downtime and idleness in a period",
    tags=("reports",),
)
async def get_usage(
    actor: NamedDependency[Actor],
    by: FromQuery[Grouping] = "donation",
    first_day: Annotated[date | None, QueryParameter(name="from")] = None,
    last_day: Annotated[date | None, QueryParameter(name="to")] = None,
    donation_id: QueryId = None,
) -> UsageReport:
    """Days by the clock of the reader's school, both counted; the last 30 days without them. Groups with the most
    hours come first; a null key gathers the assets without a donation or a place. By asset
    only for one donation. The numbers are defined in docs/usage.md.
    """
    return await usage(
        actor,
        _checked(by, donation_id),
        chosen_period(first_day, last_day, actor.zone),
        donation_id=donation_id,
    )


def _checked(by: By, donation_id: int | None) -> By:
    if by == "asset" and donation_id is None:
        raise Invalid.of("donation_id", say("Name a donation to see its assets"), code="required")
    return by


_reports = NounRoutes("/reports", "report", tags=("reports",), read=READ_USAGE)
ROUTES: list[ControllerRouterHandler] = [
    get_usage,
    _reports.at(
        "GET /idle",
        list_idle_assets,
        "Assets in service that nobody used for 30 days, the longest idle first",
        "Watched, and neither switched on nor in a person's or a class's custody. What nobody\n"
        "watches is not known to be idle; what is meant to be on all the time is left out. Defined\n"
        "in docs/usage.md.",
        operation="report_idle",
    ),
]
