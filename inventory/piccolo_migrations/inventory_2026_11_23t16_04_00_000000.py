"""A closed work order stays as it was closed; the list of all orders has its index."""

from core.sql_migrations import sql_migration

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


async def forwards():
    return sql_migration("inventory", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
