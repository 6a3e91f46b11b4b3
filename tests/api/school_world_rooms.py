"""A function room of a school of the tests that lacks something, by the names that requests use."""

import msgspec

from inventory import rooms
from inventory.rooms import RoomSetting
from tests import factories, factories_rooms
from tests.factories import MadePerson, MadeSchool


async def room(
    admin: MadePerson, school: MadeSchool, place_id: int, mark: str
) -> dict[str, str | int]:
    """A list of the school, the room that follows it, and a thing that would close its gap."""
    new = msgspec.structs.replace(
        factories_rooms.computers(school, title=f"{mark} room"), source=f"{mark} source"
    )
    standard = await rooms.create_standard(admin.actor, new)
    await rooms.set_function_room(admin.actor, place_id, RoomSetting(standard.id, 30))
    spare = await factories.asset(school)
    return {"standard_id": standard.id, "spare_tag": spare.tag}
