"""Mail about alerts over JSON: one's own subscriptions, and a school's steps of escalation."""

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from api.http.access import allow
from api.http.types import WebRequest
from api.kit.noun_routes import NounRoutes
from core.access import Actor
from core.permissions import EDIT_MONITORING_SETUP, READ_MONITORING_SETUP, SUBSCRIBE_ALERTS
from monitoring import notices
from monitoring.notices import NewStep, Subscription


class MyMail(msgspec.Struct, frozen=True):
    """One's own subscriptions; ``is_configured`` false: this installation sends no mail at all."""

    is_configured: bool
    items: list[Subscription]


class Steps(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A school's steps, the first to be told first."""

    steps: list[NewStep]


@get(
    "/alert-subscriptions",
    guards=[allow(READ_MONITORING_SETUP)],
    operation_id="alert_subscription_list",
    summary="How you hear of alerts by mail",
    tags=("alerts",),
)
async def list_subscriptions(request: WebRequest, actor: NamedDependency[Actor]) -> MyMail:
    is_configured = request.app.state.settings.mail is not None
    return MyMail(is_configured, await notices.list_subscriptions(actor))


_subscriptions = NounRoutes(
    "/alert-subscriptions", "alert_subscription", tags=("alerts",), read=SUBSCRIBE_ALERTS
)
_escalation = NounRoutes(
    "/escalation",
    "escalation",
    tags=("alerts",),
    read=READ_MONITORING_SETUP,
    write=EDIT_MONITORING_SETUP,
)
ROUTES: list[ControllerRouterHandler] = [
    list_subscriptions,
    _subscriptions.update(
        notices.subscribe,
        "Ask for mail about a school's alerts",
        "At once, gathered once a day or week, or both; the hour is of the school's clock.",
        called="set",
    ),
    _subscriptions.delete(
        notices.unsubscribe, "No more mail about a school's alerts", called="remove"
    ),
    _escalation.get(notices.list_steps, "Who is told when nobody reacts"),
    _escalation.update(
        notices.set_steps,
        "Set who is told when nobody reacts",
        "All steps at once, in place of those before; an empty list ends escalation.",
        called="set",
        body=Steps,
    ),
]
