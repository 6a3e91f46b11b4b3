"""Bring the database to what this version of the program expects, once, whoever asks."""

import io
from contextlib import redirect_stdout

import structlog
from piccolo.apps.migrations.commands.forwards import run_forwards

from core import database

log = structlog.get_logger(__name__)

# Any number will do as long as it is ours: two processes that migrate at once take turns by it.
MIGRATION_LOCK = 7_245_001


async def migrate(dsn: str) -> None:
    """Run every migration that has not run; RuntimeError with its words if one fails."""
    await database.open(dsn, max_size=2)
    try:
        async with database.connection() as holder:
            await holder.execute("SELECT pg_advisory_lock($1)", MIGRATION_LOCK)
            try:
                await _forwards()
            finally:
                await holder.execute("SELECT pg_advisory_unlock($1)", MIGRATION_LOCK)
    finally:
        await database.close()


async def _forwards() -> None:
    told = io.StringIO()
    with redirect_stdout(told):
        result = await run_forwards("all")
    if not result.success:
        raise RuntimeError(f"a migration failed: {result.message or told.getvalue()[-500:]}")
    log.info("migrated")
