"""The day on which custody was due is a moment by now."""

from core.table_migrations import table_migration

ID = "2026-11-30T13:22:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "custody without due_on"


async def forwards():
    manager = table_migration("inventory", ID, DESCRIPTION)
    manager.drop_column(
        table_class_name="Custody",
        tablename="custody",
        column_name="due_on",
        db_column_name="due_on",
    )
    return manager
