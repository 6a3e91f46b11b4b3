"""Stock-takes: their pages and their JSON, made from the verbs of inventory.stocktakes."""

from litestar.types import ControllerRouterHandler

from api import urls
from api.inventory.options import school_codes
from api.inventory.stocktakes.count_pages import CountPages
from api.inventory.stocktakes.pages import StocktakePages
from api.inventory.stocktakes.result_pages import ResultPages
from api.inventory.stocktakes.scan_pages import ScanPages, show_photo
from api.inventory.stocktakes.tables import FILES, TABLE
from api.inventory.stocktakes.unseen import unseen_page
from api.kit.noun_pages import NounPages
from api.kit.noun_routes import NounRoutes
from core.permissions import COUNT_STOCK, EDIT_EQUIPMENT, READ_EQUIPMENT
from inventory import stocktakes
from inventory.stocktakes import Stocktake
from inventory.stocktakes.reading import ASSET_ORDERS, ORDERS
from monitoring.usage import unseen

_pages = NounPages[Stocktake](
    "stocktake",
    "inventory/stocktakes",
    urls.stocktakes,
    read=READ_EQUIPMENT,
    write=EDIT_EQUIPMENT,
    schools=school_codes,
)
PAGES: list[ControllerRouterHandler] = [
    _pages.list(stocktakes.list_stocktakes, TABLE),
    *FILES,
    StocktakePages,
    CountPages,
    ResultPages,
    ScanPages,
    show_photo,
    unseen_page,
]
_routes = NounRoutes(
    "/stocktakes", "stocktake", tags=("stocktakes",), read=READ_EQUIPMENT, write=EDIT_EQUIPMENT
)
_scans = NounRoutes(
    "/stocktake-scans", "stocktake_scan", tags=("stocktakes",), read=READ_EQUIPMENT,
    write=COUNT_STOCK,
)  # fmt: skip
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(stocktakes.list_stocktakes, "Stock-takes, the newest first", orders=ORDERS),
    _routes.create(
        stocktakes.start_stocktake,
        "Start a stock-take",
        "What is expected where, and with whom, is taken down now. The answer names other open"
        " stock-takes of the same things.",
    ),
    _routes.at(
        "GET /unseen",
        unseen.report_unseen,
        "The share of a school's assets that nobody has seen for a year",
        "Now, at the end of each of the last 24 months, and when each stock-take was closed.",
        operation="stocktake_unseen",
    ),
    _routes.get(stocktakes.get_stocktake, "A stock-take with its places and signatures"),
    _routes.at(
        "GET /{stocktake_id:int}/assets",
        stocktakes.list_stocktake_assets,
        "What was expected and what was seen",
        operation="stocktake_assets",
        orders=ASSET_ORDERS,
    ),
    _routes.at(
        "GET /{stocktake_id:int}/unknown-things",
        stocktakes.list_unknown_things,
        "What was seen and is no asset",
        operation="stocktake_unknown_things",
    ),
    _routes.step(
        "scans",
        stocktakes.scan_things,
        "Write down what was seen",
        "Each scan once, by its key. The first sight of a thing counts; a later one is answered with"
        " who saw it when. 409 once the stock-take has ended.",
        called="scan",
        allowed=COUNT_STOCK,
    ),
    _routes.step(
        "close",
        stocktakes.close_stocktake,
        "Close a stock-take",
        "What nobody saw is missing, with somebody, or not counted. No asset changes by it. 409 if"
        " it has ended already.",
    ),
    _routes.step(
        "cancel",
        stocktakes.cancel_stocktake,
        "Give a stock-take up",
        "What was seen stays on record, nothing follows. 409 if it has ended already.",
    ),
    _routes.step(
        "corrections",
        stocktakes.correct_books,
        "Correct the books by what was seen",
        "Each as an ordinary move, step or return, all of them or none. 409 names what is not"
        " proposed any more.",
        called="correct",
    ),
    _routes.step(
        "signatures",
        stocktakes.sign_stocktake,
        "Sign the result",
        "Once for each part. 409 while the stock-take is not closed.",
        called="sign",
    ),
    _scans.at(
        "POST /{sight_id:int}/void",
        stocktakes.void_scan,
        "Take back a sight that was none",
        "The next sight of the thing counts then. 409 once the stock-take has ended.",
        operation="stocktake_scan_void",
        status=200,
    ),
    _scans.at(
        "PUT /{sight_id:int}/note",
        stocktakes.note_scan,
        "Write the note of something seen",
        "409 once the stock-take has ended.",
        operation="stocktake_scan_note",
        status=200,
    ),
    _scans.at(
        "POST /{sight_id:int}/resolve",
        stocktakes.resolve_unknown,
        "Say what an unknown thing is",
        "With a tag the asset counts as seen where the thing was. 409 if somebody has said it"
        " already.",
        operation="stocktake_scan_resolve",
        status=200,
        allowed=EDIT_EQUIPMENT,
    ),
]
