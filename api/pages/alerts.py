"""Alerts: what is wrong now, what was, and the button that says somebody takes care."""

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from api import urls
from api.access import allow, in_person
from api.forms import convert_form
from api.pages.flash import see_other
from api.pages.options import school_options
from api.pages.rendering import render
from api.types import WebRequest
from core.access import Actor
from core.errors import say
from core.paging import DEFAULT_LIMIT
from monitoring import alerts
from monitoring.alerts import KEEPERS, AlertFilter, AlertSeverity

KEEPER = allow(*KEEPERS, scope=None)


class ListQuery(msgspec.Struct, frozen=True):
    """The list's filters as they stand in its address: what is open, unless all is asked for."""

    q: str | None = None
    school_id: int | None = None
    severity: AlertSeverity | None = None
    all: bool = False
    limit: int = DEFAULT_LIMIT
    cursor: str | None = None

    @property
    def active(self) -> int:
        """How many folded filters are set."""
        return sum(1 for value in (self.school_id, self.severity) if value)

    def wanted(self) -> AlertFilter:
        is_open = None if self.all else True
        return AlertFilter(self.school_id, None, is_open, self.severity, self.q)


class AlertPages(Controller):
    """/alerts"""

    path = urls.alerts()
    include_in_schema = False

    @get(guards=[in_person])
    async def list_alerts(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        query = convert_form(request.query_params, ListQuery)
        page = await alerts.list_alerts(
            actor, query.wanted(), limit=query.limit, cursor=query.cursor
        )
        return render(
            request,
            "monitoring/alerts.html",
            page=page,
            query=query,
            q=query.q,
            schools=await school_options(request, actor),
            kept=actor.school_ids_as(*KEEPERS),
        )

    @post("/{alert_id:int}/acknowledge", guards=[KEEPER])
    async def acknowledge(
        self, request: WebRequest, actor: NamedDependency[Actor], alert_id: FromPath[int]
    ) -> Redirect:
        alert = await alerts.acknowledge(actor, alert_id)
        back = urls.local((await request.form()).get("back"), urls.alerts())
        return see_other(back, say("You take care of {tag}.", tag=alert.asset_tag))
