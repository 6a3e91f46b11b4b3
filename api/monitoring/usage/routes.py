"""Reports over JSON: what becomes of the equipment."""

from datetime import date
from typing import Annotated, Literal

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from api.http.access import allow
from api.kit.numbers import Limit, QueryId
from core.access import Actor
from core.errors import Invalid, say
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import READ_USAGE
from inventory.usage import By, chosen_period
from monitoring.usage.idle_list import IdleAsset, list_idle_assets
from monitoring.usage.report import UsageReport, usage

Grouping = Literal["donation", "model", "school", "room", "asset"]


class ReportRoutes(Controller):
    """/api/v1/reports"""

    path = "/reports"
    tags = ("reports",)

    @get(
        "/usage",
        guards=[allow(READ_USAGE)],
        operation_id="report_usage",
        summary="Hours on, custody, repairs, downtime and idleness in a period",
    )
    async def get_usage(
        self,
        actor: NamedDependency[Actor],
        by: FromQuery[Grouping] = "donation",
        first_day: Annotated[date | None, QueryParameter(name="from")] = None,
        last_day: Annotated[date | None, QueryParameter(name="to")] = None,
        donation_id: QueryId = None,
    ) -> UsageReport:
        """Days of Shanghai, both counted; the last 30 days without them. Groups with the most
        hours come first; a null key gathers the assets without a donation or a place. By asset
        only for one donation. The numbers are defined in docs/usage.md.
        """
        return await usage(
            actor,
            _checked(by, donation_id),
            chosen_period(first_day, last_day),
            donation_id=donation_id,
        )

    @get(
        "/idle",
        guards=[allow(READ_USAGE)],
        operation_id="report_idle",
        summary="Assets in service that nobody used for 30 days, the longest idle first",
    )
    async def list_idle(
        self,
        actor: NamedDependency[Actor],
        limit: Limit = DEFAULT_LIMIT,
        cursor: FromQuery[str | None] = None,
    ) -> Page[IdleAsset]:
        """Watched, and neither switched on nor in a person's or a class's custody. What nobody
        watches is not known to be idle; what is meant to be on all the time is left out. Defined
        in docs/usage.md.
        """
        return await list_idle_assets(actor, limit=limit, cursor=cursor)


def _checked(by: By, donation_id: int | None) -> By:
    if by == "asset" and donation_id is None:
        raise Invalid.of("donation_id", say("Name a donation to see its assets"), code="required")
    return by
