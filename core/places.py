"""Places: a tree of buildings, rooms and cabinets inside one school."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from core import clock, tables
from core.access import Actor
from core.database import execute, fetch, fetch_value, transaction
from core.errors import Conflict, Invalid, say
from core.natural_order import natural_key
from core.numbers import Id
from core.permissions import EDIT_PLACES
from core.query import get_row, in_sight
from core.rows import insert_row, update_row
from core.texts import Line

NAME = Line(tables.Place.name, required=say("Give the place a name"))


class PlaceKind(StrEnum):
    """A building holds rooms, a room holds cabinets."""

    building = "building"
    room = "room"
    cabinet = "cabinet"


# What may hold what; None is the school's ground. The ranks fall, so no place can hold itself.
HOLDERS: dict[PlaceKind, frozenset[PlaceKind | None]] = {
    PlaceKind.building: frozenset({None}),
    PlaceKind.room: frozenset({None, PlaceKind.building}),
    PlaceKind.cabinet: frozenset({PlaceKind.room, PlaceKind.building}),
}

REFUSALS = {
    "place_name_once_in_its_parent": Invalid.of(
        "name", say("A place of this name is already there"), code="taken"
    ),
    "place_parent_is_of_the_school": Invalid.of(
        "parent_id", say("The place around it must be of the same school"), code="parent"
    ),
}


class Place(msgspec.Struct, frozen=True):
    """One place; ``path`` names it from the outside in, ``depth`` counts the places around it."""

    id: int
    school_id: int
    parent_id: int | None
    kind: PlaceKind
    name: str
    path: str
    depth: int
    retired_at: datetime | None = None


class NewPlace(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place to be made; without a parent it stands on the school's ground."""

    school_id: Id
    kind: PlaceKind
    name: Annotated[str, msgspec.Meta(examples=["Computer room 2"])]
    parent_id: Id | None = None


MISSING = say("There is no such place, or it is not of your school")
READ = """
SELECT p.id, p.school AS school_id, p.parent AS parent_id, p.kind, p.name, pp.path, pp.depth,
       p.retired_at
  FROM place p JOIN place_path pp ON pp.place = p.id
"""


async def list_places(
    actor: Actor, *, school_id: int | None = None, with_retired: bool = False
) -> list[Place]:
    """The tree of the actor's schools (or of one of them), each place after the one around it;
    places beside each other in the order in which people count them."""
    tree = await fetch(
        Place,
        f"{READ} WHERE p.school = any($1) AND ($2 OR p.retired_at IS NULL) ORDER BY pp.depth",
        actor.schools_for(school_id),
        with_retired,
    )
    keys: dict[int, tuple[object, ...]] = {}
    for place in tree:
        around = keys.get(place.parent_id or 0, (place.school_id,))
        keys[place.id] = (*around, natural_key(place.name), place.id)
    return sorted(tree, key=lambda place: keys[place.id])


async def get_place(actor: Actor, place_id: int) -> Place:
    """One place in the actor's sight, else NotFound."""
    return await get_row(Place, READ, in_sight(actor, "p", place_id), MISSING)


async def create_place(actor: Actor, new: NewPlace) -> Place:
    """Add a place; its name must be free inside the place around it."""
    actor.require(new.school_id, EDIT_PLACES)
    name = NAME.checked("name", new.name)
    async with transaction(actor, REFUSALS):
        await _check_holder(new.school_id, new.kind, new.parent_id)
        place_id = await insert_row(tables.Place, new, name=name)
    return await get_place(actor, place_id)


async def rename_place(actor: Actor, place_id: int, *, name: str) -> Place:
    """Give a place another name; everything in it stays where it is."""
    place = await _get_editable(actor, place_id)
    clean = NAME.checked("name", name)
    async with transaction(actor, REFUSALS):
        await update_row(tables.Place, place.id, name=clean)
    return await get_place(actor, place_id)


async def move_place(actor: Actor, place_id: int, *, parent_id: int | None) -> Place:
    """Put a place, with all in it, elsewhere in the same school."""
    place = await _get_editable(actor, place_id)
    async with transaction(actor, REFUSALS):
        await _check_holder(place.school_id, place.kind, parent_id)
        await update_row(tables.Place, place.id, parent_id=parent_id)
    return await get_place(actor, place_id)


async def update_place(
    actor: Actor,
    place_id: int,
    *,
    name: str | UnsetType = UNSET,
    parent_id: int | UnsetType | None = UNSET,
) -> Place:
    """Rename and move in one step; what is left out stays."""
    async with transaction(actor):
        if name is not UNSET:
            await rename_place(actor, place_id, name=name)
        if parent_id is not UNSET:
            await move_place(actor, place_id, parent_id=parent_id)
    return await get_place(actor, place_id)


async def retire_place(actor: Actor, place_id: int) -> Place:
    """Take a place out of use; refused while a place in it is in use. Its history stays."""
    place = await _get_editable(actor, place_id)
    async with transaction(actor):
        # Against a room added meanwhile: `_check_holder` waits for this lock. One that lets others
        # refer to the place, or it would wait for an import of thousands of assets.
        await execute("SELECT 1 FROM place WHERE id = $1 FOR NO KEY UPDATE", place.id)
        inside = await fetch_value(
            "SELECT name FROM place WHERE parent = $1 AND retired_at IS NULL ORDER BY name LIMIT 1",
            place.id,
        )
        if inside is not None:
            raise Conflict(
                say("Retire what is in it first: {name} is still in use", name=inside),
                code="place_not_empty",
            )
        await execute(
            "UPDATE place SET retired_at = $2 WHERE id = $1 AND retired_at IS NULL",
            place.id,
            clock.now(),
        )
    return await get_place(actor, place_id)


async def restore_place(actor: Actor, place_id: int) -> Place:
    """Take a retired place back into use; the place around it must be in use."""
    place = await _get_editable(actor, place_id)
    async with transaction(actor):
        await _check_holder(place.school_id, place.kind, place.parent_id)
        await update_row(tables.Place, place.id, retired_at=None)
    return await get_place(actor, place_id)


async def _get_editable(actor: Actor, place_id: int) -> Place:
    place = await get_place(actor, place_id)
    actor.require(place.school_id, EDIT_PLACES)
    return place


async def _check_holder(school_id: int, kind: PlaceKind, parent_id: int | None) -> None:
    """Refuse a parent of another school, a retired one, or one that cannot hold ``kind``."""
    if parent_id is None:
        holder = None
    else:
        found = await fetch_value(
            "SELECT kind FROM place WHERE id = $1 AND school = $2 AND retired_at IS NULL FOR SHARE",
            parent_id,
            school_id,
        )
        if found is None:
            raise Invalid.of(
                "parent_id", say("The place around it is not in use at this school"), code="parent"
            )
        holder = PlaceKind(found)
    if holder not in HOLDERS[kind]:
        raise Invalid.of("parent_id", MISPLACED[kind], code="parent_kind")


MISPLACED = {
    PlaceKind.building: say("A building stands by itself"),
    PlaceKind.room: say("A room is in a building, or stands by itself"),
    PlaceKind.cabinet: say("A cabinet stands in a room or a building"),
}
