"""Bring the database to this program's shape: one process at a time, each migration whole."""

import contextlib
import io

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.apps.migrations.commands.base import BaseMigrationManager
from piccolo.apps.migrations.tables import Migration
from piccolo.conf.apps import MigrationModule

from core import database
from core.errors import Conflict, say

# Any constant will do, as long as every Labshare uses the same.
ADVISORY_LOCK = 0x6C61_6273_6861_7265


async def pending() -> list[str]:
    """The migrations this program brings and the database has not had, in their order."""
    return [f"{app} {module.ID}" for app, module in await _pending()]


async def apply() -> list[str]:
    """Run what is pending and return its names; a second process waits, then finds nothing left.

    A migration and the note that it ran are one transaction: killed in between, it never happened.
    Conflict, and nothing is changed, if another state of the program made the database.
    """
    done = []
    # The lock and the migrations share one connection: when it is lost, so are both. Any of its
    # statements may take hours (an index over years of samples), and so may another process's.
    async with database.own_connection() as connection:
        await connection.execute("SELECT pg_advisory_lock($1)", ADVISORY_LOCK)
        # Piccolo reports its progress with print(), which is not for our users.
        with contextlib.redirect_stdout(io.StringIO()):
            await BaseMigrationManager().create_migration_table()
            await _refuse_foreign()
            for app, module in await _pending():
                await _run(app, module)
                done.append(f"{app} {module.ID}")
    return done


async def _pending() -> list[tuple[str, MigrationModule]]:
    finder = BaseMigrationManager()
    has_ran_table = await database.fetch_value("SELECT to_regclass('migration') IS NOT NULL")
    pending = []
    for app in finder.get_sorted_app_names():
        folder = finder.get_app_config(app).resolved_migrations_folder_path
        modules = finder.get_migration_modules(folder)
        ran = await Migration.get_migrations_which_ran(app) if has_ran_table else []
        pending += [(app, modules[name]) for name in sorted(set(modules) - set(ran))]
    return pending


async def _refuse_foreign() -> None:
    """A newer program's tables are not ours to work with, nor those from before the first release."""
    finder = BaseMigrationManager()
    for app in finder.get_sorted_app_names():
        folder = finder.get_app_config(app).resolved_migrations_folder_path
        known = finder.get_migration_modules(folder)
        foreign = sorted(set(await Migration.get_migrations_which_ran(app)) - set(known))
        if foreign:
            raise Conflict(
                say(
                    "Another state of the program made this database ({migration} is not known here)."
                    " Start that one, or move its data away and begin anew.",
                    migration=f"{app} {foreign[-1]}",
                ),
                code="foreign_database",
            )


async def _run(app: str, module: MigrationModule) -> None:
    async with database.transaction():
        manager = await module.forwards()
        if isinstance(manager, MigrationManager):
            await manager.run()
        await Migration.insert(Migration(name=module.ID, app_name=app))
