"""The life of assets by the database's own rules: steps, guards, ends, donors' terms, receipts."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T09:31:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "guards of steps, voided, lost out of custody, donors' terms"

# What each step asks for; a step that is not here does not exist.
STEPS = """
announced received open_work_order
announced voided has_been_used
received triage open_work_order
received in_service not_wiped,open_work_order
received voided has_been_used
triage wiping open_work_order
triage refurbish open_work_order
triage in_service not_wiped,open_work_order
triage returned_to_donor in_custody,open_work_order
triage retired in_custody,open_work_order
triage voided has_been_used
wiping refurbish open_work_order
wiping in_service not_wiped,open_work_order
wiping retired in_custody,open_work_order
refurbish triage open_work_order
refurbish in_service not_wiped,open_work_order
refurbish retired in_custody,open_work_order
in_service in_repair needs_work_order
in_service lost ends_custody
in_service retired in_custody,open_work_order
in_service returned_to_donor in_custody,open_work_order
in_service triage open_work_order
in_service voided has_been_used
in_repair in_service open_repair
in_repair refurbish open_work_order
in_repair retired in_custody,open_work_order
in_repair lost ends_custody
lost triage where_found,open_work_order
lost in_service where_found,open_work_order
lost written_off open_work_order
retired refurbish open_work_order
retired disposed goes_back,in_custody,open_work_order
retired returned_to_donor in_custody,open_work_order
"""

FUNCTIONS = """
CREATE FUNCTION holds_data(kind text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT kind IN ('computer', 'printer', 'network') $$;

CREATE FUNCTION asset_is_wiped(asset_id bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT w.result = 'passed' FROM asset_wipe w WHERE w.asset = asset_id
                      ORDER BY w.wiped_on DESC, w.id DESC LIMIT 1), false)
$$;

CREATE FUNCTION asset_has_been_used(asset_id bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM custody WHERE asset = asset_id)
        OR EXISTS (SELECT FROM work_order WHERE asset = asset_id)
        OR EXISTS (SELECT FROM asset_wipe WHERE asset = asset_id)
        OR EXISTS (SELECT FROM asset_step WHERE asset = asset_id
                      AND to_state IN ('in_repair', 'lost', 'retired'))
        OR (SELECT count(*) > 1 FROM asset_at_school WHERE asset = asset_id)
$$;

CREATE FUNCTION asset_step_obstacle(asset_id bigint, before text, after text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE guards text[];
BEGIN
    SELECT t.guards::text[] INTO guards FROM lifecycle_transition t
     WHERE t.from_state = before AND t.to_state = after;
    RETURN CASE
        WHEN guards IS NULL THEN 'asset_step_exists'
        WHEN 'needs_work_order' = ANY (guards) AND NOT EXISTS (
             SELECT FROM work_order WHERE asset = asset_id AND closed_at IS NULL
                AND NOT keeps_in_service) THEN 'needs_work_order'
        WHEN 'has_been_used' = ANY (guards) AND asset_has_been_used(asset_id) THEN 'has_been_used'
        WHEN 'in_custody' = ANY (guards) AND EXISTS (
             SELECT FROM custody WHERE asset = asset_id AND ended_at IS NULL) THEN 'in_custody'
        WHEN 'open_work_order' = ANY (guards) AND EXISTS (
             SELECT FROM work_order WHERE asset = asset_id AND closed_at IS NULL)
             THEN 'open_work_order'
        WHEN 'open_repair' = ANY (guards) AND EXISTS (
             SELECT FROM work_order WHERE asset = asset_id AND closed_at IS NULL
                AND NOT keeps_in_service) THEN 'open_work_order'
        WHEN 'not_wiped' = ANY (guards) AND NOT asset_is_wiped(asset_id) AND EXISTS (
             SELECT FROM asset a JOIN asset_model m ON m.id = a.model
               JOIN donation_line l ON l.id = a.donation_line JOIN donation g ON g.id = l.donation
              WHERE a.id = asset_id AND g.wipe_on_intake AND holds_data(m.kind)) THEN 'not_wiped'
        WHEN 'goes_back' = ANY (guards) AND EXISTS (
             SELECT FROM asset a JOIN donation_line l ON l.id = a.donation_line
               JOIN donation g ON g.id = l.donation
              WHERE a.id = asset_id AND g.return_on_end) THEN 'goes_back'
    END;
END $$;
"""

# A step is recorded first, then taken: the asset's status follows its newest step, by no other way.
TRIGGERS = """
CREATE FUNCTION asset_takes_step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    step asset_step;
    obstacle text;
BEGIN
    SELECT * INTO step FROM asset_step WHERE asset = NEW.id ORDER BY id DESC LIMIT 1;
    IF (step.from_state, step.to_state) IS DISTINCT FROM (OLD.lifecycle, NEW.lifecycle) THEN
        RAISE EXCEPTION 'no step from % to % is recorded', OLD.lifecycle, NEW.lifecycle
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'asset_status_follows_its_steps';
    END IF;
    obstacle := asset_step_obstacle(NEW.id, OLD.lifecycle, NEW.lifecycle);
    IF obstacle IS NOT NULL THEN
        RAISE EXCEPTION 'the step from % to % is refused: %', OLD.lifecycle, NEW.lifecycle, obstacle
            USING ERRCODE = 'restrict_violation', CONSTRAINT = obstacle;
    END IF;
    IF EXISTS (SELECT FROM lifecycle_transition WHERE from_state = OLD.lifecycle
                  AND to_state = NEW.lifecycle AND 'ends_custody' = ANY (guards)) THEN
        UPDATE custody SET was_lost = true, ended_at = greatest(started_at, step.at)
         WHERE asset = NEW.id AND ended_at IS NULL;
    END IF;
    IF NEW.lifecycle = 'voided' THEN
        DELETE FROM asset_number WHERE asset = NEW.id;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER takes_step BEFORE UPDATE ON asset
    FOR EACH ROW WHEN (OLD.lifecycle IS DISTINCT FROM NEW.lifecycle)
    EXECUTE FUNCTION asset_takes_step();

CREATE FUNCTION asset_joins_donation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE refused text;
BEGIN
    IF OLD.donation_line IS NOT NULL AND (NEW.donation_line IS NOT NULL OR OLD.receipt IS NOT NULL)
    THEN
        refused := 'asset_is_of_one_donation';
    ELSIF NEW.donation_line IS NOT NULL THEN
        SELECT CASE WHEN l.model <> NEW.model THEN 'asset_model_is_of_the_line'
                    WHEN l.school <> NEW.title_holder THEN 'asset_is_owned_by_the_donations_school'
                    WHEN NEW.lifecycle IN ('in_service', 'in_repair') AND g.wipe_on_intake
                         AND holds_data(m.kind) AND NOT asset_is_wiped(NEW.id) THEN 'not_wiped'
               END INTO refused
          FROM donation_line l JOIN donation g ON g.id = l.donation
          JOIN asset_model m ON m.id = l.model WHERE l.id = NEW.donation_line;
    END IF;
    IF refused IS NOT NULL THEN
        RAISE EXCEPTION 'the asset cannot be of this donation line: %', refused
            USING ERRCODE = 'restrict_violation', CONSTRAINT = refused;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER joins_donation BEFORE UPDATE ON asset
    FOR EACH ROW WHEN (OLD.donation_line IS DISTINCT FROM NEW.donation_line)
    EXECUTE FUNCTION asset_joins_donation();

CREATE FUNCTION donation_line_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.lifecycle <> 'voided' THEN
        UPDATE donation_line SET received = received - 1 WHERE id = OLD.donation_line;
    END IF;
    IF NEW.lifecycle <> 'voided' THEN
        UPDATE donation_line SET received = received + 1 WHERE id = NEW.donation_line;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER counts_in_its_line AFTER UPDATE ON asset
    FOR EACH ROW WHEN ((OLD.donation_line, OLD.lifecycle = 'voided')
                       IS DISTINCT FROM (NEW.donation_line, NEW.lifecycle = 'voided'))
    EXECUTE FUNCTION donation_line_counts();

CREATE FUNCTION refuse_begin_after_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The lock waits for whoever is taking the asset out of the books just now.
    IF NOT EXISTS (SELECT FROM asset a JOIN lifecycle l ON l.state = a.lifecycle
                    WHERE a.id = NEW.asset AND NOT l.is_end FOR SHARE OF a) THEN
        RAISE EXCEPTION 'the asset has left the books'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'asset_has_left_the_books';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER not_after_the_end BEFORE INSERT ON custody
    FOR EACH ROW WHEN (NEW.ended_at IS NULL) EXECUTE FUNCTION refuse_begin_after_end();
CREATE TRIGGER not_after_the_end BEFORE INSERT ON work_order
    FOR EACH ROW WHEN (NEW.closed_at IS NULL) EXECUTE FUNCTION refuse_begin_after_end();
CREATE TRIGGER not_after_the_end BEFORE INSERT ON asset_wipe
    FOR EACH ROW EXECUTE FUNCTION refuse_begin_after_end();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON asset_wipe
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON asset_wipe
    FOR EACH ROW EXECUTE FUNCTION audit_record();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON donation_receipt
    FOR EACH ROW EXECUTE FUNCTION audit_record();
"""

KEYS = """
ALTER TABLE asset_wipe ADD CONSTRAINT asset_wipe_is_at_a_school_of_the_asset
    FOREIGN KEY (asset, school) REFERENCES asset_at_school (asset, school);
ALTER TABLE donation_receipt ADD CONSTRAINT donation_receipt_is_of_the_school
    FOREIGN KEY (donation_line, school) REFERENCES donation_line (id, school);
DROP INDEX asset_serial_once_a_model;
CREATE UNIQUE INDEX asset_serial_once_a_model ON asset (model, upper(serial_number))
    WHERE serial_trust = 'ok' AND lifecycle <> 'voided';
CREATE INDEX custody_lost_of_asset ON custody (asset, ended_at) WHERE was_lost;
"""

# What was lost in somebody's hands stayed open until now; what came before is one receipt a moment.
PAST = """
UPDATE custody c SET was_lost = true, ended_at = greatest(c.started_at, coalesce(
       (SELECT max(s.at) FROM asset_step s WHERE s.asset = c.asset AND s.to_state = 'lost'), now()))
  FROM asset a WHERE a.id = c.asset AND a.lifecycle = 'lost' AND c.ended_at IS NULL;
INSERT INTO donation_receipt (school, donation_line, received_at)
    SELECT DISTINCT l.school, l.id, a.created_at
      FROM asset a JOIN donation_line l ON l.id = a.donation_line ORDER BY a.created_at, l.id;
ALTER TABLE asset DISABLE TRIGGER USER;
UPDATE asset a SET receipt = r.id FROM donation_receipt r
 WHERE r.donation_line = a.donation_line AND r.received_at = a.created_at;
ALTER TABLE asset ENABLE TRIGGER USER;
"""


def _steps() -> str:
    rows = [line.split() for line in STEPS.strip().splitlines()]
    values = ", ".join(
        f"('{before}', '{after}', ARRAY['{guards.replace(',', chr(39) + ', ' + chr(39))}'])"
        for before, after, guards in rows
    )
    return (
        "INSERT INTO lifecycle (state, position, is_end) VALUES ('voided', 12, true);"
        f"INSERT INTO lifecycle_transition (from_state, to_state, guards) VALUES {values}"
        " ON CONFLICT (from_state, to_state) DO UPDATE SET guards = excluded.guards;"
    )


# Back again is possible while nothing was voided: the keys say so by refusing.
BACKWARDS = """
DELETE FROM lifecycle_transition WHERE to_state = 'voided';
DELETE FROM lifecycle WHERE state = 'voided';
UPDATE lifecycle_transition SET guards = '{}';
DROP INDEX custody_lost_of_asset;
DROP INDEX asset_serial_once_a_model;
CREATE UNIQUE INDEX asset_serial_once_a_model ON asset (model, upper(serial_number))
    WHERE serial_trust = 'ok';
ALTER TABLE donation_receipt DROP CONSTRAINT donation_receipt_is_of_the_school;
ALTER TABLE asset_wipe DROP CONSTRAINT asset_wipe_is_at_a_school_of_the_asset;
DROP TRIGGER audit ON donation_receipt;
DROP TRIGGER audit ON asset_wipe;
DROP TRIGGER append_only ON asset_wipe;
DROP FUNCTION refuse_begin_after_end() CASCADE;
DROP FUNCTION donation_line_counts() CASCADE;
DROP FUNCTION asset_joins_donation() CASCADE;
DROP FUNCTION asset_takes_step() CASCADE;
DROP FUNCTION asset_step_obstacle(bigint, text, text);
DROP FUNCTION asset_has_been_used(bigint);
DROP FUNCTION asset_is_wiped(bigint);
DROP FUNCTION holds_data(text);
"""


async def forwards():
    return sql_migration(
        "inventory",
        ID,
        DESCRIPTION,
        forwards=_steps() + FUNCTIONS + TRIGGERS + KEYS + PAST,
        backwards=BACKWARDS,
    )
