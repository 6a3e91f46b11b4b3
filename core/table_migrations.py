"""Migrations that make whole tables from a frozen description of them."""

from collections.abc import Iterable

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table


def table_migration(
    app_name: str, migration_id: str, description: str, tables: Iterable[type[Table]]
) -> MigrationManager:
    """A migration that makes the tables with their columns, constraints and indexes, or drops them.

    The classes stand in the migration itself. They say what Piccolo writes into a generated one,
    where each column takes some twenty lines, and Piccolo compares the tables of the program with
    them in the same way.
    """
    manager = MigrationManager(
        migration_id=migration_id, app_name=app_name, description=description
    )
    for table in tables:
        name, tablename = table.__name__, table._meta.tablename
        manager.add_table(class_name=name, tablename=tablename)
        for column in table._meta.columns:
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
    return manager
