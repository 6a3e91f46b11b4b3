"""What the collector read at a school of the tests, by the names that requests use."""

from core import clock
from tests import factories, factories_collector
from tests.factories import MadePerson, MadeSchool


async def reading(admin: MadePerson, school: MadeSchool) -> dict[str, str | int]:
    """A file for a stick, and one reading of a computer."""
    key = await factories_collector.key(admin, school)
    thing = await factories.asset(school)
    made = await factories_collector.read(admin, key, thing, 900, at=clock.now(), disk=thing.tag)
    return {"key_id": key, "reading_id": made.id}
