"""Migrates a database that nobody in this process has opened yet."""

from core import database, migrations


async def migrate(dsn: str) -> list[str]:
    """Brings the database up to date and returns the names of what ran."""
    await database.open(dsn, max_size=2)
    try:
        return await migrations.apply()
    finally:
        await database.close()
