"""What answers for assets: the list that api.app takes in."""

from litestar.types import ControllerRouterHandler

from api.inventory.assets.change_of_school_pages import ChangeOfSchoolPages
from api.inventory.assets.count_pages import CountPages
from api.inventory.assets.form_pages import AssetFormPages
from api.inventory.assets.life_pages import AssetStepPages
from api.inventory.assets.pages import AssetPages
from api.inventory.assets.routes import AssetRoutes
from api.inventory.assets.table import FILES
from api.kit.noun_routes import NounRoutes
from core import changes
from core.access import Actor
from core.changes import Removal, RemovedFilters
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import READ_EQUIPMENT

PAGES: list[ControllerRouterHandler] = [
    AssetFormPages,
    AssetStepPages,
    ChangeOfSchoolPages,
    CountPages,
    AssetPages,
    *FILES,
]


async def list_removed_assets(
    actor: Actor,
    filters: RemovedFilters,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Page[Removal]:
    """Assets that went to another school."""
    return await changes.list_removed(actor, "asset", filters, cursor=cursor, limit=limit)


_routes = NounRoutes("/assets", "asset", tags=("assets",), read=READ_EQUIPMENT)
ROUTES: list[ControllerRouterHandler] = [
    AssetRoutes,
    _routes.at(
        "GET /removed",
        list_removed_assets,
        "Assets that your schools had and that are at another school now",
        "In the order in which they went; what only left the books stays in the list of assets.",
        operation="asset_removed_list",
    ),
]
