"""Places over JSON: buildings, rooms and cabinets."""

import msgspec
from litestar import Controller, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody

from api.http.access import allow
from api.kit.numbers import PathId
from core import places
from core.access import Actor
from core.numbers import Id
from core.paging import Page
from core.permissions import EDIT_PLACES, READ_EQUIPMENT
from core.places import NewPlace, Place
from inventory import places as contents


class PlaceChange(msgspec.Struct, forbid_unknown_fields=True):
    """What to change of a place; what is left out stays."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    parent_id: Id | msgspec.UnsetType | None = msgspec.UNSET


class PlaceRoutes(Controller):
    """/api/v1/places"""

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

    @post(guards=[allow(EDIT_PLACES)], operation_id="place_create", summary="Add a place")
    async def create_place(self, actor: NamedDependency[Actor], data: JSONBody[NewPlace]) -> Place:
        return await places.create_place(actor, data)

    @get(
        "/{place_id:int}",
        guards=[allow(READ_EQUIPMENT)],
        operation_id="place_get",
        summary="One place",
    )
    async def get_place(self, actor: NamedDependency[Actor], place_id: PathId) -> Place:
        return await places.get_place(actor, place_id)

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

    @post(
        "/{place_id:int}/retire",
        guards=[allow(EDIT_PLACES)],
        operation_id="place_retire",
        summary="Take an empty place out of use",
        status_code=200,
    )
    async def retire_place(self, actor: NamedDependency[Actor], place_id: PathId) -> Place:
        """Refused while a place or an asset in use is in it."""
        return await contents.retire_place(actor, place_id)

    @post(
        "/{place_id:int}/restore",
        guards=[allow(EDIT_PLACES)],
        operation_id="place_restore",
        summary="Take a retired place back into use",
        status_code=200,
    )
    async def restore_place(self, actor: NamedDependency[Actor], place_id: PathId) -> Place:
        return await places.restore_place(actor, place_id)
