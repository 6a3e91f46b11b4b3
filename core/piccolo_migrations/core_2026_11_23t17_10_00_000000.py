"""Ways to the list of changes: by school, by who did it, and by the day."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-23T17:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes of the list of changes"

FORWARDS = """
CREATE INDEX audit_event_of_school ON audit_event (school_id, id DESC);
CREATE INDEX audit_event_of_actor ON audit_event (actor_id, id DESC);
CREATE INDEX audit_event_of_day ON audit_event (at);
"""

BACKWARDS = """
DROP INDEX audit_event_of_day;
DROP INDEX audit_event_of_actor;
DROP INDEX audit_event_of_school;
"""


class RawTable(Table):
    """Carries raw SQL: the live tables will have changed when this runs again."""


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="core", description=DESCRIPTION)
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
