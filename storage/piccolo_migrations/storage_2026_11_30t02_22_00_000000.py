"""The quota of a school stands in the history, whoever changed it."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T02:22:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "history of the quota of a school"

FORWARDS = """
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON storage_quota
    FOR EACH ROW EXECUTE FUNCTION audit_record();
"""

BACKWARDS = """
DROP TRIGGER audit ON storage_quota;
"""


async def forwards():
    return sql_migration("storage", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
