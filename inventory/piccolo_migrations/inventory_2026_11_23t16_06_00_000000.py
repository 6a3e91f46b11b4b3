"""The asset list's indexes: each filter in the order of the tag, each search by its prefix."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-23T16:06:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes of the asset list"

# text_pattern_ops: a prefix is then a range in any collation, with prepared statements too.
FORWARDS = """
CREATE INDEX asset_of_school_by_lifecycle ON asset (school, lifecycle, tag);
CREATE INDEX asset_of_school_by_condition ON asset (school, condition, tag);
CREATE INDEX asset_of_school_by_model ON asset (school, model, tag);
CREATE INDEX asset_of_school_by_tag_prefix ON asset (school, tag text_pattern_ops);
CREATE INDEX asset_of_school_by_serial_prefix ON asset
    (school, lower(serial_number) text_pattern_ops) WHERE serial_number IS NOT NULL;
CREATE INDEX asset_named_of_school ON asset (school, tag) WHERE name <> '';
CREATE INDEX custody_open_of_school ON custody (school, asset) WHERE ended_at IS NULL;
CREATE INDEX custody_open_of_holder ON custody (holder) WHERE ended_at IS NULL;
"""

BACKWARDS = """
DROP INDEX custody_open_of_holder;
DROP INDEX custody_open_of_school;
DROP INDEX asset_named_of_school;
DROP INDEX asset_of_school_by_serial_prefix;
DROP INDEX asset_of_school_by_tag_prefix;
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
