"""Rules of machine readings: one text counts once, and nothing of it is rewritten."""

from core.sql_migrations import sql_migration

ID = "2026-12-01T04:01:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "rules of readings of machines without a network"

READINGS = """
CREATE UNIQUE INDEX machine_reading_once ON machine_reading (digest) WHERE voided_at IS NULL;
CREATE INDEX machine_reading_of_asset ON machine_reading (asset, read_at, id)
    WHERE voided_at IS NULL;
CREATE INDEX machine_reading_of_asset_whole ON machine_reading (asset, id DESC);
CREATE INDEX machine_reading_of_uuid ON machine_reading (uuid, id) WHERE uuid <> '';
CREATE INDEX disk_reading_of_disk ON disk_reading (disk_serial, reading) WHERE disk_serial <> '';

CREATE FUNCTION machine_reading_is_of_its_school() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM asset WHERE id = NEW.asset AND school = NEW.school)
       OR NOT EXISTS (SELECT FROM collector_key k WHERE k.id = NEW.key AND k.school = NEW.school
                         AND k.made_at <= NEW.received_at AND k.expires_at > NEW.received_at
                         AND k.revoked_at IS NULL) THEN
        RAISE EXCEPTION 'the asset or the key is of another school, or the key has ended'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'machine_reading_is_of_its_school';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER of_its_school BEFORE INSERT ON machine_reading
    FOR EACH ROW EXECUTE FUNCTION machine_reading_is_of_its_school();

-- A text that was stored with the wrong machine is taken back, never rewritten.
CREATE FUNCTION machine_reading_is_voided_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.voided_at IS NOT NULL OR NEW.voided_at IS NULL
       OR to_jsonb(OLD) - 'voided_at' - 'voided_by' <> to_jsonb(NEW) - 'voided_at' - 'voided_by' THEN
        RAISE EXCEPTION 'a reading stays as it is'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'machine_reading_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER voided_once BEFORE UPDATE ON machine_reading
    FOR EACH ROW EXECUTE FUNCTION machine_reading_is_voided_once();
CREATE TRIGGER stays BEFORE DELETE ON machine_reading
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON disk_reading
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stays BEFORE DELETE ON collector_key
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

# What is read again at once has no time between; a counter that ran faster than time counts nothing.
USE = """
CREATE VIEW machine_use AS
SELECT r.asset, r.id AS reading, earlier.read_at AS starts_at, r.read_at AS ends_at,
       least(used.hours, extract(epoch FROM r.read_at - earlier.read_at) / 3600)::float8 AS hours
  FROM machine_reading r
 CROSS JOIN LATERAL (
       SELECT b.id, b.read_at FROM machine_reading b
        WHERE b.asset = r.asset AND b.voided_at IS NULL AND b.has_hours
          AND (b.read_at, b.id) < (r.read_at, r.id)
        ORDER BY b.read_at DESC, b.id DESC LIMIT 1) earlier
 CROSS JOIN LATERAL (
       SELECT max(n.hours - o.hours) AS hours
         FROM disk_reading n JOIN disk_reading o ON o.disk_serial = n.disk_serial
        WHERE n.reading = r.id AND o.reading = earlier.id AND n.disk_serial <> ''
          AND n.hours >= o.hours
          AND n.hours - o.hours <= extract(epoch FROM r.read_at - earlier.read_at) / 3600 + 24) used
 WHERE r.voided_at IS NULL AND r.has_hours AND r.read_at > earlier.read_at
   AND used.hours IS NOT NULL;
"""

AUDIT = """
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON collector_key
    FOR EACH ROW EXECUTE FUNCTION audit_record('sealed');
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON machine_reading
    FOR EACH ROW EXECUTE FUNCTION audit_record('content');
"""

BACKWARDS = """
DROP TRIGGER audit ON machine_reading;
DROP TRIGGER audit ON collector_key;
DROP VIEW machine_use;
DROP TRIGGER stays ON collector_key;
DROP TRIGGER append_only ON disk_reading;
DROP TRIGGER stays ON machine_reading;
DROP FUNCTION machine_reading_is_voided_once() CASCADE;
DROP FUNCTION machine_reading_is_of_its_school() CASCADE;
DROP INDEX disk_reading_of_disk;
DROP INDEX machine_reading_of_uuid;
DROP INDEX machine_reading_of_asset_whole;
DROP INDEX machine_reading_of_asset;
DROP INDEX machine_reading_once;
"""


async def forwards():
    return sql_migration(
        "inventory", ID, DESCRIPTION, forwards=READINGS + USE + AUDIT, backwards=BACKWARDS
    )
