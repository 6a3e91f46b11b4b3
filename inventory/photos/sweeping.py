"""Objects of photographs and papers against the rows that name them."""

from datetime import timedelta

import msgspec

from core import database
from core.clock import now
from storage import damaged_pictures, objects
from storage.photos import PREFIX, key_of, original_of

# The row follows the picture within seconds; a week leaves room for a restored backup.
ORPHAN_AFTER = timedelta(days=7)
# Every row that names an object under the prefix, with the sizes of its objects.
ROWS = """
SELECT 'photograph ' || id AS what, object_key, size_bytes, small_bytes, icon_bytes
  FROM work_order_photo
UNION ALL SELECT kind || ' ' || id, object_key, size_bytes, small_bytes, icon_bytes
  FROM attachment
UNION ALL SELECT 'photograph of a form ' || id, object_key, size_bytes, small_bytes, icon_bytes
  FROM photo_draft
UNION ALL SELECT 'photograph of a stock-take ' || id, object_key, size_bytes, small_bytes, icon_bytes
  FROM stocktake_photo
"""


class Named(msgspec.Struct, frozen=True):
    """A row and the objects it stands for."""

    what: str
    object_key: str
    size_bytes: int
    small_bytes: int
    icon_bytes: int

    @property
    def sizes(self) -> dict[str, int]:
        """The bytes of each object by its key."""
        sizes = {self.object_key: self.size_bytes}
        if self.small_bytes:
            sizes[key_of(self.object_key, "small")] = self.small_bytes
            sizes[key_of(self.object_key, "icon")] = self.icon_bytes
        return sizes


async def sweep_photos(*, older_than: timedelta = ORPHAN_AFTER) -> int:
    """Remove the old objects that no row names; how many."""
    listed = await objects.listed(f"{PREFIX}/")
    old = [item.key for item in listed if item.modified_at < now() - older_than]
    unnamed = set(
        await database.fetch_column(
            str,
            "SELECT object_key FROM unnest($1::text[]) AS listed(object_key)"
            f" EXCEPT SELECT object_key FROM ({ROWS}) AS named",
            list({original_of(key) for key in old}),
        )
    )
    swept = [key for key in old if original_of(key) in unnamed]
    for key in swept:
        await objects.remove(key)
    await damaged_pictures.delete_marks(*swept)
    return len(swept)


async def find_wrong_objects() -> tuple[int, list[str]]:
    """How many rows name objects, and a line for each object that is missing or of another size."""
    rows = await database.fetch(Named, f"{ROWS} ORDER BY 1")
    sizes = {item.key: item.size for item in await objects.listed(f"{PREFIX}/")}
    wrong = [
        f"{row.what}: its object {key} "
        + ("is missing" if key not in sizes else f"has {sizes[key]} bytes, not {size}")
        for row in rows
        for key, size in row.sizes.items()
        if sizes.get(key) != size
    ]
    return len(rows), wrong
