"""The page of what nobody has seen for a year: a figure, a chart, its table, and each stock-take."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response

from api import urls
from api.http.types import WebRequest
from api.inventory.options import school_codes
from api.kit.forms import convert_form
from api.kit.page_handlers import shown
from api.kit.rendering import language_of, render
from core.access import Actor
from core.permissions import READ_EQUIPMENT
from monitoring.usage import unseen
from monitoring.usage.unseen import UnseenReport


class _Where(msgspec.Struct, frozen=True):
    """Whose share is shown."""

    school: str | None = None


async def _page(request: WebRequest, actor: Actor) -> Response[str]:
    asked = convert_form(request.query_params, _Where)
    report = await unseen.report_unseen(actor, school=asked.school)
    zone = ZoneInfo(actor.zone)
    # A month ends where the next begins: its name is that of the day before.
    months = [
        (f"{(share.at.astimezone(zone) - timedelta(days=1)):%Y-%m}", share)
        for share in report.months
    ]
    schools = await school_codes(request, actor, READ_EQUIPMENT)
    return render(
        request,
        "inventory/stocktakes/unseen.html",
        report=report,
        months=months,
        chart=_chart(report, [label for label, _ in months], language_of(request).gettext("Share")),
        tabs=[
            (name, urls.unseen_assets(school=code), code == report.school) for code, name in schools
        ],
    )


def _chart(report: UnseenReport, labels: list[str], label: str) -> dict[str, Any]:
    values = [share.percent for share in report.months]
    return {
        "kind": "bars",
        "unit": "%",
        "x": labels,
        "series": [{"label": label, "values": values}],
    }


unseen_page = shown(urls.unseen_assets, _page, READ_EQUIPMENT)
