"""Work of student helpers that waits to be signed off: its page and its JSON."""

from typing import Any

import msgspec
from litestar import Response
from litestar.types import ControllerRouterHandler

from api import urls
from api.http.types import WebRequest
from api.kit.flash import see_other
from api.kit.forms import Form
from api.kit.lists import read_list
from api.kit.noun_routes import NounRoutes
from api.kit.page_handlers import posted, shown
from api.kit.rendering import render
from api.wording.language import Language
from core.access import Actor
from core.errors import Invalid, say
from core.numbers import Id
from core.paging import Page
from core.permissions import MANAGE_WORK_ORDERS
from core.query import OfSchool
from inventory import repairs
from inventory.repairs import EntriesToSignOff, ProposedEntry, SentBack, WorkOrderEntry


class SignOffForm(msgspec.Struct, frozen=True):
    """The ticked entries, or the ``only`` one whose button was pressed, on the page of ``order_id``
    or on the list."""

    entry_ids: list[Id] = []
    only: Id | None = None
    order_id: Id | None = None


class SignedOff(msgspec.Struct, frozen=True):
    """How many entries count now, and from where they were signed off."""

    count: int
    order_id: int | None


async def _list_page(
    request: WebRequest, actor: Actor, form: Form | None = None, *, refused_id: int | None = None
) -> Response[str]:
    asked = read_list(request, OfSchool)
    return render(
        request,
        "inventory/work_orders/sign_offs.html",
        page=await repairs.list_to_sign_off(
            actor, asked.filters, cursor=asked.cursor, limit=asked.limit
        ),
        waiting=await repairs.count_to_sign_off(actor),
        chosen=[str(one) for one in (form.values.get("entry_ids") or [])] if form else [],
        refused_id=refused_id,
        form=form or Form(),
    )


async def _send_back_page(
    request: WebRequest, actor: Actor, order_id: int, entry_id: int, form: Form
) -> Response[str]:
    return await _list_page(request, actor, form, refused_id=entry_id)


async def _sign_off(actor: Actor, form: SignOffForm) -> SignedOff:
    ids = form.entry_ids if form.only is None else [form.only]
    if not ids:
        raise Invalid.of("entry_ids", say("Choose at least one"), code="required")
    done = await repairs.sign_off(actor, EntriesToSignOff(ids))
    return SignedOff(len(done), form.order_id)


def _signed(done: SignedOff, *_: Any) -> Response[Any]:
    where = urls.work_to_sign_off() if done.order_id is None else urls.work_order(done.order_id)
    return see_other(where, say("Signed off: {count}.", count=done.count))


PAGES: list[ControllerRouterHandler] = [
    shown(urls.work_to_sign_off, _list_page, MANAGE_WORK_ORDERS),
    posted(
        urls.work_to_sign_off,
        SignOffForm,
        _sign_off,
        then=_signed,
        page=_list_page,
        allowed=MANAGE_WORK_ORDERS,
    ),
    posted(
        urls.send_back_work,
        SentBack,
        repairs.send_back,
        then=lambda entry, *_: see_other(
            urls.work_order(entry.work_order_id), say("Sent back to {name}.", name=entry.by)
        ),
        page=_send_back_page,
        allowed=MANAGE_WORK_ORDERS,
    ),
]


def _localized(entry: ProposedEntry, speech: Language) -> ProposedEntry:
    return msgspec.structs.replace(entry, summary=speech.words(entry.wording))


_routes = NounRoutes(
    "/work-orders",
    "work_order",
    tags=("work orders",),
    read=MANAGE_WORK_ORDERS,
    write=MANAGE_WORK_ORDERS,
    localize=_localized,
)
ROUTES: list[ControllerRouterHandler] = [
    _routes.at(
        "GET /sign-offs",
        repairs.list_to_sign_off,
        "Work of student helpers that waits to be signed off",
        "The oldest first. An order closes only when nothing of it waits.",
        operation="work_sign_off_list",
    ),
    _routes.at(
        "POST /sign-offs",
        repairs.sign_off,
        "Sign off work of student helpers",
        "All of the entries or none; their minutes and cost count from then on. 409 names who decided"
        " before.",
        operation="work_sign_off",
        gives=Page[WorkOrderEntry],
        status=200,
    ),
    _routes.at(
        "POST /{order_id:int}/entries/{entry_id:int}/send-back",
        repairs.send_back,
        "Send work of a student helper back, with a note",
        "It does not count; the helper writes another entry. 409 names who decided before.",
        operation="work_send_back",
        status=200,
    ),
]
