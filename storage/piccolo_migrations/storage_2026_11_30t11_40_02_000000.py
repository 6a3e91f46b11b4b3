"""Changes of resources are noted for programs."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T11:40:02:000000"
VERSION = "1.38.0"
DESCRIPTION = "changes of resources noted"

FORWARDS = """
CREATE TRIGGER changes AFTER INSERT OR UPDATE OR DELETE ON resource
    FOR EACH ROW EXECUTE FUNCTION note_change('resource', 'id', 'shared', 'row');
CREATE TRIGGER changes_of_resource AFTER INSERT OR UPDATE OR DELETE ON revision
    FOR EACH ROW EXECUTE FUNCTION note_change('resource', 'resource', 'shared', 'part');
INSERT INTO row_change (at, entity, key, scope, school, action)
SELECT now(), 'resource', id::text, 0, school, 'created' FROM resource;
"""
BACKWARDS = """
DROP TRIGGER changes_of_resource ON revision;
DROP TRIGGER changes ON resource;
DELETE FROM row_change WHERE entity = 'resource';
"""


async def forwards():
    return sql_migration("storage", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
