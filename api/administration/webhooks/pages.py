"""Webhooks on pages: a list, one with its log, and the one page that shows a new secret."""

from typing import Any

from litestar import Response
from litestar.types import ControllerRouterHandler

from api import urls
from api.administration.webhooks.installation import KINDS, SUPPLIED
from api.http.types import WebRequest
from api.kit.forms import Form
from api.kit.noun_pages import NounPages
from api.kit.options import school_options
from api.kit.page_handlers import button, posted, shown, to
from api.kit.rendering import language_of, render
from core.access import Actor
from core.errors import say
from core.permissions import MANAGE_SCHOOL
from core.webhooks import managing
from core.webhooks.shapes import IssuedWebhook, NewWebhook, Webhook


async def _more(request: WebRequest, actor: Actor, row: Webhook | None) -> dict[str, Any]:
    words = language_of(request).words
    more: dict[str, Any] = {
        "kind_options": [(entity, words(kind.word)) for entity, kind in KINDS.items()]
    }
    if row is not None:
        cursor = request.query_params.get("cursor")
        more["log"] = await managing.list_deliveries(actor, row.id, cursor=cursor, limit=20)
    return more


_pages = NounPages[Webhook](
    "webhook",
    "administration/webhooks",
    urls.webhooks,
    read=MANAGE_SCHOOL,
    write=MANAGE_SCHOOL,
    more=_more,
    supplied=SUPPLIED,
)


BLANK = Form({"kinds": []})


async def _new_page(request: WebRequest, actor: Actor, form: Form = BLANK) -> Response[str]:
    return render(
        request,
        "administration/webhooks/form.html",
        form=form,
        row=None,
        changes=[],
        schools=await school_options(request, actor, MANAGE_SCHOOL),
        may_write=True,
        action=urls.new_webhook(),
        **await _more(request, actor, None),
    )


async def _secret_page(request: WebRequest, issued: IssuedWebhook) -> Response[str]:
    """The one place where the secret is ever shown."""
    return render(request, "administration/webhooks/secret.html", issued=issued)


PAGES: list[ControllerRouterHandler] = [
    _pages.list(managing.list_webhooks),
    shown(urls.new_webhook, _new_page, MANAGE_SCHOOL),
    posted(
        urls.new_webhook,
        NewWebhook,
        managing.create_webhook,
        then=to(urls.webhooks),
        page=_new_page,
        allowed=MANAGE_SCHOOL,
        supplied=SUPPLIED,
        result_page=_secret_page,
    ),
    *_pages.edit(urls.webhook, managing.get_webhook, managing.update_webhook),
    _pages.delete(urls.delete_webhook, managing.delete_webhook),
    button(
        urls.renew_webhook_secret,
        managing.renew_secret,
        then=to(urls.webhook),
        allowed=MANAGE_SCHOOL,
        supplied=SUPPLIED,
        result_page=_secret_page,
    ),
    button(
        urls.send_webhook_test,
        managing.send_test,
        then=to(urls.webhook, say("A test is on its way: the log below shows what comes of it.")),
        allowed=MANAGE_SCHOOL,
    ),
    button(
        urls.switch_webhook_on,
        managing.switch_on,
        then=to(urls.webhook, say("Switched on.")),
        allowed=MANAGE_SCHOOL,
    ),
    button(
        urls.switch_webhook_off,
        managing.switch_off,
        then=to(urls.webhook, say("Switched off.")),
        allowed=MANAGE_SCHOOL,
    ),
    button(
        urls.send_delivery_again,
        managing.send_again,
        then=to(urls.webhook, say("It is sent again: the log below shows what comes of it.")),
        allowed=MANAGE_SCHOOL,
    ),
]
