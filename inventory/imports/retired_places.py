"""Places out of use that a file names, taken back into use before its rows are judged again."""

from collections.abc import Sequence

from core.access import Actor
from core.database import fetch_column, transaction
from core.places import restore_place

WITH_THOSE_AROUND = """
WITH RECURSIVE meant AS (
    SELECT id, parent, retired_at, 0 AS height FROM place WHERE id = any($1::bigint[])
    UNION ALL
    SELECT p.id, p.parent, p.retired_at, m.height + 1 FROM place p JOIN meant m ON p.id = m.parent
)
SELECT id FROM meant WHERE retired_at IS NOT NULL GROUP BY id ORDER BY max(height) DESC, id
"""


async def restore_places(actor: Actor, place_ids: Sequence[int]) -> None:
    """Take these places and those around them back into use; refused as ``restore_place`` does."""
    async with transaction(actor):
        for place_id in await fetch_column(int, WITH_THOSE_AROUND, list(place_ids)):
            await restore_place(actor, place_id)
