"""Changes of bookings and other holds are noted for programs, and missing parts as those of custody."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T17:20:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "changes of holds and shortages noted"

# What is handed out for a booking of a model leaves fewer outstanding.
FORWARDS = """
CREATE TRIGGER changes_of_hold AFTER INSERT OR UPDATE OR DELETE ON hold
    FOR EACH ROW EXECUTE FUNCTION note_change('hold', 'id', 'school', 'row');
CREATE TRIGGER changes_of_hold AFTER INSERT ON custody
    FOR EACH ROW WHEN (NEW.booking IS NOT NULL)
    EXECUTE FUNCTION note_change('hold', 'booking', 'school', 'part');
CREATE TRIGGER changes_of_custody AFTER INSERT OR UPDATE OR DELETE ON shortage
    FOR EACH ROW EXECUTE FUNCTION note_change('custody', 'custody', 'school', 'part');
INSERT INTO row_change (at, entity, key, scope, school, action)
SELECT now(), 'hold', id::text, school, school, 'created' FROM hold;
"""
BACKWARDS = """
DROP TRIGGER changes_of_custody ON shortage;
DROP TRIGGER changes_of_hold ON custody;
DROP TRIGGER changes_of_hold ON hold;
DELETE FROM row_change WHERE entity = 'hold';
"""


async def forwards():
    return sql_migration("inventory", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
