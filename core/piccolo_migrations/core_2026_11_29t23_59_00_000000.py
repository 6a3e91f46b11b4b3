"""The security log is append-only: nothing changes an event, and only old ones go."""

from core.sql_migrations import sql_migration

ID = "2026-11-29T23:59:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "security log: append-only, indexes"

FORWARDS = """
CREATE FUNCTION security_event_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < now() - interval '30 days' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'security_event is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON security_event
    FOR EACH ROW EXECUTE FUNCTION security_event_kept();
CREATE INDEX security_event_of_person ON security_event (person_id, id DESC);
CREATE INDEX security_event_of_school ON security_event (school_id, id DESC);
CREATE INDEX security_event_of_kind ON security_event (kind, address, at);
CREATE INDEX security_event_of_time ON security_event (at);
"""

BACKWARDS = """
DROP INDEX security_event_of_time;
DROP INDEX security_event_of_kind;
DROP INDEX security_event_of_school;
DROP INDEX security_event_of_person;
DROP FUNCTION security_event_kept() CASCADE;
"""


async def forwards():
    return sql_migration("core", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
