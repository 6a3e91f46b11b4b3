"""What answers for assets: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.inventory.assets.change_of_school_pages import ChangeOfSchoolPages
from api.inventory.assets.form_pages import AssetFormPages
from api.inventory.assets.life_pages import AssetStepPages
from api.inventory.assets.pages import AssetPages
from api.inventory.assets.routes import AssetRoutes
from api.inventory.assets.table import FILES

PAGES: list[ControllerRouterHandler] = [
    AssetFormPages,
    AssetStepPages,
    ChangeOfSchoolPages,
    AssetPages,
    *FILES,
]
ROUTES: list[ControllerRouterHandler] = [AssetRoutes]
