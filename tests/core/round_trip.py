"""Forwards, backwards, forwards on an empty database: ``python -m tests.core.round_trip DSN``."""

import asyncio
import io
import sys
from contextlib import redirect_stdout

from piccolo.apps.migrations.commands.backwards import run_backwards

from core import database
from labshare.migrations import migrate

SCHEMA = """
SELECT string_agg(line, E'\\n' ORDER BY line) FROM (
    SELECT format('%s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default)
           AS line FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index
        JOIN pg_class c ON c.oid = indrelid WHERE c.relnamespace = 'public'::regnamespace
    UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'
    UNION ALL SELECT viewname || ' ' || definition FROM pg_views WHERE schemaname = 'public'
) AS everything
"""
LEFT_OVER = """
SELECT string_agg(relname, ', ') FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v') AND relname <> 'migration'
"""


async def round_trip(dsn: str) -> str:
    await migrate(dsn)
    first = await _ask(dsn, SCHEMA)
    await database.open(dsn)
    with redirect_stdout(io.StringIO()) as told:
        result = await run_backwards("all", auto_agree=True)
    await database.close()
    if not result.success:
        return f"backwards failed: {told.getvalue()}"
    left_over = await _ask(dsn, LEFT_OVER)
    if left_over:
        return f"left behind: {left_over}"
    await migrate(dsn)
    return "the same" if await _ask(dsn, SCHEMA) == first else "the second schema differs"


async def _ask(dsn: str, sql: str) -> str | None:
    await database.open(dsn)
    try:
        answer: str | None = await database.fetch_value(sql)
        return answer
    finally:
        await database.close()


if __name__ == "__main__":
    outcome = asyncio.run(round_trip(sys.argv[1]))
    print(outcome)
    sys.exit(outcome != "the same")
