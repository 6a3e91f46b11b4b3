"""Kits: their pages and their JSON, made from the verbs of inventory.kits."""

from litestar.types import ControllerRouterHandler

from api import urls
from api.inventory.kits.pages import KitPages
from api.inventory.kits.tables import FILES, NEEDS, TABLE
from api.inventory.options import school_codes
from api.kit.noun_pages import NounPages
from api.kit.noun_routes import NounRoutes
from core.paging import Page
from core.permissions import COUNT_KITS, EDIT_EQUIPMENT, READ_EQUIPMENT
from inventory import kits
from inventory.kits import Kit, KitMove, KitNeed
from inventory.kits.reading import NEED_ORDERS, ORDERS

_pages = NounPages[Kit](
    "kit",
    "inventory/kits",
    urls.kits,
    read=READ_EQUIPMENT,
    write=EDIT_EQUIPMENT,
    schools=school_codes,
)
_needs = NounPages[KitNeed](
    "kit_need",
    "inventory/kits/needs",
    urls.kit_needs,
    read=READ_EQUIPMENT,
    write=EDIT_EQUIPMENT,
    schools=school_codes,
)
PAGES: list[ControllerRouterHandler] = [
    _pages.list(kits.list_kits, TABLE),
    _needs.list(kits.list_needs, NEEDS),
    *FILES,
    KitPages,
]

_routes = NounRoutes("/kits", "kit", tags=("kits",), read=READ_EQUIPMENT, write=EDIT_EQUIPMENT)
_lists = NounRoutes(
    "/asset-models", "parts_list", tags=("kits",), read=READ_EQUIPMENT, write=EDIT_EQUIPMENT
)
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(kits.list_kits, "Kits: assets whose model has a list of parts", orders=ORDERS),
    _routes.get(kits.get_kit, "A kit with its parts"),
    _routes.at(
        "GET /{tag:str}/moves",
        kits.list_kit_moves,
        "What became missing of a kit, and what came back, newest first",
        operation="kit_moves",
        gives=Page[KitMove],
    ),
    _routes.step(
        "counts",
        kits.count_kit,
        "Record a count",
        "Parts that are not named are all there. 409 if the list of parts has changed meanwhile.",
        called="count",
        allowed=COUNT_KITS,
    ),
    _routes.step(
        "supplies",
        kits.supply_kit,
        "Close a gap, or some of it",
        "409 if fewer are missing or damaged by now.",
        called="supply",
    ),
    _lists.at(
        "GET /{model_id:int}/parts-list",
        kits.get_parts_list,
        "The list of parts of a model: a school's own, or the common one",
        operation="parts_list_get",
    ),
    _lists.at(
        "PUT /{model_id:int}/parts-list",
        kits.write_parts_list,
        "Write the next revision of a list of parts",
        "409 if somebody has written one since the revision that it follows.",
        operation="parts_list_write",
    ),
    NounRoutes("/kit-needs", "kit_need", tags=("kits",), read=READ_EQUIPMENT).list(
        kits.list_needs, "What all kits lack, part by part", orders=NEED_ORDERS
    ),
]
