"""Donations over JSON."""

from litestar.types import ControllerRouterHandler

from api.inventory.donations.received_routes import ReceivedRoutes
from api.kit.noun_routes import NounRoutes
from core.paging import Page
from core.permissions import EDIT_DONATIONS, READ_DONATIONS
from inventory import donations
from inventory.assets import AssetRow
from inventory.donations.reading import ORDERS

_routes = NounRoutes(
    "/donations", "donation", tags=("donations",), read=READ_DONATIONS, write=EDIT_DONATIONS
)
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(
        donations.list_donations,
        "Donations, newest first",
        "`has_gap` keeps those of which something declared has not come.",
        orders=ORDERS,
    ),
    _routes.create(
        donations.create_donation,
        "Take in a donation",
        "It gets the school's next acknowledgement number of its year.",
    ),
    _routes.get(donations.get_donation, "One donation, its lines and what became of its assets"),
    _routes.update(
        donations.update_donation,
        "Write a donation anew",
        "Refused (409) if somebody else changed it since `version`.",
    ),
    _routes.at(
        "POST /{donation_id:int}/lines",
        donations.create_line,
        "Add a line: so many of one model",
        operation="donation_line_create",
    ),
    _routes.at(
        "PUT /{donation_id:int}/lines/{line_id:int}",
        donations.update_line,
        "Put right what was declared",
        operation="donation_line_edit",
    ),
    _routes.at(
        "POST /{donation_id:int}/lines/{line_id:int}/receipts",
        donations.receive_line,
        "Receive things of a line: each becomes an asset with a tag",
        operation="donation_line_receive",
        gives=Page[AssetRow],
    ),
    _routes.step(
        "acknowledgement",
        donations.acknowledge,
        "Note that the donor has been thanked",
        called="acknowledge",
    ),
    ReceivedRoutes,
]
