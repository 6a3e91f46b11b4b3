"""What answers for custody: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.inventory.custody.hand_over_pages import PAGES as HAND_OVER_PAGES
from api.inventory.custody.pages import CustodyPages
from api.inventory.custody.renew_pages import RenewPages
from api.inventory.custody.routes import ROUTES as ROUTES
from api.inventory.custody.table import FILES

PAGES: list[ControllerRouterHandler] = [CustodyPages, RenewPages, *HAND_OVER_PAGES, *FILES]
