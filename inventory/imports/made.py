"""Models and places that an import made beside the things of its rows: what nobody uses goes again."""

from collections.abc import Mapping, Sequence

from core.database import execute, fetch_column
from core.errors import Message, say
from inventory.imports.references import find_used

NAMES = {
    "asset_model": "SELECT model_title(brand, name) FROM asset_model WHERE id = any($1::bigint[])",
    "place": "SELECT path FROM place_path WHERE place = any($1::bigint[])",
}
MOST_NAMED = 10


async def remove_made(made: Mapping[str, Sequence[int]]) -> list[str]:
    """Remove what is used by nobody, in the caller's transaction; the names of what stays.

    What a transaction of somebody else is about to use is passed over, not waited for.
    """
    kept: list[str] = []
    for table, ids in made.items():
        # A room goes before its building: one more round for each floor of a tree.
        while there := await fetch_column(
            int,
            f"SELECT id FROM {table} WHERE id = any($1::bigint[])"
            " ORDER BY id FOR UPDATE SKIP LOCKED",
            list(ids),
        ):
            unused = set(there) - (await find_used(table, there)).keys()
            if not unused:
                break
            await execute(f"DELETE FROM {table} WHERE id = any($1::bigint[])", sorted(unused))
        kept += await fetch_column(str, f"{NAMES[table]} ORDER BY 1", list(ids))
    return kept


def sentence_of(names: Sequence[str]) -> Message | None:
    """That some of it stays, and what; None if nothing does."""
    if not names:
        return None
    return say(
        "Undone. {count} of the models and places that it added stay, as something refers to them"
        " by now: {names}",
        count=len(names),
        names=", ".join(names[:MOST_NAMED]) + (" …" if len(names) > MOST_NAMED else ""),
    )
