"""Alerts over JSON: what is wrong now, what was, and who takes care."""

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from api.access import allow, signed_in
from api.language import Language
from api.pages.rendering import language_of
from api.types import WebRequest
from core.access import Actor
from core.paging import DEFAULT_LIMIT, Page
from monitoring import alerts
from monitoring.alerts import KEEPERS, Alert, AlertFilter, AlertSeverity

READER = signed_in("monitoring:read")
KEEPER = allow(*KEEPERS, scope="monitoring:write")


class AlertRoutes(Controller):
    """/api/v1/alerts"""

    path = "/alerts"
    tags = ("alerts",)

    @get(guards=[READER], operation_id="alert_list", summary="Alerts, the newest first")
    async def list_alerts(
        self,
        request: WebRequest,
        actor: NamedDependency[Actor],
        q: FromQuery[str | None] = None,
        school_id: FromQuery[int | None] = None,
        device_id: FromQuery[int | None] = None,
        is_open: FromQuery[bool | None] = None,
        severity: FromQuery[AlertSeverity | None] = None,
        limit: FromQuery[int] = DEFAULT_LIMIT,
        cursor: FromQuery[str | None] = None,
    ) -> Page[Alert]:
        """``is_open`` true leaves out what has cleared, false what has not."""
        only = AlertFilter(school_id, device_id, is_open, severity, q)
        page = await alerts.list_alerts(actor, only, limit=limit, cursor=cursor)
        speech = language_of(request)
        return Page([_told(alert, speech) for alert in page.items], page.next_cursor)

    @get("/{alert_id:int}", guards=[READER], operation_id="alert_get", summary="One alert")
    async def get_alert(
        self, request: WebRequest, actor: NamedDependency[Actor], alert_id: FromPath[int]
    ) -> Alert:
        return _told(await alerts.get_alert(actor, alert_id), language_of(request))

    @post(
        "/{alert_id:int}/acknowledge",
        guards=[KEEPER],
        operation_id="alert_acknowledge",
        summary="Say that somebody takes care of an alert",
        status_code=200,
    )
    async def acknowledge(
        self, request: WebRequest, actor: NamedDependency[Actor], alert_id: FromPath[int]
    ) -> Alert:
        """A second time changes nothing."""
        return _told(await alerts.acknowledge(actor, alert_id), language_of(request))


def _told(alert: Alert, speech: Language) -> Alert:
    """The alert with its sentence in the reader's language."""
    return msgspec.structs.replace(alert, message=speech.words(alert.message))
