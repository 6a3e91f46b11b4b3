"""Migrations in plain SQL: partial indexes, composite keys, exclusions, triggers, functions."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from core import database


def sql_migration(
    app_name: str, migration_id: str, description: str, *, forwards: str, backwards: str
) -> MigrationManager:
    """A migration that runs one script there and one back, each whole or not at all.

    It holds its own SQL and no table of the program, which will have changed when it runs again.
    """
    manager = MigrationManager(
        migration_id=migration_id, app_name=app_name, description=description
    )

    async def run() -> None:
        await database.execute(forwards)

    async def undo() -> None:
        await database.execute(backwards)

    manager.add_raw(run)
    manager.add_raw_backwards(undo)
    return manager
