"""Pictures that were stored for an entry which then was refused."""

from datetime import timedelta

from core import database
from core.clock import now
from storage import objects
from storage.photos import PREFIX, remove_photo

# The row follows the picture within seconds; a week leaves room for a restored backup.
ORPHAN_AFTER = timedelta(days=7)


async def sweep_photos(*, older_than: timedelta = ORPHAN_AFTER) -> int:
    """Remove the old pictures that no row names; how many."""
    listed = await objects.listed(f"{PREFIX}/")
    old = [item.key for item in listed if item.modified_at < now() - older_than]
    unnamed = await database.fetch_column(
        str,
        "SELECT object_key FROM unnest($1::text[]) AS listed(object_key)"
        " EXCEPT SELECT object_key FROM work_order_photo"
        " EXCEPT SELECT object_key FROM photo_draft",
        old,
    )
    for object_key in unnamed:
        await remove_photo(object_key)
    return len(unnamed)
