"""Lots: their pages and their JSON."""

from litestar.types import ControllerRouterHandler

from api import urls
from api.inventory.lots.pages import LotPages
from api.inventory.lots.table import FILES, LOANS_FILES, LOANS_TABLE, TABLE
from api.inventory.options import school_codes
from api.kit.noun_pages import NounPages
from api.kit.noun_routes import NounRoutes
from core.paging import Page
from core.permissions import EDIT_EQUIPMENT, READ_EQUIPMENT, RENEW_OWN
from inventory import lots
from inventory.lots import Lot, LotLoan
from inventory.lots.reading import LOAN_ORDERS, ORDERS

_pages = NounPages[Lot](
    "lot",
    "inventory/lots",
    urls.lots,
    read=READ_EQUIPMENT,
    write=EDIT_EQUIPMENT,
    schools=school_codes,
)
_loan_pages = NounPages[LotLoan](
    "lot_loan",
    "inventory/lots/loans",
    urls.lot_loans,
    read=READ_EQUIPMENT,
    write=EDIT_EQUIPMENT,
    schools=school_codes,
)
PAGES: list[ControllerRouterHandler] = [
    _pages.list(lots.list_lots, TABLE),
    *FILES,
    _loan_pages.list(lots.list_lot_loans, LOANS_TABLE),
    *LOANS_FILES,
    LotPages,
]

_routes = NounRoutes("/lots", "lot", tags=("lots",), read=READ_EQUIPMENT, write=EDIT_EQUIPMENT)
_loans = NounRoutes(
    "/lot-loans", "lot_loan", tags=("lots",), read=READ_EQUIPMENT, write=EDIT_EQUIPMENT
)
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(lots.list_lots, "Lots: things that are counted, not tagged", orders=ORDERS),
    _routes.create(
        lots.receive_lot,
        "Take things in",
        "They join the lot of this model at this place, if there is one.",
        called="receive",
    ),
    _routes.get(lots.get_lot, "One lot"),
    _routes.at(
        "GET /{lot_id:int}/moves",
        lots.list_lot_moves,
        "What became of a lot, newest first",
        operation="lot_moves",
    ),
    _routes.step(
        "count", lots.count_lot, "Put the balance right by a count", "409 if some went meanwhile."
    ),
    _routes.step("lose", lots.lose_of_lot, "Write off some that are lost or broken"),
    _routes.step("move", lots.move_lot, "Put some at another place", "Gives the lot there."),
    _loans.list(lots.list_lot_loans, "Who has how many of what", orders=LOAN_ORDERS),
    _loans.create(
        lots.hand_out_lots,
        "Hand out some of one or several lots",
        "All of them or none: 409 says how many are there.",
        called="hand_out",
        gives=Page[LotLoan],
    ),
    _loans.get(lots.get_lot_loan, "One loan"),
    _loans.step(
        "returns",
        lots.take_back_lot,
        "Take back some, or say that they are lost or broken",
        called="take_back",
    ),
    _loans.step("renew", lots.renew_lot_loan, "Set a later moment for what is still out"),
    _loans.step(
        "own-renewals",
        lots.renew_own_lot_loan,
        "Renew what you hold yourself",
        "By the days that the school sets, as often as it allows, and not once it is overdue (409).",
        called="renew_own",
        allowed=RENEW_OWN,
    ),
]
