"""The networks that a school was given stand in the history, whoever changed them."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T02:23:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "history of the networks that a school was given"

FORWARDS = """
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON network_grant
    FOR EACH ROW EXECUTE FUNCTION audit_record();
"""

BACKWARDS = """
DROP TRIGGER audit ON network_grant;
"""


async def forwards():
    return sql_migration("monitoring", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
