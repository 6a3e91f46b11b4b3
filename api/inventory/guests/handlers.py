"""Guests: their pages and their JSON, made from the verbs of inventory.guests."""

from typing import Any

from litestar.types import ControllerRouterHandler

from api import urls
from api.http.types import WebRequest
from api.inventory.held import held_by
from api.inventory.options import school_codes
from api.kit.flash import see_other
from api.kit.noun_pages import NounPages
from api.kit.noun_routes import NounRoutes
from api.kit.page_handlers import button, to
from core.access import Actor
from core.errors import say
from core.permissions import EDIT_EQUIPMENT, READ_BORROWERS
from inventory import guests
from inventory.guests import Guest


async def _with_loans(_: WebRequest, actor: Actor, row: Guest | None) -> dict[str, Any]:
    """What a guest holds."""
    held = {} if row is None else await held_by(actor, guest=row.id)
    return {"erased_after": guests.ERASED_AFTER_DAYS, **held}


_pages = NounPages[Guest](
    "guest",
    "inventory/guests",
    urls.guests,
    read=READ_BORROWERS,
    write=EDIT_EQUIPMENT,
    schools=school_codes,
    more=_with_loans,
    shows_history=False,
)
PAGES: list[ControllerRouterHandler] = [
    _pages.list(guests.list_guests),
    *_pages.edit(
        urls.guest, guests.get_guest, guests.update_guest, then=to(urls.guest, say("Saved."))
    ),
    button(
        urls.erase_guest,
        guests.erase_guest,
        then=lambda *_: see_other(urls.guests(), say("The name is erased.")),
        allowed=EDIT_EQUIPMENT,
    ),
]

_routes = NounRoutes(
    "/guests", "guest", tags=("custody",), read=READ_BORROWERS, write=EDIT_EQUIPMENT
)
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(guests.list_guests, "Guests who borrow without an account", orders=guests.ORDERS),
    _routes.get(guests.get_guest, "One guest"),
    _routes.update(guests.update_guest, "Put right how a guest is called or reached"),
    _routes.step("erase", guests.erase_guest, "Erase the name of a guest who holds nothing"),
]
