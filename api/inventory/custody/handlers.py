"""What answers for custody: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.inventory.custody.files import CustodyFiles
from api.inventory.custody.pages import CustodyPages
from api.inventory.custody.routes import CustodyRoutes

PAGES: list[ControllerRouterHandler] = [CustodyPages, CustodyFiles]
ROUTES: list[ControllerRouterHandler] = [CustodyRoutes]
