"""Spans of state by trigger, parents without circles, and what devices are called."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T00:02:04:000000"
VERSION = "1.38.0"
DESCRIPTION = "spans of state, parents, names of devices"

FORWARDS = """
CREATE UNIQUE INDEX state_span_one_open_a_device ON state_span (device) WHERE ended_at IS NULL;
CREATE INDEX state_span_of_device ON state_span (device, ended_at) INCLUDE (started_at, state);
ALTER TABLE state_span ADD CONSTRAINT state_span_never_overlaps EXCLUDE USING gist (
    int8range(device, device, '[]') WITH &&, tstzrange(started_at, ended_at, '[)') WITH &&);

-- Silence begins when the device was heard last, not when we had waited long enough to be sure.
CREATE FUNCTION device_state_changes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    since timestamptz := now();
    begun timestamptz;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT started_at INTO begun FROM state_span
         WHERE device = NEW.id AND ended_at IS NULL FOR UPDATE;
        IF OLD.state = 'up' AND NEW.last_seen_at IS NOT NULL AND NEW.paused_at IS NULL
            AND NEW.removed_at IS NULL THEN
            since := least(NEW.last_seen_at, now());
        END IF;
        since := greatest(since, begun);
        UPDATE state_span SET ended_at = since WHERE device = NEW.id AND ended_at IS NULL;
    END IF;
    IF NEW.removed_at IS NULL THEN
        INSERT INTO state_span (school, device, state, started_at)
        VALUES (NEW.school, NEW.id, NEW.state, since);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER state_begins AFTER INSERT ON device
    FOR EACH ROW EXECUTE FUNCTION device_state_changes();
CREATE TRIGGER state_changes AFTER UPDATE OF state, removed_at ON device
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state
        OR OLD.removed_at IS DISTINCT FROM NEW.removed_at)
    EXECUTE FUNCTION device_state_changes();

CREATE FUNCTION device_parents_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Two changes at once could each be fine and together a circle.
    PERFORM pg_advisory_xact_lock(hashtextextended('device parents', NEW.school));
    IF EXISTS (
        WITH RECURSIVE above AS (
            SELECT NEW.parent AS id
             UNION
            SELECT d.parent FROM device d JOIN above ON d.id = above.id WHERE d.parent IS NOT NULL)
        SELECT FROM above WHERE id = NEW.id) THEN
        RAISE EXCEPTION 'a device hangs on itself' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'device_parents_end', TABLE = 'device';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER parents_end BEFORE INSERT OR UPDATE OF parent ON device
    FOR EACH ROW WHEN (NEW.parent IS NOT NULL) EXECUTE FUNCTION device_parents_end();

-- IMMUTABLE and of one expression each, so that the planner puts them into the statement itself.
CREATE FUNCTION device_name(asset_name text, identity jsonb, brand text, model text)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(nullif(asset_name, ''), nullif(identity ->> 'name', ''),
                    btrim(brand || ' ' || model))
$$;
COMMENT ON FUNCTION device_name(text, jsonb, text, text) IS
    'What lists call a device: its asset''s name, else what it calls itself, else its model';

CREATE FUNCTION device_name_or_tag(asset_name text, identity jsonb, tag text)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(nullif(asset_name, ''), nullif(identity ->> 'name', ''), tag)
$$;
COMMENT ON FUNCTION device_name_or_tag(text, jsonb, text) IS
    'What messages call a device, where its model says too little: its tag at the end';
"""

BACKWARDS = """
DROP FUNCTION device_name_or_tag(text, jsonb, text);
DROP FUNCTION device_name(text, jsonb, text, text);
DROP TRIGGER parents_end ON device;
DROP FUNCTION device_parents_end();
DROP TRIGGER state_changes ON device;
DROP TRIGGER state_begins ON device;
DROP FUNCTION device_state_changes();
ALTER TABLE state_span DROP CONSTRAINT state_span_never_overlaps;
DROP INDEX state_span_of_device;
DROP INDEX state_span_one_open_a_device;
"""


async def forwards():
    return sql_migration("monitoring", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
