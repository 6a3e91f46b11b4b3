"""Asset models: their pages and their JSON, made from the verbs of inventory.models."""

from typing import Any

from litestar.types import ControllerRouterHandler

from api import urls
from api.http.types import WebRequest
from api.inventory.attachments.gallery import gallery_of
from api.inventory.models.picking import list_titles
from api.inventory.models.table import FILES, TABLE
from api.kit.flash import see_other
from api.kit.noun_pages import NounPages
from api.kit.noun_routes import NounRoutes
from api.kit.page_handlers import to
from core.access import Actor
from core.errors import say
from core.permissions import EDIT_EQUIPMENT, READ_EQUIPMENT
from inventory import attachments, models
from inventory.class_codes import CLASS_EDITIONS
from inventory.models import AssetModel


async def _with_gallery(_: WebRequest, actor: Actor, model: AssetModel | None) -> dict[str, Any]:
    """The editions of the classes, and a model's photographs and papers."""
    editions = [(edition, edition) for edition in CLASS_EDITIONS]
    if model is None:
        return {"editions": editions}
    return {
        "editions": editions,
        "gallery": await gallery_of(actor, await attachments.of_model(actor, model.id)),
    }


_pages = NounPages[AssetModel](
    "asset_model",
    "inventory/models",
    urls.asset_models,
    read=READ_EQUIPMENT,
    write=EDIT_EQUIPMENT,
    shows_history=False,
    more=_with_gallery,
)
PAGES: list[ControllerRouterHandler] = [
    _pages.list(models.list_models, TABLE),
    *FILES,
    list_titles,
    *_pages.new(
        urls.new_asset_model,
        models.create_model,
        then=lambda made: see_other(
            urls.asset_model(made.id), say("{model} is added.", model=made.title)
        ),
    ),
    *_pages.edit(
        urls.asset_model,
        models.get_model,
        models.update_model,
        then=to(urls.asset_model, say("Saved.")),
    ),
]

_routes = NounRoutes(
    "/asset-models", "asset_model", tags=("assets",), read=READ_EQUIPMENT, write=EDIT_EQUIPMENT
)
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(models.list_models, "Models by brand and name", orders=models.ORDERS),
    _routes.create(models.create_model, "Add a model"),
    _routes.get(models.get_model, "One model"),
    _routes.update(models.update_model, "Write a model anew"),
]
