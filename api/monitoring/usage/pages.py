"""Usage for admins and auditors: what is used, idle and broken; and the story of one donation."""

from datetime import date, timedelta
from typing import Any, Literal

import msgspec
from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.kit.forms import convert_form, read_query
from api.kit.numbers import PathId
from api.kit.rendering import language_of, render
from api.monitoring.usage import table
from api.monitoring.usage.bars import bars_of
from api.wording.language import Language
from core import clock
from core.access import Actor
from core.paging import DEFAULT_LIMIT
from core.permissions import READ_USAGE
from inventory import donations
from inventory.usage import (
    LONGEST_PERIOD_DAYS,
    Period,
    Preset,
    chosen_period,
    preset_period,
)
from monitoring.usage.idle_list import list_idle_assets
from monitoring.usage.report import UsageReport, usage


class UsageQuery(msgspec.Struct, frozen=True, rename={"first_day": "from", "last_day": "to"}):
    """What stands in the address; days of one's own count only where ``period`` is "days"."""

    by: Literal["donation", "model", "school", "room"] = "donation"
    period: Preset | Literal["days"] = "month"
    first_day: date | None = None
    last_day: date | None = None

    def chosen(self, zone: str) -> Period:
        if self.period == "days":
            return chosen_period(self.first_day, self.last_day, zone)
        return preset_period(self.period, zone)


class StoryQuery(msgspec.Struct, frozen=True, rename={"first_day": "from", "last_day": "to"}):
    """A donation's story runs from its receipt to today unless days are given."""

    by: Literal["model", "asset"] = "model"
    first_day: date | None = None
    last_day: date | None = None

    def chosen(self, received_on: date, zone: str) -> Period:
        today = clock.today(zone)
        earliest = today - timedelta(days=LONGEST_PERIOD_DAYS - 1)
        since = self.first_day or min(max(received_on, earliest), today)
        return chosen_period(since, self.last_day, zone)


class PageQuery(msgspec.Struct, frozen=True):
    """Which page of a list."""

    limit: int = DEFAULT_LIMIT
    cursor: str | None = None


class UsagePages(Controller):
    """/usage, /usage/idle and /donations/{id}/usage"""

    include_in_schema = False
    guards = (allow(READ_USAGE),)

    @get(urls.usage)
    async def show_usage(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        query, period, form = await read_query(
            request, UsageQuery, lambda query: query.chosen(actor.zone)
        )
        report = await usage(actor, query.by, period)
        return render(
            request,
            "monitoring/usage/report.html",
            report=report,
            query=query,
            form=form.with_defaults(**{"from": period.first_day, "to": period.last_day}),
            filters={"by": query.by, "from": period.first_day, "to": period.last_day},
            **_for_table(report, language_of(request)),
        )

    @get(urls.usage_csv)
    async def download_usage(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        query = _query(request, UsageQuery)
        # The link carries its days, so that the file holds what the page showed.
        period = chosen_period(query.first_day, query.last_day, actor.zone)
        return _file(await usage(actor, query.by, period), language_of(request), "usage")

    @get(urls.idle_assets)
    async def show_idle(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        query = _query(request, PageQuery)
        page = await list_idle_assets(actor, limit=query.limit, cursor=query.cursor)
        return render(request, "monitoring/usage/idle.html", page=page)

    @get(urls.donation_usage)
    async def show_story(
        self, request: WebRequest, actor: NamedDependency[Actor], donation_id: PathId
    ) -> Response[str]:
        donation = await donations.get_donation(actor, donation_id)
        actor.require(donation.school_id, READ_USAGE)
        _, period, form = await read_query(
            request, StoryQuery, lambda query: query.chosen(donation.received_on, actor.zone)
        )
        by_model = await usage(actor, "model", period, donation_id=donation_id)
        by_asset = await usage(actor, "asset", period, donation_id=donation_id)
        return render(
            request,
            "monitoring/usage/story.html",
            donation=donation,
            report=by_model,
            assets=by_asset,
            form=form.with_defaults(**{"from": period.first_day, "to": period.last_day}),
            filters={"from": period.first_day, "to": period.last_day},
            **_for_table(by_model, language_of(request)),
        )

    @get(urls.donation_usage_csv)
    async def download_story(
        self, request: WebRequest, actor: NamedDependency[Actor], donation_id: PathId
    ) -> Response[str]:
        donation = await donations.get_donation(actor, donation_id)
        actor.require(donation.school_id, READ_USAGE)
        query = _query(request, StoryQuery)
        period = query.chosen(donation.received_on, actor.zone)
        report = await usage(actor, query.by, period, donation_id=donation_id)
        return _file(report, language_of(request), f"donation-{donation_id}")


def _query(request: WebRequest, shape: type[Any]) -> Any:
    return convert_form(request.query_params, shape)


def _for_table(report: UsageReport, speech: Language) -> dict[str, Any]:
    bars = bars_of(report.days)
    return {
        "columns": table.MAIN_COLUMNS,
        "head_of": table.head_of,
        "label_of": table.label_of,
        "group_names": table.GROUP_NAMES,
        "days_title": bars.title,
        "days": {
            "kind": "bars",
            "unit": "h",
            # Short and alike in every language, so that a year of them fits below the bars.
            "x": bars.labels,
            "series": [
                {
                    "label": speech.words(table.HOURS_A_DAY),
                    "values": bars.hours,
                }
            ],
        },
    }


def _file(report: UsageReport, speech: Language, name: str) -> Response[str]:
    file_name = f"{name}-{report.by}-{report.first_day}-{report.last_day}.csv"
    return Response(
        table.as_csv(report, speech),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{file_name}"'},
    )


PAGES: list[ControllerRouterHandler] = [UsagePages]
