"""Disposals: their pages and their JSON."""

from litestar.types import ControllerRouterHandler

from api import urls
from api.http.types import WebRequest
from api.inventory.disposals.pages import HANDLERS
from api.inventory.disposals.table import FILES, TABLE
from api.inventory.options import school_codes
from api.kit.noun_pages import NounPages
from api.kit.noun_routes import NounRoutes
from core.access import Actor
from core.permissions import APPROVE_DISPOSALS, EDIT_EQUIPMENT, MANAGE_SCHOOL, READ_EQUIPMENT
from inventory import disposals
from inventory.disposals import DisposalRow
from inventory.disposals.reading import ORDERS


async def _due(request: WebRequest, actor: Actor, row: DisposalRow | None) -> dict[str, object]:
    return {
        "due": await disposals.list_due_ends(actor),
        "searched": await disposals.list_searched(actor),
    }


_pages = NounPages[DisposalRow](
    "disposal",
    "inventory/disposals",
    urls.disposals,
    read=READ_EQUIPMENT,
    write=EDIT_EQUIPMENT,
    schools=school_codes,
    more=_due,
)
PAGES: list[ControllerRouterHandler] = [
    _pages.list(disposals.list_disposals, TABLE),
    *FILES,
    *HANDLERS,
]

_routes = NounRoutes(
    "/disposals", "disposal", tags=("disposals",), read=READ_EQUIPMENT, write=EDIT_EQUIPMENT
)
_rules = NounRoutes(
    "/disposal-rules",
    "disposal_rule",
    tags=("disposals",),
    read=READ_EQUIPMENT,
    write=MANAGE_SCHOOL,
)
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(
        disposals.list_disposals, "What leaves the books, and what was decided", orders=ORDERS
    ),
    _routes.create(
        disposals.propose_disposal,
        "Propose that things leave the books",
        "All of them or none: 409 names each that cannot. Nothing changes until another person"
        " approves.",
        called="propose",
    ),
    _routes.get(disposals.get_disposal, "A disposal with all its things"),
    _routes.step(
        "approval",
        disposals.approve_disposal,
        "Approve the proposal of another person",
        "All of its things leave the books, or none: 409 names each that cannot any more. By people at a"
        " browser who typed their password within the last two minutes (403); a token proves no person.",
        called="approve",
        allowed=APPROVE_DISPOSALS,
        tokens=False,
    ),
    _routes.step(
        "refusal",
        disposals.refuse_disposal,
        "Refuse the proposal of another person",
        "Everything stays. 409 once it is decided.",
        called="refuse",
        allowed=APPROVE_DISPOSALS,
    ),
    _routes.step(
        "withdrawal",
        disposals.withdraw_disposal,
        "Take a proposal back",
        "Everything stays. 409 once it is decided.",
        called="withdraw",
    ),
    _routes.at(
        "DELETE /{disposal_id:int}/lines/{line_id:int}",
        disposals.leave_out,
        "Take a thing out of a proposal",
        "It stays. 409 once it is decided.",
        operation="disposal_leave_out",
        status=200,
    ),
    _rules.at(
        "GET",
        disposals.list_rules,
        "What each school asks before a thing leaves its books",
        operation="disposal_rule_list",
    ),
    _rules.at(
        "PUT /{school_id:int}",
        disposals.write_rule,
        "Say what a school asks",
        "Asking less than before needs the password, as approval does, and is refused to tokens (403"
        " `password_needed`).",
        operation="disposal_rule_write",
    ),
]
