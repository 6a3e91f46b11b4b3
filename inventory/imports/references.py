"""What refers to a row, by the foreign keys that the database has: none is forgotten."""

from collections.abc import Collection, Sequence

import msgspec

from core.database import fetch, fetch_column


class Reference(msgspec.Struct, frozen=True):
    """A column of a table that holds the id of a row of another."""

    table: str
    column: str
    goes_with_it: bool


KEYS = """
SELECT DISTINCT c.conrelid::regclass::text AS table, a.attname AS column,
       c.confdeltype = 'c' AS goes_with_it
  FROM pg_constraint c
  JOIN LATERAL unnest(c.conkey, c.confkey) AS k (own, theirs) ON true
  JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.own
  JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = k.theirs AND b.attname = 'id'
 WHERE c.contype = 'f' AND c.confrelid = $1::text::regclass
 ORDER BY 1, 2
"""


async def find_references(table: str, *, without: Collection[str] = ()) -> list[Reference]:
    """The columns that refer to ``table``'s ids and stay when a row goes."""
    found = await fetch(Reference, KEYS, table)
    return [one for one in found if not one.goes_with_it and one.table not in without]


async def find_used(
    table: str, ids: Sequence[int], *, without: Collection[str] = ()
) -> dict[int, str]:
    """Those of ``ids`` that a row somewhere refers to, each with one table that does."""
    used: dict[int, str] = {}
    for one in await find_references(table, without=without):
        rows = await fetch_column(
            int,
            f"SELECT DISTINCT {one.column} FROM {one.table} WHERE {one.column} = any($1::bigint[])",
            list(ids),
        )
        used |= dict.fromkeys(rows, one.table)
    return used
