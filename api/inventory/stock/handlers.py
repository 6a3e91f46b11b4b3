"""Stock of parts: its pages and its JSON, made from the verbs of inventory.stock."""

from litestar.types import ControllerRouterHandler

from api import urls
from api.inventory.options import school_codes
from api.inventory.stock.dismantle_pages import DismantlePages
from api.inventory.stock.pages import StockPages
from api.inventory.stock.tables import FILES, PARTS, PURCHASES, TABLE
from api.kit.noun_pages import NounPages
from api.kit.noun_routes import NounRoutes
from core.permissions import EDIT_EQUIPMENT, READ_EQUIPMENT
from inventory import stock
from inventory.stock import Purchase, StockItem, StockPart, buying, parts, reading

_pages = NounPages[StockItem](
    "stock_balance",
    "inventory/stock",
    urls.stock,
    read=READ_EQUIPMENT,
    write=EDIT_EQUIPMENT,
    schools=school_codes,
)
_part_pages = NounPages[StockPart](
    "stock_part",
    "inventory/stock/parts",
    urls.stock_parts,
    read=READ_EQUIPMENT,
    write=EDIT_EQUIPMENT,
    schools=school_codes,
)
_purchase_pages = NounPages[Purchase](
    "purchase",
    "inventory/stock/purchases",
    urls.purchases,
    read=READ_EQUIPMENT,
    write=EDIT_EQUIPMENT,
    schools=school_codes,
)
PAGES: list[ControllerRouterHandler] = [
    _pages.list(stock.list_stock, TABLE),
    _part_pages.list(stock.list_parts, PARTS),
    _purchase_pages.list(stock.list_purchases, PURCHASES),
    *FILES,
    StockPages,
    DismantlePages,
]

_routes = NounRoutes("/stock", "stock", tags=("stock",), read=READ_EQUIPMENT, write=EDIT_EQUIPMENT)
_parts = NounRoutes(
    "/stock-parts", "stock_part", tags=("stock",), read=READ_EQUIPMENT, write=EDIT_EQUIPMENT
)
_assets = NounRoutes("/assets", "asset", tags=("stock",), read=READ_EQUIPMENT, write=EDIT_EQUIPMENT)
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(stock.list_stock, "Parts in stock, place by place", orders=reading.ORDERS),
    _routes.create(
        stock.receive_stock,
        "Take parts in",
        "They join what is there of this part at this place.",
        called="receive",
    ),
    _routes.get(stock.get_stock, "A part at a place"),
    _routes.at(
        "GET /{stock_id:int}/moves",
        stock.list_stock_moves,
        "What came and went, newest first",
        operation="stock_moves",
    ),
    _routes.step(
        "issue", stock.issue_stock, "Give some out, or use them up", "409 says how many are free."
    ),
    _routes.step("return", stock.return_stock, "Take some back that were given out"),
    _routes.step(
        "count",
        stock.count_stock,
        "Put the balance right by a count",
        "409 if some went meanwhile.",
    ),
    _routes.step("move", stock.move_stock, "Put some at another place", "Gives what is there."),
    _parts.list(
        stock.list_parts,
        "Parts over all their places, with their use a month and how long they last",
        orders=parts.ORDERS,
    ),
    _parts.at(
        "PUT /minimum",
        stock.set_minimum,
        "Say how many of a part there should be, in all or at one place",
        "0 takes it back.",
        operation="stock_minimum_set",
    ),
    _parts.at(
        "PUT /codes",
        stock.add_code,
        "Say which part the code on a packing means",
        operation="part_code_add",
    ),
    _assets.at(
        "POST /{tag:str}/dismantle",
        stock.dismantle,
        "Take an asset apart, its good parts into stock",
        "It leaves the books. 409 with the reason that stands in the way.",
        operation="asset_dismantle",
        status=200,
    ),
    NounRoutes("/purchases", "purchase", tags=("stock",), read=READ_EQUIPMENT).list(
        stock.list_purchases,
        "What is to be bought: parts below their minimum, and what kits lack",
        orders=buying.ORDERS,
    ),
]
