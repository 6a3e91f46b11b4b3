"""What answers for imports: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.inventory.imports.pages import ImportPages
from api.inventory.imports.routes import ImportRoutes

PAGES: list[ControllerRouterHandler] = [ImportPages]
ROUTES: list[ControllerRouterHandler] = [ImportRoutes]
