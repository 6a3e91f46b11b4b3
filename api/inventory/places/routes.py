"""Places over JSON: buildings, rooms and cabinets."""

import msgspec
from litestar.types import ControllerRouterHandler

from api.kit.noun_routes import NounRoutes
from core import places
from core.numbers import Id
from core.paging import Page
from core.permissions import EDIT_PLACES, READ_EQUIPMENT
from core.places import Place
from inventory import places as contents


class PlaceChange(msgspec.Struct, forbid_unknown_fields=True):
    """What to change of a place; what is left out stays."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    parent_id: Id | msgspec.UnsetType | None = msgspec.UNSET


_routes = NounRoutes("/places", "place", tags=("places",), read=READ_EQUIPMENT, write=EDIT_PLACES)
ROUTES: list[ControllerRouterHandler] = [
    _routes.list(
        places.list_places,
        "The tree of places",
        "Each place comes after the one around it; a tree has no pages.",
        gives=Page[Place],
    ),
    _routes.create(places.create_place, "Add a place"),
    _routes.get(places.get_place, "One place"),
    _routes.at(
        "PATCH /{place_id:int}",
        places.update_place,
        "Rename a place, or move it within its school",
        operation="place_edit",
        body=PlaceChange,
    ),
    _routes.step(
        "retire",
        contents.retire_place,
        "Take an empty place out of use",
        "Refused while a place or an asset in use is in it.",
    ),
    _routes.step("restore", places.restore_place, "Take a retired place back into use"),
]
