"""Webhooks over JSON: set up, tried, switched, and the log of what was sent."""

from litestar.types import ControllerRouterHandler

from api.administration.webhooks.installation import SUPPLIED
from api.kit.noun_routes import NounRoutes
from core.permissions import MANAGE_SCHOOL
from core.webhooks import managing

_routes = NounRoutes(
    "/webhooks",
    "webhook",
    tags=("webhooks",),
    read=MANAGE_SCHOOL,
    supplied=SUPPLIED,
)
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(managing.list_webhooks, "The webhooks of your schools, without their secrets"),
    _routes.create(
        managing.create_webhook,
        "Have an address told of what happens at a school",
        "The secret, with which messages are signed (Standard Webhooks, v1), is in this answer alone."
        " `kinds`: asset, custody, work_order, resource, alert, device. An address inside a network is"
        " taken only with `is_private`.",
    ),
    _routes.get(managing.get_webhook, "One webhook, without its secret"),
    _routes.update(managing.update_webhook, "Write a webhook anew"),
    _routes.delete(managing.delete_webhook, "Take a webhook away, and its log"),
    _routes.step(
        "secret",
        managing.renew_secret,
        "Give it another secret, shown in this answer alone",
        called="renew_secret",
    ),
    _routes.step("test", managing.send_test, "Send a message that tells of nothing"),
    _routes.step(
        "on", managing.switch_on, "Tell it again of what happens from now on", called="switch_on"
    ),
    _routes.step(
        "off",
        managing.switch_off,
        "Tell it nothing; what waits is given up",
        called="switch_off",
    ),
    _routes.at(
        "GET /{webhook_id:int}/deliveries",
        managing.list_deliveries,
        "What was sent and what came of it, newest first",
        "The log goes back thirty days.",
        operation="webhook_delivery_list",
    ),
    _routes.at(
        "POST /{webhook_id:int}/deliveries/{delivery_id:int}/again",
        managing.send_again,
        "Send a message once more, with the same `webhook-id`",
        operation="webhook_delivery_again",
        status=200,
    ),
]
