"""Terms: two of a school never share a day, and their history is kept."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T04:21:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "terms never overlap"

# A range of one number compares schools without the extension btree_gist.
FORWARDS = """
ALTER TABLE term ADD CONSTRAINT term_never_overlaps EXCLUDE USING gist (
    int8range(school, school, '[]') WITH &&, daterange(first_day, last_day, '[]') WITH &&);
CREATE INDEX term_of_school ON term (school, first_day DESC, id DESC);
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON term
    FOR EACH ROW EXECUTE FUNCTION audit_record();
"""
BACKWARDS = """
DROP TRIGGER audit ON term;
DROP INDEX term_of_school;
ALTER TABLE term DROP CONSTRAINT term_never_overlaps;
"""


async def forwards():
    return sql_migration("core", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
