"""A kit of a school of the tests, by the names that requests use."""

from inventory import kits
from inventory.kits import Deviation, NewKitCount, NewPartsList, PartFacts
from tests.factories import MadePerson, MadeSchool


async def kit(
    admin: MadePerson, school: MadeSchool, model_id: int, tag: str, mark: str
) -> dict[str, str | int]:
    """The school's own list of parts of a model, and an asset of it that lacks some."""
    parts = [PartFacts("Wheel", 4, substitutes=f"{mark} wheels")]
    made = await kits.write_parts_list(
        admin.actor, model_id, NewPartsList(parts, school=school.code)
    )
    part = made.parts[0].id
    photographed = made.parts[0].kit_part_id
    await kits.count_kit(admin.actor, tag, NewKitCount(made.id, [Deviation(part, 3)]))
    return {"parts_list_id": made.id, "part_id": part, "kit_part_id": photographed}
