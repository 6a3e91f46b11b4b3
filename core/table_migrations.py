"""Migrations that make whole tables from a frozen description of them."""

from collections.abc import Iterable

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Column
from piccolo.table import Table

from core import database


class _Manager(MigrationManager):
    """Runs SQL once the tables stand; Piccolo's own raw steps come before them."""

    then: str = ""

    async def run(self, backwards: bool = False) -> None:
        await super().run(backwards)
        if self.then and not backwards:
            await database.execute(self.then)


def table_migration(
    app_name: str,
    migration_id: str,
    description: str,
    tables: Iterable[type[Table]] = (),
    *,
    additions: Iterable[type[Table]] = (),
    then: str = "",
) -> MigrationManager:
    """A migration that makes the tables with their columns, constraints and indexes, or drops them.

    ``then`` is SQL for what Piccolo cannot say of these tables: exclusions, indexes with an order,
    triggers. All of it goes with the tables when the migration is taken back.

    The classes stand in the migration itself. They say what Piccolo writes into a generated one,
    where each column takes some twenty lines, and Piccolo compares the tables of the program with
    them in the same way. A class of ``additions`` says what comes to a table that stands already.
    """
    manager = _Manager(migration_id=migration_id, app_name=app_name, description=description)
    manager.then = then
    for table in tables:
        manager.add_table(class_name=table.__name__, tablename=table._meta.tablename)
        _add_parts(manager, table, table._meta.columns)
    for table in additions:
        # Piccolo gives every class a primary key; the table has its own.
        added = [column for column in table._meta.columns if not column._meta.primary_key]
        _add_parts(manager, table, added)
    return manager


def _add_parts(manager: MigrationManager, table: type[Table], columns: Iterable[Column]) -> None:
    name, tablename = table.__name__, table._meta.tablename
    for column in columns:
        manager.add_column(
            table_class_name=name,
            tablename=tablename,
            column_name=column._meta.name,
            db_column_name=column._meta.db_column_name,
            column_class=type(column),
            params=column._meta.params,
        )
    for constraint in table._meta.constraints:
        manager.add_constraint(
            table_class_name=name,
            tablename=tablename,
            constraint_name=constraint._meta.name,
            constraint_class=type(constraint),
            params=constraint._meta.params,
        )
