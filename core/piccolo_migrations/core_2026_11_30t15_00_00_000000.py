"""Places are renamed and moved while others refer to them."""

from core import database
from core.table_migrations import table_migration

ID = "2026-11-30T15:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "places unique by an index that is no key"

# An index with a condition is no key of the table: writing these columns waits for nobody who
# refers to the row, such as an import that has just written thousands of assets.
FORWARDS = """
CREATE UNIQUE INDEX place_name_once_in_its_parent ON place (school, parent, name)
    NULLS NOT DISTINCT WHERE name <> '';
"""


async def forwards():
    manager = table_migration("core", ID, DESCRIPTION, then=FORWARDS)

    async def drop_index() -> None:
        await database.execute("DROP INDEX place_name_once_in_its_parent")

    manager.add_raw_backwards(drop_index)
    manager.drop_constraint(
        table_class_name="Place", tablename="place", constraint_name="place_name_once_in_its_parent"
    )
    return manager
