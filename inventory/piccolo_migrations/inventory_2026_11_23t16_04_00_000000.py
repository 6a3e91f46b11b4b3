"""A closed work order stays as it was closed; the list of all orders has its index."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-23T16:04:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "closed work orders are final"

FORWARDS = """
CREATE TRIGGER closed_is_final BEFORE UPDATE OR DELETE ON work_order
    FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION refuse_change();
CREATE INDEX work_order_of_school ON work_order (school, opened_at DESC, id DESC);
CREATE INDEX work_order_entry_by ON work_order_entry (by, work_order) WHERE by IS NOT NULL;
"""

BACKWARDS = """
DROP INDEX work_order_entry_by;
DROP INDEX work_order_of_school;
DROP TRIGGER closed_is_final ON work_order;
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
