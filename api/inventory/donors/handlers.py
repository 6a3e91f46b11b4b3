"""Donors: their pages, made from the verbs of inventory.donors, and the names that a form offers."""

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
    read=READ_DONATIONS,
    write=EDIT_DONATIONS,
    schools=school_codes,
    more=_with_gifts,
)
PAGES: list[ControllerRouterHandler] = [
    _pages.list(urls.donors, donors.list_donors, TABLE),
    *FILES,
    list_donor_names,
    *_pages.new(
        urls.new_donor,
        donors.create_donor,
        lambda made: see_other(urls.new_donation(donor=made.id), say("Saved.")),
        first=Form({"kind": "organisation"}),
    ),
    *_pages.edit(
        urls.donor,
        donors.get_donor,
        donors.update_donor,
        lambda made: see_other(urls.donor(made.id), say("Saved.")),
    ),
]
ROUTES: list[ControllerRouterHandler] = []
