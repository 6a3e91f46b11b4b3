"""Back to an older release and forwards again on a filled database: ``python -m tests.core.kept_rows
DSN MIGRATION`` prints what is not as it was."""

import asyncio
import io
import sys
from contextlib import redirect_stdout

import msgspec
from piccolo.apps.migrations.commands.backwards import run_backwards

from core import database
from labshare.migrations import migrate

# Rows that a release brings itself; what each asks of a step differs.
COLUMNS = """
SELECT c.relname AS name, array_agg(quote_ident(a.attname) ORDER BY a.attnum) AS columns
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
   AND c.relnamespace = 'public'::regnamespace AND c.relname NOT IN ('migration', 'lifecycle_transition')
 GROUP BY c.relname ORDER BY c.relname
"""


class Held(msgspec.Struct):
    """A table with the columns that an older release knows."""

    name: str
    columns: list[str]


async def kept_rows(dsn: str, migration: str) -> str:
    """What the way there and back has changed in the rows of the older release, or nothing."""
    await database.open(dsn)
    with redirect_stdout(io.StringIO()) as told:
        result = await run_backwards("inventory", migration, auto_agree=True)
    if not result.success:
        return f"backwards failed: {told.getvalue()}"
    older = await database.fetch(Held, COLUMNS)
    before = {table.name: await _rows(table) for table in older}
    await database.close()
    await migrate(dsn)
    await database.open(dsn)
    wrong = [
        f"{table.name}: {len(before[table.name])} rows before"
        for table in older
        if await _rows(table) != before[table.name]
    ]
    await database.close()
    filled = sum(bool(rows) for rows in before.values())
    return "\n".join(wrong) or f"kept the rows of {filled} tables"


async def _rows(table: Held) -> list[str]:
    return await database.fetch_column(
        str, f"SELECT row({', '.join(table.columns)})::text FROM {table.name} ORDER BY 1"
    )


if __name__ == "__main__":
    outcome = asyncio.run(kept_rows(sys.argv[1], sys.argv[2]))
    print(outcome)
    sys.exit(not outcome.startswith("kept"))
