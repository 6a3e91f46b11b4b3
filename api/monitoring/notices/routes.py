"""Mail about alerts over JSON: one's own subscriptions, and a school's steps of escalation."""

import msgspec
from litestar import Controller, delete, get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from api.http.access import allow
from api.http.types import WebRequest
from api.kit.numbers import PathId
from core.access import Actor
from core.permissions import EDIT_MONITORING_SETUP, READ_MONITORING_SETUP, SUBSCRIBE_ALERTS
from monitoring import notices
from monitoring.notices import EscalationStep, NewStep, NewSubscription, Subscription


class MyMail(msgspec.Struct, frozen=True):
    """One's own subscriptions; ``is_configured`` false: this installation sends no mail at all."""

    is_configured: bool
    items: list[Subscription]


class Steps(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A school's steps, the first to be told first."""

    steps: list[NewStep]


class SubscriptionRoutes(Controller):
    """/api/v1/alert-subscriptions"""

    path = "/alert-subscriptions"
    tags = ("alerts",)

    @get(
        guards=[allow(READ_MONITORING_SETUP)],
        operation_id="alert_subscription_list",
        summary="How you hear of alerts by mail",
    )
    async def list_subscriptions(
        self, request: WebRequest, actor: NamedDependency[Actor]
    ) -> MyMail:
        return MyMail(
            request.app.state.settings.mail is not None,
            await notices.list_subscriptions(actor),
        )

    @put(
        "/{school_id:int}",
        guards=[allow(SUBSCRIBE_ALERTS)],
        operation_id="alert_subscription_set",
        summary="Ask for mail about a school's alerts",
    )
    async def subscribe(
        self,
        actor: NamedDependency[Actor],
        school_id: PathId,
        data: JSONBody[NewSubscription],
    ) -> Subscription:
        """At once, gathered once a day or week, or both; the hour is of the school's clock."""
        return await notices.subscribe(actor, school_id, data)

    @delete(
        "/{school_id:int}",
        guards=[allow(SUBSCRIBE_ALERTS)],
        operation_id="alert_subscription_remove",
        summary="No more mail about a school's alerts",
    )
    async def unsubscribe(self, actor: NamedDependency[Actor], school_id: PathId) -> None:
        await notices.unsubscribe(actor, school_id)


class EscalationRoutes(Controller):
    """/api/v1/escalation"""

    path = "/escalation"
    tags = ("alerts",)

    @get(
        "/{school_id:int}",
        guards=[allow(READ_MONITORING_SETUP)],
        operation_id="escalation_get",
        summary="Who is told when nobody reacts",
    )
    async def list_steps(
        self, actor: NamedDependency[Actor], school_id: PathId
    ) -> list[EscalationStep]:
        return await notices.list_steps(actor, school_id)

    @put(
        "/{school_id:int}",
        guards=[allow(EDIT_MONITORING_SETUP)],
        operation_id="escalation_set",
        summary="Set who is told when nobody reacts",
    )
    async def set_steps(
        self, actor: NamedDependency[Actor], school_id: PathId, data: JSONBody[Steps]
    ) -> list[EscalationStep]:
        """All steps at once, in place of those before; an empty list ends escalation."""
        return await notices.set_steps(actor, school_id, data.steps)
