"""Private addresses of calendars: their page, and the calendar behind one."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from api import urls
from api.http.access import allow, public
from api.http.types import WebRequest
from api.inventory.labels.qr import whole_address
from api.inventory.options import place_options
from api.kit.forms import Form
from api.kit.page_handlers import button, shown, to
from api.kit.rendering import render
from api.kit.submission import submit
from core.access import Actor
from core.errors import NoRoom, say
from core.permissions import READ_EQUIPMENT
from core.places import PlaceKind
from inventory.holds import feeds
from inventory.holds.feeds import IssuedFeed, NewFeed

CALENDAR = "text/calendar"


async def _feeds_page(
    request: WebRequest,
    actor: Actor,
    form: Form | None = None,
    *,
    issued: IssuedFeed | None = None,
) -> Response[str]:
    address = None
    if issued is not None:
        # The page that answers is the one place where the secret is ever shown.
        address = whole_address(request, urls.feed(f"{issued.secret}.ics"))
    return render(
        request,
        "inventory/bookings/feeds.html",
        form=form or Form(),
        feeds=await feeds.list_feeds(actor),
        rooms=await place_options(actor, only=PlaceKind.room),
        issued=issued,
        address=address,
    )


@post(urls.feeds, guards=[allow(READ_EQUIPMENT, tokens=False)], include_in_schema=False)
async def create_feed(request: WebRequest, actor: NamedDependency[Actor]) -> Response[Any]:
    """A fresh address, shown this once."""
    return await submit(
        request,
        NewFeed,
        lambda new: feeds.create_feed(actor, new),
        then=lambda issued: _feeds_page(request, actor, issued=issued),
        page=lambda form: _feeds_page(request, actor, form),
        also=(NoRoom,),
    )


@get(urls.feed, guards=[public], include_in_schema=False)
async def read_feed(secret: FromPath[str]) -> Response[bytes]:
    """The calendar behind a secret; 404 for any other address."""
    content = await feeds.read_feed(secret.removesuffix(".ics"))
    return Response(content, media_type=CALENDAR, headers={"cache-control": "private, no-store"})


PAGES: list[ControllerRouterHandler] = [
    shown(urls.feeds, _feeds_page, READ_EQUIPMENT),
    create_feed,
    button(
        urls.revoke_feed,
        feeds.revoke_feed,
        then=to(urls.feeds, say("The address is revoked: it shows nothing any more.")),
        allowed=READ_EQUIPMENT,
    ),
    read_feed,
]
