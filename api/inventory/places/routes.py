"""Places over JSON: buildings, rooms and cabinets; what stands there against the books."""

from typing import Annotated

import msgspec
from litestar.types import ControllerRouterHandler

from api.kit.noun_routes import NounRoutes
from core import places
from core.access import Actor
from core.numbers import Id
from core.paging import Page
from core.permissions import EDIT_EQUIPMENT, EDIT_PLACES, READ_EQUIPMENT
from core.places import Place
from inventory import assets
from inventory import places as contents
from inventory.assets import AssetRow


class PlaceChange(msgspec.Struct, forbid_unknown_fields=True):
    """What to change of a place; what is left out stays."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    parent_id: Id | msgspec.UnsetType | None = msgspec.UNSET


class Scans(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was scanned in a place: tags, labels or their addresses, numbers."""

    tags: Annotated[list[str], msgspec.Meta(examples=[["S1-00042", "S1-00043"]])]


class UnknownScan(msgspec.Struct, frozen=True):
    """A text that means no asset of your schools; ``candidates`` are the tags that it may mean."""

    index: int
    given: str
    candidates: list[str]


class RoomCount(msgspec.Struct, frozen=True):
    """``found`` stand there as in the books, ``missing`` were not scanned, ``foreign`` stand elsewhere
    in the books or are lost, ``unknown`` are no assets of your schools."""

    found: list[AssetRow]
    missing: list[AssetRow]
    foreign: list[AssetRow]
    unknown: list[UnknownScan]


async def count_place(actor: Actor, place_id: int, tags: list[str]) -> RoomCount:
    """What was scanned in a place against the books."""
    count = await assets.count_place(actor, place_id, tags)
    unknown = [UnknownScan(one.index, one.given, one.candidates) for one in count.unknown]
    return RoomCount(count.found, count.missing, count.unexpected, unknown)


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
    _routes.step(
        "count",
        count_place,
        "Compare what was scanned in a place with the books",
        "Of the place and the places within it; nothing is changed.",
        body=Scans,
        allowed=EDIT_EQUIPMENT,
    ),
    _routes.step("restore", places.restore_place, "Take a retired place back into use"),
]
