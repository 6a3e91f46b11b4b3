"""Ways to the list of changes: by school, by who did it, and by the day."""

from core.sql_migrations import sql_migration

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


async def forwards():
    return sql_migration("core", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
