"""Alerts: what is wrong now, what was, one alert's story, and what people do about them."""

from typing import Literal

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from api import urls
from api.http.access import allow, in_person
from api.http.types import WebRequest
from api.kit.flash import see_other
from api.kit.forms import Form, convert_form, read_form
from api.kit.numbers import PathId
from api.kit.options import school_options
from api.kit.page_handlers import posted, shown, to
from api.kit.rendering import language_of, render
from api.monitoring.alerts.charts import chart_of, held_back_words
from api.monitoring.alerts.words import rule_words
from core import places
from core.access import Actor
from core.errors import say
from core.numbers import Id
from core.paging import DEFAULT_LIMIT
from core.permissions import EDIT_MONITORING
from monitoring.alerting import alerts
from monitoring.alerting.alerts import Alert, AlertFilter, AlertSeverity
from monitoring.alerting.alerts.detail import story_of
from monitoring.profiles.alert_messages import RULE_SENTENCES


class ListQuery(msgspec.Struct, frozen=True):
    """The list's filters as they stand in its address: what is open, unless more is asked for."""

    q: str | None = None
    school_id: Id | None = None
    severity: AlertSeverity | None = None
    state: Literal["raised", "acknowledged", "cleared", "any"] | None = None
    place_id: Id | None = None
    rule: str | None = None
    flapping: bool = False
    limit: int = DEFAULT_LIMIT
    cursor: str | None = None

    @property
    def active(self) -> int:
        """How many folded filters are set."""
        folded = (
            self.school_id, self.severity, self.state, self.place_id, self.rule, self.flapping,
        )  # fmt: skip
        return sum(1 for value in folded if value)

    def wanted(self) -> AlertFilter:
        return AlertFilter(
            school_id=self.school_id,
            is_open=None if self.state else True,
            severity=self.severity,
            q=self.q,
            state=None if self.state == "any" else self.state,
            place_id=self.place_id,
            rule=self.rule,
            is_flapping=True if self.flapping else None,
        )


class Chosen(msgspec.Struct, frozen=True):
    """The boxes that were ticked in the list."""

    alert_ids: list[Id] = []
    back: str = ""


class Ending(msgspec.Struct, frozen=True):
    """Why an alert is over."""

    reason: str


class AlertPages(Controller):
    """/alerts"""

    include_in_schema = False

    @get(urls.alerts, guards=[in_person])
    async def list_alerts(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Response[str]:
        query = convert_form(request.query_params, ListQuery)
        page = await alerts.list_alerts(
            actor, query.wanted(), limit=query.limit, cursor=query.cursor
        )
        speech = language_of(request)
        rooms = await places.list_places(actor, school_id=query.school_id)
        return render(
            request,
            "monitoring/alerts/list.html",
            page=page,
            query=query,
            q=query.q,
            schools=await school_options(request, actor),
            rooms=[(place.id, place.path) for place in rooms if place.kind != "cabinet"],
            rules=[(rule, rule_words(speech, rule)) for rule in sorted(RULE_SENTENCES)],
            kept=actor.school_ids_with(EDIT_MONITORING),
        )

    @post(urls.acknowledge_alerts, guards=[allow(EDIT_MONITORING, tokens=False)])
    async def acknowledge_many(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> Redirect:
        chosen = await read_form(request, Chosen)
        count = await alerts.acknowledge_many(actor, chosen.alert_ids)
        back = urls.local(chosen.back, urls.alerts())
        return see_other(back, say("Alerts that you take care of now: {count}.", count=count))

    @post(urls.acknowledge_alert, guards=[allow(EDIT_MONITORING, tokens=False)])
    async def acknowledge(
        self, request: WebRequest, actor: NamedDependency[Actor], alert_id: PathId
    ) -> Redirect:
        alert = await alerts.acknowledge(actor, alert_id)
        back = urls.local((await request.form()).get("back"), urls.alerts())
        return see_other(back, say("You take care of {tag}.", tag=alert.asset_tag))


async def _clear(actor: Actor, alert_id: int, ending: Ending) -> Alert:
    return await alerts.clear_by_hand(actor, alert_id, ending.reason)


async def _alert_page(
    request: WebRequest, actor: Actor, alert_id: int, form: Form | None = None
) -> Response[str]:
    alert = await alerts.get_alert(actor, alert_id)
    story = await story_of(actor, alert_id)
    speech = language_of(request)
    return render(
        request,
        "monitoring/alerts/alert.html",
        alert=alert,
        story=story,
        chart=chart_of(alert, story, speech),
        held_back=held_back_words(story, speech),
        may_keep=actor.can_at(alert.school_id, EDIT_MONITORING),
        form=form or Form(),
    )


PAGES: list[ControllerRouterHandler] = [
    AlertPages,
    shown(urls.alert, _alert_page, in_person),
    posted(
        urls.clear_alert,
        Ending,
        _clear,
        then=to(urls.alert, say("The alert is ended.")),
        page=_alert_page,
        allowed=EDIT_MONITORING,
    ),
]
