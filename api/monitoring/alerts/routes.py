"""Alerts over JSON: what is wrong now, what was, and who takes care."""

from typing import Annotated

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta

from api.http.access import allow
from api.http.types import WebRequest
from api.kit.list_parameters import asked_for
from api.kit.lists import ListQuery
from api.kit.numbers import PathId
from api.wording.language import Language
from api.wording.reader import language_of
from core.access import Actor
from core.numbers import Id
from core.paging import Page
from core.permissions import EDIT_MONITORING, READ_MONITORING
from monitoring.alerting import alerts
from monitoring.alerting.alerts import Alert, AlertFilter
from monitoring.alerting.alerts.actions import MOST_AT_ONCE
from monitoring.alerting.alerts.detail import Story, story_of


class Chosen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Some alerts at once."""

    alert_ids: Annotated[list[Id], Meta(max_length=MOST_AT_ONCE)]


class Acknowledged(msgspec.Struct, frozen=True):
    """How many of them were open, and nobody had taken care."""

    acknowledged: int


class Ending(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why an alert is over, in a person's words."""

    reason: str


class AlertRoutes(Controller):
    """/api/v1/alerts"""

    path = "/alerts"
    tags = ("alerts",)

    @get(
        guards=[allow(READ_MONITORING)],
        operation_id="alert_list",
        summary="Alerts, the newest first",
        dependencies={"asked": asked_for(AlertFilter)},
    )
    async def list_alerts(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        asked: NamedDependency[ListQuery[AlertFilter]],
    ) -> Page[Alert]:
        """``is_open`` true leaves out what has cleared, false what has not; ``place_id`` reaches
        into what lies in a room."""
        page = await alerts.list_alerts(
            actor, asked.filters, cursor=asked.cursor, limit=asked.limit
        )
        speech = language_of(request)
        return Page([_told(one, speech) for one in page.items], page.next_cursor)

    @get(
        "/{alert_id:int}",
        guards=[allow(READ_MONITORING)],
        operation_id="alert_get",
        summary="One alert",
    )
    async def get_alert(
        self, request: WebRequest, actor: NamedDependency[Actor], alert_id: PathId
    ) -> Alert:
        return _told(await alerts.get_alert(actor, alert_id), language_of(request))

    @get(
        "/{alert_id:int}/story",
        guards=[allow(READ_MONITORING)],
        operation_id="alert_story",
        summary="What is known around an alert",
    )
    async def get_story(self, actor: NamedDependency[Actor], alert_id: PathId) -> Story:
        """Values and states around its beginning, earlier episodes, and what held it back."""
        return await story_of(actor, alert_id)

    @post(
        "/{alert_id:int}/acknowledge",
        guards=[allow(EDIT_MONITORING)],
        operation_id="alert_acknowledge",
        summary="Say that somebody takes care of an alert",
        status_code=200,
    )
    async def acknowledge(
        self, request: WebRequest, actor: NamedDependency[Actor], alert_id: PathId
    ) -> Alert:
        """A second time changes nothing."""
        return _told(await alerts.acknowledge(actor, alert_id), language_of(request))

    @post(
        "/acknowledge",
        guards=[allow(EDIT_MONITORING)],
        operation_id="alert_acknowledge_many",
        summary="Take care of many alerts at once",
        status_code=200,
    )
    async def acknowledge_many(
        self, actor: NamedDependency[Actor], data: JSONBody[Chosen]
    ) -> Acknowledged:
        """What is cleared or acknowledged already is passed over."""
        return Acknowledged(await alerts.acknowledge_many(actor, data.alert_ids))

    @post(
        "/{alert_id:int}/clear",
        guards=[allow(EDIT_MONITORING)],
        operation_id="alert_clear",
        summary="End an alert that has no end of its own",
        status_code=200,
    )
    async def clear(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        alert_id: PathId,
        data: JSONBody[Ending],
    ) -> Alert:
        """A fault that is still there is found again by the next visit."""
        ended = await alerts.clear_by_hand(actor, alert_id, data.reason)
        return _told(ended, language_of(request))


def _told(alert: Alert, speech: Language) -> Alert:
    """The alert with its sentence in the reader's language."""
    return msgspec.structs.replace(alert, message=speech.words(alert.message))
