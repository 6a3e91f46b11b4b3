"""What the collector read at a school of the tests, by the names that requests use."""

from datetime import timedelta

from core import clock
from inventory import collector
from inventory.collector import NewTexts
from tests import factories_collector
from tests.factories import MadePerson, MadeSchool
from tests.factories_collector import CIPHER


async def reading(admin: MadePerson, school: MadeSchool, tag: str) -> dict[str, str | int]:
    """A file for a stick, and two readings of a computer; the later one is that of the requests."""
    key = await factories_collector.key(admin, school)
    for days_ago, hours in ((30, 800), (0, 900)):
        at = clock.now() - timedelta(days=days_ago)
        text = await factories_collector.text(
            key, hours, at=at, tag=tag, serial=f"PF{tag}", disk=f"WD-{tag}"
        )
        await collector.receive_texts(admin.actor, CIPHER, NewTexts(text))
    filters = collector.ReadingFilters(school_id=school.id)
    page = await collector.list_readings(admin.actor, filters)
    return {"key_id": key, "reading_id": page.items[0].id}
