"""The asset list's indexes: each filter in the order of the tag, each search by its prefix."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-23T16:06:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes of the asset list"

# COLLATE "C": a prefix is then a range, with prepared statements too, whatever the database's
# collation; and no plan walks the unique index of all schools' tags in search of one school's.
FORWARDS = """
CREATE INDEX asset_of_school_by_lifecycle ON asset (school, lifecycle, tag COLLATE "C");
CREATE INDEX asset_of_school_by_condition ON asset (school, condition, tag COLLATE "C");
CREATE INDEX asset_of_school_by_model ON asset (school, model, tag COLLATE "C");
CREATE INDEX asset_of_school_by_place ON asset (school, place, tag COLLATE "C") WHERE place IS NOT NULL;
CREATE INDEX asset_of_school_in_order ON asset (school, tag COLLATE "C");
CREATE INDEX asset_of_school_by_serial_prefix ON asset
    (school, lower(serial_number) COLLATE "C") WHERE serial_number IS NOT NULL;
CREATE INDEX asset_named_of_school ON asset (school, tag COLLATE "C") WHERE name <> '';
CREATE INDEX custody_open_of_school ON custody (school, asset) WHERE ended_at IS NULL;
CREATE INDEX custody_open_of_holder ON custody (holder) WHERE ended_at IS NULL;
"""

BACKWARDS = """
DROP INDEX custody_open_of_holder;
DROP INDEX custody_open_of_school;
DROP INDEX asset_named_of_school;
DROP INDEX asset_of_school_by_serial_prefix;
DROP INDEX asset_of_school_in_order;
DROP INDEX asset_of_school_by_place;
DROP INDEX asset_of_school_by_model;
DROP INDEX asset_of_school_by_condition;
DROP INDEX asset_of_school_by_lifecycle;
"""


class RawTable(Table):
    """Carries raw SQL: the live tables will have changed when this runs again."""


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="inventory", description=DESCRIPTION)

    async def run():
        await run_script(FORWARDS)

    async def undo():
        await run_script(BACKWARDS)

    manager.add_raw(run)
    manager.add_raw_backwards(undo)
    return manager


async def run_script(script: str) -> None:
    """Several statements at once, in the migration's own transaction."""
    engine = RawTable._meta.db
    await engine.current_transaction.get().connection.execute(script)
