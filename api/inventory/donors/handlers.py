"""Donors: their pages and their JSON, made from the verbs of inventory.donors."""

from typing import Any

from litestar.types import ControllerRouterHandler

from api import urls
from api.http.types import WebRequest
from api.inventory.donors.picking import list_donor_names
from api.inventory.donors.table import FILES, TABLE
from api.inventory.options import school_codes
from api.kit.flash import see_other
from api.kit.forms import Form
from api.kit.noun_pages import NounPages
from api.kit.noun_routes import NounRoutes
from api.kit.page_handlers import to
from core.access import Actor
from core.errors import say
from core.paging import MAX_LIMIT
from core.permissions import EDIT_DONATIONS, READ_DONATIONS
from inventory import donations, donors
from inventory.donations import DonationFilters
from inventory.donors import Donor


async def _with_gifts(_: WebRequest, actor: Actor, donor: Donor | None) -> dict[str, Any]:
    """All that came from a donor."""
    if donor is None:
        return {}
    gifts = await donations.list_donations(actor, DonationFilters(donor=donor.id), limit=MAX_LIMIT)
    return {"gifts": gifts.items}


_pages = NounPages[Donor](
    "donor",
    "inventory/donors",
    urls.donors,
    read=READ_DONATIONS,
    write=EDIT_DONATIONS,
    schools=school_codes,
    more=_with_gifts,
)
PAGES: list[ControllerRouterHandler] = [
    _pages.list(donors.list_donors, TABLE),
    *FILES,
    list_donor_names,
    *_pages.new(
        urls.new_donor,
        donors.create_donor,
        then=lambda made: see_other(urls.new_donation(donor=made.id), say("Saved.")),
        first=Form({"kind": "organisation"}),
    ),
    *_pages.edit(
        urls.donor, donors.get_donor, donors.update_donor, then=to(urls.donor, say("Saved."))
    ),
]

_routes = NounRoutes(
    "/donors", "donor", tags=("donations",), read=READ_DONATIONS, write=EDIT_DONATIONS
)
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(donors.list_donors, "Donors by name", orders=donors.ORDERS),
    _routes.create(donors.create_donor, "Add a donor"),
    _routes.get(donors.get_donor, "One donor"),
    _routes.update(donors.update_donor, "Write a donor anew"),
]
