"""Who is notified of alerts by mail: at once, when nobody reacts, and gathered once a day or week."""

from monitoring.notices.digests import send_digests
from monitoring.notices.enqueue import enqueue_notices
from monitoring.notices.escalation import EscalationStep, NewStep, list_steps, set_steps
from monitoring.notices.sending import Stationery, send_notices
from monitoring.notices.subscriptions import (
    NewSubscription,
    Subscription,
    list_subscriptions,
    subscribe,
    unsubscribe,
)

__all__ = [
    "EscalationStep",
    "NewStep",
    "NewSubscription",
    "Stationery",
    "Subscription",
    "enqueue_notices",
    "list_steps",
    "list_subscriptions",
    "send_digests",
    "send_notices",
    "set_steps",
    "subscribe",
    "unsubscribe",
]
