"""Wipes: their pages and their JSON."""

from litestar.types import ControllerRouterHandler

from api import urls
from api.inventory.options import school_codes
from api.inventory.wipes.pages import WipePages
from api.inventory.wipes.table import FILES, TABLE
from api.kit.noun_pages import NounPages
from api.kit.noun_routes import NounRoutes
from core.paging import Page
from core.permissions import EDIT_EQUIPMENT, READ_EQUIPMENT
from inventory import wipes
from inventory.wipes import WipeRow
from inventory.wipes.reading import ORDERS

_pages = NounPages[WipeRow](
    "asset_wipe",
    "inventory/wipes",
    urls.wipes,
    read=READ_EQUIPMENT,
    write=EDIT_EQUIPMENT,
    schools=school_codes,
)
PAGES: list[ControllerRouterHandler] = [
    _pages.list(wipes.list_wipes, TABLE),
    *FILES,
    WipePages,
]

_routes = NounRoutes("/wipes", "wipe", tags=("assets",), read=READ_EQUIPMENT, write=EDIT_EQUIPMENT)
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(
        wipes.list_wipes,
        "Wipes of assets",
        "Those that wait for a second person, unless `view` says otherwise.",
        orders=ORDERS,
    ),
    _routes.at(
        "POST /verifications",
        wipes.verify_wipes,
        "Say what was found of the newest wipe of one or many assets",
        "All of them or none, by another person than who recorded it. 409 names each that cannot be"
        " verified: `own_wipe`, `verified`, `wipe_failed`, `no_wipe`. A wipe that `failed` here is none.",
        operation="wipe_verify",
        gives=Page[WipeRow],
        status=200,
    ),
    _routes.get(wipes.get_wipe, "A wipe, and what a second person found of it"),
    _routes.at(
        "GET /{wipe_id:int}/certificate",
        wipes.get_certificate,
        "What the certificate of a wipe says",
        "With the names and titles of the day on which it was verified; 404 where nobody has passed it.",
        operation="wipe_certificate",
    ),
]
