"""What answers for transfers: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api import urls
from api.inventory.options import school_codes
from api.inventory.transfers.pages import TransferPages
from api.inventory.transfers.routes import ROUTES as ROUTES
from api.inventory.transfers.steps import FORMS
from api.inventory.transfers.table import FILES, TABLE
from api.kit.noun_pages import NounPages
from core.permissions import EDIT_EQUIPMENT, READ_EQUIPMENT
from inventory import transfers
from inventory.transfers import TransferRow

_pages = NounPages[TransferRow](
    "transfer",
    "inventory/transfers",
    urls.transfers,
    read=READ_EQUIPMENT,
    write=EDIT_EQUIPMENT,
    schools=school_codes,
)
PAGES: list[ControllerRouterHandler] = [
    _pages.list(transfers.list_transfers, TABLE),
    *FILES,
    TransferPages,
    *FORMS,
]
