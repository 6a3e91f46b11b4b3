"""Alerts over JSON: what is wrong now, what was, and who takes care."""

from typing import Annotated

import msgspec
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from api.kit.noun_routes import NounRoutes
from api.wording.language import Language
from core.numbers import Id
from core.permissions import EDIT_MONITORING, READ_MONITORING
from monitoring.alerting import alerts
from monitoring.alerting.alerts import Alert
from monitoring.alerting.alerts.actions import MOST_AT_ONCE
from monitoring.alerting.alerts.detail import story_of


class Chosen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Some alerts at once."""

    alert_ids: Annotated[list[Id], Meta(max_length=MOST_AT_ONCE)]


class Acknowledged(msgspec.Struct, frozen=True):
    """How many of them were open, and nobody had taken care."""

    acknowledged: int


class Ending(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why an alert is over, in a person's words."""

    reason: str


def _localized(alert: Alert, speech: Language) -> Alert:
    return msgspec.structs.replace(alert, message=speech.words(alert.message))


_routes = NounRoutes(
    "/alerts",
    "alert",
    tags=("alerts",),
    read=READ_MONITORING,
    write=EDIT_MONITORING,
    localize=_localized,
)
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(
        alerts.list_alerts,
        "Alerts, the newest first",
        "``is_open`` true leaves out what has cleared, false what has not; ``place_id`` reaches\n"
        "into what lies in a room.",
    ),
    _routes.get(alerts.get_alert, "One alert"),
    _routes.at(
        "GET /{alert_id:int}/story",
        story_of,
        "What is known around an alert",
        "Values and states around its beginning, earlier episodes, and what held it back.",
        operation="alert_story",
    ),
    _routes.step(
        "acknowledge",
        alerts.acknowledge,
        "Say that somebody takes care of an alert",
        "A second time changes nothing.",
    ),
    _routes.at(
        "POST /acknowledge",
        alerts.acknowledge_many,
        "Take care of many alerts at once",
        "What is cleared or acknowledged already is passed over.",
        operation="alert_acknowledge_many",
        body=Chosen,
        gives=Acknowledged,
        status=200,
    ),
    _routes.step(
        "clear",
        alerts.clear_by_hand,
        "End an alert that has no end of its own",
        "A fault that is still there is found again by the next visit.",
        body=Ending,
    ),
]
