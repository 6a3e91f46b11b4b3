"""Times out of use are facts of their own; what has left the books stands still."""

from core.sql_migrations import sql_migration

ID = "2026-11-29T23:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "outages of work orders, ended assets are final"

# An order that stayed in use and then grew is counted from the change that its history dates.
BACKFILL = """
INSERT INTO work_order_outage (work_order, school, started_at, ended_at)
SELECT w.id, w.school, least(coalesce(grown.at, w.opened_at), coalesce(w.closed_at, 'infinity')),
       w.closed_at
  FROM work_order w
  LEFT JOIN LATERAL (
       SELECT max(e.at) AS at FROM audit_event e
        WHERE e.entity = 'work_order' AND e.entity_id = w.id::text AND e.action = 'update'
          AND e.before ->> 'keeps_in_service' = 'true'
          AND e.after ->> 'keeps_in_service' = 'false') grown ON true
 WHERE NOT w.keeps_in_service;
"""
FORWARDS = """
ALTER TABLE work_order_outage ADD CONSTRAINT work_order_outage_is_of_the_school
    FOREIGN KEY (work_order, school) REFERENCES work_order (id, school);
ALTER TABLE work_order_outage ADD CONSTRAINT work_order_outage_one_at_a_time EXCLUDE USING gist (
    int8range(work_order, work_order, '[]') WITH &&, tstzrange(started_at, ended_at) WITH &&);
""" + BACKFILL + """
CREATE FUNCTION refuse_change_after_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - '{note,version}'::text[]) IS DISTINCT FROM
       (to_jsonb(OLD) - '{note,version}'::text[])
       AND EXISTS (SELECT FROM lifecycle l WHERE l.state = OLD.lifecycle AND l.is_end) THEN
        RAISE EXCEPTION 'the asset has left the books'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'asset_has_left_the_books';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ended_is_final BEFORE UPDATE ON asset
    FOR EACH ROW EXECUTE FUNCTION refuse_change_after_end();
"""

BACKWARDS = """
DROP TRIGGER ended_is_final ON asset;
DROP FUNCTION refuse_change_after_end();
DELETE FROM work_order_outage;
ALTER TABLE work_order_outage DROP CONSTRAINT work_order_outage_one_at_a_time;
ALTER TABLE work_order_outage DROP CONSTRAINT work_order_outage_is_of_the_school;
"""


async def forwards():
    return sql_migration("inventory", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
