"""Models are renamed while others refer to them."""

from core import database
from core.table_migrations import table_migration

ID = "2026-11-30T15:00:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "models unique by an index that is no key"

# An index with a condition is no key of the table: writing these columns waits for nobody who
# refers to the row, such as an import that has just written thousands of assets.
FORWARDS = """
CREATE UNIQUE INDEX asset_model_once ON asset_model (kind, brand, name) WHERE name <> '';
"""


async def forwards():
    manager = table_migration("inventory", ID, DESCRIPTION, then=FORWARDS)

    async def drop_index() -> None:
        await database.execute("DROP INDEX asset_model_once")

    manager.add_raw_backwards(drop_index)
    manager.drop_constraint(
        table_class_name="AssetModel", tablename="asset_model", constraint_name="asset_model_once"
    )
    return manager
