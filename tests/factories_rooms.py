"""Function rooms for tests: a list for a computer room, and a room that follows it."""

import msgspec

from inventory import rooms
from inventory.models import AssetKind
from inventory.rooms import ItemFacts, NewStandard, RoomKind, RoomSetting, Standard
from tests import factories
from tests.factories import MadePerson, MadeSchool


class MadeRoom(msgspec.Struct, frozen=True):
    """A room of a school, and the list that it follows."""

    place_id: int
    standard: Standard


def computers(school: MadeSchool, *more: ItemFacts, title: str = "Computer room") -> NewStandard:
    """A computer for each seat, and whatever else."""
    items = [ItemFacts("Computer", 1, AssetKind.computer, per_seats=1, page="12"), *more]
    return NewStandard(
        RoomKind.computer, title, "Example, not a standard", items, school=school.code
    )


async def room(admin: MadePerson, school: MadeSchool, *more: ItemFacts, seats: int = 2) -> MadeRoom:
    standard = await rooms.create_standard(admin.actor, computers(school, *more))
    place = await factories.place(school)
    await rooms.set_function_room(admin.actor, place, RoomSetting(standard.id, seats))
    return MadeRoom(place, standard)
