"""Rules of verified wipes: by another person, once; what failed there was no wipe."""

from core.sql_migrations import sql_migration

ID = "2026-12-01T08:01:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "rules of verified wipes"

VERIFICATIONS = """
ALTER TABLE asset_wipe ADD CONSTRAINT asset_wipe_id_asset UNIQUE (id, asset);
CREATE INDEX asset_wipe_newest ON asset_wipe (asset, wiped_on DESC, id DESC);
CREATE INDEX wipe_verification_of_asset ON wipe_verification (asset);
ALTER TABLE wipe_verification ADD CONSTRAINT wipe_verification_is_of_the_asset
    FOREIGN KEY (wipe, asset) REFERENCES asset_wipe (id, asset);
ALTER TABLE wipe_verification ADD CONSTRAINT wipe_verification_is_at_a_school_of_the_asset
    FOREIGN KEY (asset, school) REFERENCES asset_at_school (asset, school);
ALTER TABLE certificate ADD CONSTRAINT certificate_is_of_the_school_of_the_disposal
    FOREIGN KEY (disposal, school) REFERENCES disposal (id, school);

CREATE FUNCTION wipe_is_verified_by_another() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    newest asset_wipe;
    rule text;
BEGIN
    SELECT * INTO newest FROM asset_wipe WHERE asset = NEW.asset
     ORDER BY wiped_on DESC, id DESC LIMIT 1;
    rule := CASE WHEN newest.id IS DISTINCT FROM NEW.wipe THEN 'wipe_verification_is_of_the_newest'
                 WHEN newest.result <> 'passed' THEN 'wipe_verification_is_of_what_passed'
                 WHEN newest.recorded_by = NEW.verified_by THEN 'wipe_verified_by_another' END;
    IF rule IS NOT NULL THEN
        RAISE EXCEPTION 'the newest wipe, if it passed, is verified by another than who recorded it'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = rule;
    END IF;
    RETURN NEW;
END $$;
-- By their names: the first locks the asset, so that no newer wipe comes meanwhile.
CREATE TRIGGER a_not_after_the_end BEFORE INSERT ON wipe_verification
    FOR EACH ROW EXECUTE FUNCTION refuse_begin_after_end();
CREATE TRIGGER by_another BEFORE INSERT ON wipe_verification
    FOR EACH ROW EXECUTE FUNCTION wipe_is_verified_by_another();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON wipe_verification
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON certificate
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON wipe_verification
    FOR EACH ROW EXECUTE FUNCTION audit_record();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON certificate
    FOR EACH ROW EXECUTE FUNCTION audit_record('facts');
"""

WIPED = """
CREATE OR REPLACE FUNCTION asset_is_wiped(asset_id bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT w.result = 'passed'{unless} FROM asset_wipe w WHERE w.asset = asset_id
                      ORDER BY w.wiped_on DESC, w.id DESC LIMIT 1), false)
$$;
CREATE OR REPLACE FUNCTION asset_is_wiped_since_use(of_asset bigint) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT coalesce((
        SELECT w.result = 'passed'{unless} AND w.wiped_on >= coalesce((greatest(
                   (SELECT max(s.at) FROM asset_step s
                     WHERE s.asset = of_asset AND s.from_state = 'in_service'),
                   (SELECT max(c.ended_at) FROM custody c WHERE c.asset = of_asset)
               ) AT TIME ZONE sc.zone)::date, w.wiped_on)
          FROM asset_wipe w JOIN asset a ON a.id = w.asset JOIN school sc ON sc.id = a.school
         WHERE w.asset = of_asset ORDER BY w.wiped_on DESC, w.id DESC LIMIT 1), false)
$$;
"""
UNLESS = """ AND NOT EXISTS (
             SELECT FROM wipe_verification v WHERE v.wipe = w.id AND v.result = 'failed')"""

# What keeps data from leaving, where the school of the asset asks.
OBSTACLE = """
CREATE FUNCTION asset_data_obstacle(of_asset bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN NOT asset_is_wiped_since_use(of_asset) THEN 'data_left'
                WHEN r.needs_verification AND NOT EXISTS (
                     SELECT FROM wipe_verification v WHERE v.result = 'passed' AND v.wipe = (
                            SELECT w.id FROM asset_wipe w WHERE w.asset = of_asset
                             ORDER BY w.wiped_on DESC, w.id DESC LIMIT 1)) THEN 'not_verified' END
      FROM asset a JOIN asset_model m ON m.id = a.model
      JOIN disposal_rule r ON r.school = a.school AND (r.needs_approval OR r.needs_verification)
     WHERE a.id = of_asset AND holds_data(m.kind)
$$;
"""
STEPS = """
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
              WHERE a.id = asset_id AND g.resale_forbidden) THEN 'not_for_sale'
        WHEN {data_left}
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
                AND d.end_state = after) THEN 'needs_approval'
    END;
END $$;
"""
DATA_LEFT = """'data_left' = ANY (guards) AND asset_data_obstacle(asset_id) IS NOT NULL
             THEN asset_data_obstacle(asset_id)"""
DATA_LEFT_BEFORE = """'data_left' = ANY (guards) AND NOT asset_is_wiped_since_use(asset_id) AND EXISTS (
             SELECT FROM asset a JOIN asset_model m ON m.id = a.model
               JOIN disposal_rule r ON r.school = a.school AND r.needs_approval
              WHERE a.id = asset_id AND holds_data(m.kind)) THEN 'data_left'"""

# Its disk is among the parts.
TAKEN_APART = """
UPDATE lifecycle_transition SET guards = guards || '{data_left}'::varchar[]
 WHERE to_state = 'dismantled';
"""

# What is given for good takes its data along; what is lent comes back. A gift that is on its way
# was asked when it was sent.
GIVEN = """
CREATE FUNCTION asset_given_away_is_wiped() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE obstacle text := asset_data_obstacle(OLD.id);
BEGIN
    IF obstacle IS NOT NULL AND NOT EXISTS (
        SELECT FROM transfer_line l JOIN transfer t ON t.id = l.transfer AND t.state <> 'draft'
         WHERE l.asset = OLD.id AND t.closed_at IS NULL AND t.to_school = NEW.school) THEN
        RAISE EXCEPTION 'the asset may still hold data of its school'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = obstacle;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER wiped_before_given BEFORE UPDATE OF school ON asset
    FOR EACH ROW WHEN (OLD.school <> NEW.school) EXECUTE FUNCTION asset_given_away_is_wiped();

CREATE FUNCTION transfer_gives_what_is_wiped() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE obstacle text;
BEGIN
    SELECT asset_data_obstacle(l.asset) INTO obstacle FROM transfer_line l
     WHERE l.transfer = NEW.id AND asset_data_obstacle(l.asset) IS NOT NULL LIMIT 1;
    IF obstacle IS NOT NULL THEN
        RAISE EXCEPTION 'one of the things may still hold data of its school'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = obstacle;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER gives_what_is_wiped BEFORE UPDATE OF state ON transfer
    FOR EACH ROW WHEN (NEW.state = 'sent' AND OLD.state = 'draft' AND NEW.kind = 'gift')
    EXECUTE FUNCTION transfer_gives_what_is_wiped();
"""

BACKWARDS = """
DROP TRIGGER gives_what_is_wiped ON transfer;
DROP FUNCTION transfer_gives_what_is_wiped();
DROP TRIGGER wiped_before_given ON asset;
DROP FUNCTION asset_given_away_is_wiped();
UPDATE lifecycle_transition SET guards = array_remove(guards, 'data_left')
 WHERE to_state = 'dismantled';
"""
LAST = """
DROP FUNCTION asset_data_obstacle(bigint);
DROP FUNCTION wipe_is_verified_by_another() CASCADE;
ALTER TABLE certificate DROP CONSTRAINT certificate_is_of_the_school_of_the_disposal;
ALTER TABLE wipe_verification DROP CONSTRAINT wipe_verification_is_at_a_school_of_the_asset;
ALTER TABLE wipe_verification DROP CONSTRAINT wipe_verification_is_of_the_asset;
DROP INDEX wipe_verification_of_asset;
DROP INDEX asset_wipe_newest;
ALTER TABLE asset_wipe DROP CONSTRAINT asset_wipe_id_asset;
"""


async def forwards():
    return sql_migration(
        "inventory",
        ID,
        DESCRIPTION,
        forwards=VERIFICATIONS
        + WIPED.format(unless=UNLESS)
        + OBSTACLE
        + STEPS.format(data_left=DATA_LEFT)
        + TAKEN_APART
        + GIVEN,
        backwards=BACKWARDS
        + STEPS.format(data_left=DATA_LEFT_BEFORE)
        + WIPED.format(unless="")
        + LAST,
    )
