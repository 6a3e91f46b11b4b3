"""Places over JSON: buildings, rooms and cabinets."""

import msgspec
from litestar import Controller, get, patch
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody
from litestar.types import ControllerRouterHandler

from api.http.access import allow
from api.kit.noun_routes import NounRoutes
from api.kit.numbers import PathId
from core import places
from core.access import Actor
from core.numbers import Id
from core.paging import Page
from core.permissions import EDIT_PLACES, READ_EQUIPMENT
from core.places import Place
from inventory import places as contents


class PlaceChange(msgspec.Struct, forbid_unknown_fields=True):
    """What to change of a place; what is left out stays."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    parent_id: Id | msgspec.UnsetType | None = msgspec.UNSET


PLAIN = NounRoutes("/places", "place", tags=("places",), read=READ_EQUIPMENT, write=EDIT_PLACES)
PLAIN_ROUTES: list[ControllerRouterHandler] = [
    PLAIN.create(places.create_place, "Add a place"),
    PLAIN.get(places.get_place, "One place"),
    PLAIN.step(
        "retire",
        contents.retire_place,
        "Take an empty place out of use",
        "Refused while a place or an asset in use is in it.",
    ),
    PLAIN.step("restore", places.restore_place, "Take a retired place back into use"),
]


class PlaceRoutes(Controller):
    """/api/v1/places: the tree, and a place that moves in it"""

    path = "/places"
    tags = ("places",)

    @get(
        guards=[allow(READ_EQUIPMENT)],
        operation_id="place_list",
        summary="The tree of places",
    )
    async def list_places(
        self,
        actor: NamedDependency[Actor],
        of_school: NamedDependency[int | None],
        with_retired: FromQuery[bool] = False,
    ) -> Page[Place]:
        """Each place comes after the one around it; a tree has no pages."""
        return Page(await places.list_places(actor, school_id=of_school, with_retired=with_retired))

    @patch(
        "/{place_id:int}",
        guards=[allow(EDIT_PLACES)],
        operation_id="place_edit",
        summary="Rename a place, or move it within its school",
    )
    async def edit_place(
        self, actor: NamedDependency[Actor], place_id: PathId, data: JSONBody[PlaceChange]
    ) -> Place:
        return await places.update_place(actor, place_id, name=data.name, parent_id=data.parent_id)
