"""What answers for models: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.inventory.models.pages import AssetModelPages
from api.inventory.models.routes import AssetModelRoutes

PAGES: list[ControllerRouterHandler] = [AssetModelPages]
ROUTES: list[ControllerRouterHandler] = [AssetModelRoutes]
