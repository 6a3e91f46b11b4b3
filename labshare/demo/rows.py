"""Many rows in few statements: ids are reserved first, rows are then copied in."""

import random
from collections.abc import Iterable, Sequence

from core.database import connection, fetch_value

SEED = 20260901


def random_for(part: str) -> random.Random:
    """Chance that is the same at every seeding, and untouched by what other parts draw."""
    return random.Random(f"{SEED}:{part}")  # noqa: S311 (sample data)


async def reserve(table: str, count: int) -> list[int]:
    """The next ``count`` ids of ``table``."""
    ids: list[int] | None = await fetch_value(
        "SELECT array_agg(nextval(pg_get_serial_sequence($1, 'id')))"
        " FROM generate_series(1, $2::int)",
        table,
        count,
    )
    return ids or []


async def copy(table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Copy rows in; the table's constraints and triggers hold as for any other row."""
    async with connection() as opened:
        await opened.copy_records_to_table(table, columns=list(columns), records=rows)
