"""Rules of disposals: what leaves the books is approved by another than who proposed it."""

from core.sql_migrations import sql_migration

ID = "2026-12-01T02:11:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "rules of disposals"

KEYS = """
CREATE UNIQUE INDEX disposal_line_one_open_per_asset ON disposal_line (asset) WHERE is_open;
CREATE INDEX disposal_newest ON disposal (school, id DESC);
CREATE INDEX disposal_proposed ON disposal (school) WHERE state = 'proposed';
ALTER TABLE disposal_line ADD CONSTRAINT disposal_line_is_of_the_school
    FOREIGN KEY (disposal, school) REFERENCES disposal (id, school);
ALTER TABLE disposal_line ADD CONSTRAINT disposal_line_is_at_a_school_of_the_asset
    FOREIGN KEY (asset, school) REFERENCES asset_at_school (asset, school);
"""

# What follows from a decision is done with it; nothing of one is changed any more.
DECISIONS = """
CREATE FUNCTION disposal_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.state <> 'proposed' THEN
        RAISE EXCEPTION 'a disposal is decided once, and stays'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'disposal_is_decided_once';
    END IF;
    IF NEW.state IN ('refused', 'withdrawn') THEN
        UPDATE disposal_line SET is_open = false, outcome = 'stays'
         WHERE disposal = NEW.id AND is_open;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER is_final BEFORE UPDATE OR DELETE ON disposal
    FOR EACH ROW EXECUTE FUNCTION disposal_is_final();

CREATE FUNCTION disposal_line_is_of_what_is_there() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND NOT OLD.is_open) THEN
        RAISE EXCEPTION 'a line of a disposal stays as it was decided'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'disposal_is_decided_once';
    END IF;
    IF TG_OP = 'INSERT' AND NOT EXISTS (
        SELECT FROM disposal d JOIN asset a ON a.id = NEW.asset AND a.school = d.school
         WHERE d.id = NEW.disposal AND d.state = 'proposed' FOR SHARE OF d, a) THEN
        RAISE EXCEPTION 'the asset is of another school, or the disposal is decided'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'disposal_line_is_of_the_school_now';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER is_there BEFORE INSERT OR UPDATE OR DELETE ON disposal_line
    FOR EACH ROW EXECUTE FUNCTION disposal_line_is_of_what_is_there();

-- It came to the end that was approved, or it goes another way: found again, used again, given away.
CREATE FUNCTION asset_resolves_its_disposal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE disposal_line l SET is_open = false,
           outcome = CASE WHEN d.state = 'approved' AND d.end_state = NEW.lifecycle
                           AND d.school = NEW.school THEN 'ended' ELSE 'stays' END
      FROM disposal d WHERE d.id = l.disposal AND l.asset = NEW.id AND l.is_open;
    RETURN NULL;
END $$;
CREATE TRIGGER resolves_its_disposal AFTER UPDATE OF lifecycle, school ON asset
    FOR EACH ROW WHEN (OLD.lifecycle IS DISTINCT FROM NEW.lifecycle
                       OR OLD.school IS DISTINCT FROM NEW.school)
    EXECUTE FUNCTION asset_resolves_its_disposal();
"""

# A wipe of when it came says nothing of those who have used it since.
WIPED = """
CREATE FUNCTION asset_is_wiped_since_use(of_asset bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce((
        SELECT w.result = 'passed' AND w.wiped_on >= coalesce((greatest(
                   (SELECT max(s.at) FROM asset_step s
                     WHERE s.asset = of_asset AND s.from_state = 'in_service'),
                   (SELECT max(c.ended_at) FROM custody c WHERE c.asset = of_asset)
               ) AT TIME ZONE sc.zone)::date, w.wiped_on)
          FROM asset_wipe w JOIN asset a ON a.id = w.asset JOIN school sc ON sc.id = a.school
         WHERE w.asset = of_asset ORDER BY w.wiped_on DESC, w.id DESC LIMIT 1), false)
$$;
"""

OBSTACLES = """
CREATE OR REPLACE FUNCTION asset_step_obstacle(asset_id bigint, before text, after text) RETURNS text
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
        WHEN 'not_for_sale' = ANY (guards) AND EXISTS (
             SELECT FROM asset a JOIN donation_line l ON l.id = a.donation_line
               JOIN donation g ON g.id = l.donation
              WHERE a.id = asset_id AND g.resale_forbidden) THEN 'not_for_sale'{more}
    END;
END $$;
"""
# Asked last: what else stands in the way is mended before anybody is asked.
MORE = """
        WHEN 'data_left' = ANY (guards) AND NOT asset_is_wiped_since_use(asset_id) AND EXISTS (
             SELECT FROM asset a JOIN asset_model m ON m.id = a.model
               JOIN disposal_rule r ON r.school = a.school AND r.needs_approval
              WHERE a.id = asset_id AND holds_data(m.kind)) THEN 'data_left'
        WHEN 'still_searched' = ANY (guards) AND EXISTS (
             SELECT FROM asset a JOIN disposal_rule r ON r.school = a.school
              WHERE a.id = asset_id AND now() < r.search_days * interval '1 day' + (
                    SELECT max(s.at) FROM asset_step s
                     WHERE s.asset = a.id AND s.to_state = 'lost')) THEN 'still_searched'
        WHEN 'needs_approval' = ANY (guards) AND EXISTS (
             SELECT FROM asset a JOIN disposal_rule r ON r.school = a.school AND r.needs_approval
              WHERE a.id = asset_id) AND NOT EXISTS (
             SELECT FROM disposal_line l JOIN disposal d ON d.id = l.disposal
              WHERE l.asset = asset_id AND l.is_open AND d.state = 'approved'
                AND d.end_state = after) THEN 'needs_approval'"""
GUARDS = """
ALTER TABLE lifecycle_transition DROP CONSTRAINT lifecycle_transition_guards_are_known;
ALTER TABLE lifecycle_transition ADD CONSTRAINT lifecycle_transition_guards_are_known CHECK (
    guards <@ ARRAY['needs_work_order','in_custody','open_work_order','open_repair','not_wiped',
    'goes_back','not_for_sale','has_been_used','ends_custody','where_found'{more}]::varchar[]);
"""
STEPS = """
UPDATE lifecycle_transition SET guards = guards || '{still_searched}'::varchar[]
 WHERE from_state = 'lost' AND to_state = 'written_off';
UPDATE lifecycle_transition SET guards = guards || '{data_left}'::varchar[]
 WHERE to_state IN ('disposed', 'sold', 'returned_to_donor');
UPDATE lifecycle_transition SET guards = guards || '{needs_approval}'::varchar[]
 WHERE to_state IN ('disposed', 'sold', 'written_off', 'returned_to_donor');
"""
AUDIT = """
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON disposal
    FOR EACH ROW EXECUTE FUNCTION audit_record();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON disposal_line
    FOR EACH ROW EXECUTE FUNCTION audit_record('is_open');
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON disposal_rule
    FOR EACH ROW EXECUTE FUNCTION audit_record();
"""

BACKWARDS = """
DROP TRIGGER audit ON disposal_rule;
DROP TRIGGER audit ON disposal_line;
DROP TRIGGER audit ON disposal;
UPDATE lifecycle_transition
   SET guards = array_remove(
       array_remove(array_remove(guards, 'needs_approval'), 'still_searched'), 'data_left');
DROP TRIGGER resolves_its_disposal ON asset;
DROP FUNCTION asset_resolves_its_disposal();
DROP FUNCTION disposal_line_is_of_what_is_there() CASCADE;
DROP FUNCTION disposal_is_final() CASCADE;
ALTER TABLE disposal_line DROP CONSTRAINT disposal_line_is_at_a_school_of_the_asset;
ALTER TABLE disposal_line DROP CONSTRAINT disposal_line_is_of_the_school;
DROP INDEX disposal_proposed;
DROP INDEX disposal_newest;
DROP INDEX disposal_line_one_open_per_asset;
"""


async def forwards():
    return sql_migration(
        "inventory",
        ID,
        DESCRIPTION,
        forwards=KEYS
        + DECISIONS
        + WIPED
        + OBSTACLES.format(more=MORE)
        + GUARDS.format(more=",'still_searched','data_left','needs_approval'")
        + STEPS
        + AUDIT,
        backwards=BACKWARDS
        + OBSTACLES.format(more="")
        + GUARDS.format(more="")
        + "DROP FUNCTION asset_is_wiped_since_use(bigint);",
    )
