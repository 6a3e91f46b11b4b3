"""Where an asset was, and since when: what lets it change its school and keep its history."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T08:00:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "asset_stay, asset_at_school: assets change their school, their history keeps it"

# asset_at_school is only a key: the history of an asset names a school that answered for it at some
# time. What is open (custody, a repair) names the present one, by a second key that is empty once
# it has ended; so an asset cannot leave its school while anything about it is open there.
FORWARDS = """
CREATE TABLE asset_at_school (
    asset bigint NOT NULL REFERENCES asset (id) ON DELETE CASCADE,
    school bigint NOT NULL REFERENCES school (id),
    PRIMARY KEY (asset, school)
);
CREATE TABLE asset_stay (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    asset bigint NOT NULL,
    school bigint NOT NULL,
    place bigint REFERENCES place (id),
    since timestamptz NOT NULL,
    until timestamptz,
    CONSTRAINT asset_stay_ends_after_it_begins CHECK (until IS NULL OR until >= since),
    CONSTRAINT asset_stay_is_at_a_school_of_the_asset
        FOREIGN KEY (asset, school) REFERENCES asset_at_school (asset, school) ON DELETE CASCADE,
    CONSTRAINT asset_stay_place_is_of_the_school
        FOREIGN KEY (place, school) REFERENCES place (id, school)
);
COMMENT ON TABLE asset_at_school IS 'The schools that answered for an asset at some time';
COMMENT ON TABLE asset_stay IS 'Where an asset was, from when until when; written by trigger alone';
INSERT INTO asset_at_school (asset, school) SELECT id, school FROM asset;
INSERT INTO asset_stay (asset, school, place, since)
    SELECT id, school, place, created_at FROM asset;
CREATE UNIQUE INDEX asset_stay_one_now ON asset_stay (asset) WHERE until IS NULL;
CREATE INDEX asset_stay_of_asset ON asset_stay (asset, since);
CREATE INDEX asset_stay_of_school ON asset_stay (school, asset);
CREATE INDEX asset_stay_of_place ON asset_stay (place) WHERE place IS NOT NULL;

CREATE FUNCTION asset_stay_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE moment timestamptz := NEW.created_at;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        UPDATE asset_stay SET until = greatest(now(), since)
         WHERE asset = NEW.id AND until IS NULL RETURNING until INTO moment;
    END IF;
    INSERT INTO asset_at_school (asset, school) VALUES (NEW.id, NEW.school) ON CONFLICT DO NOTHING;
    INSERT INTO asset_stay (asset, school, place, since)
    VALUES (NEW.id, NEW.school, NEW.place, moment);
    RETURN NULL;
END $$;
CREATE TRIGGER stay_begins AFTER INSERT ON asset
    FOR EACH ROW EXECUTE FUNCTION asset_stay_follows();
CREATE TRIGGER stay_changes AFTER UPDATE OF school, place ON asset
    FOR EACH ROW WHEN ((OLD.school, OLD.place) IS DISTINCT FROM (NEW.school, NEW.place))
    EXECUTE FUNCTION asset_stay_follows();

ALTER TABLE custody DROP CONSTRAINT custody_asset_is_of_the_school;
ALTER TABLE custody ADD CONSTRAINT custody_is_at_a_school_of_the_asset
    FOREIGN KEY (asset, school) REFERENCES asset_at_school (asset, school);
ALTER TABLE custody ADD COLUMN open_at bigint
    GENERATED ALWAYS AS (CASE WHEN ended_at IS NULL THEN school END) STORED;
ALTER TABLE custody ADD CONSTRAINT custody_open_where_the_asset_is
    FOREIGN KEY (asset, open_at) REFERENCES asset (id, school);
ALTER TABLE label_code DROP CONSTRAINT label_code_asset_is_of_the_school;
ALTER TABLE label_code ADD CONSTRAINT label_code_is_of_a_school_of_the_asset
    FOREIGN KEY (asset, school) REFERENCES asset_at_school (asset, school);
ALTER TABLE asset_step DROP CONSTRAINT asset_step_asset_is_of_the_school;
ALTER TABLE asset_step ADD CONSTRAINT asset_step_is_at_a_school_of_the_asset
    FOREIGN KEY (asset, school) REFERENCES asset_at_school (asset, school);
ALTER TABLE work_order DROP CONSTRAINT work_order_asset_is_of_the_school;
ALTER TABLE work_order ADD CONSTRAINT work_order_is_at_a_school_of_the_asset
    FOREIGN KEY (asset, school) REFERENCES asset_at_school (asset, school);
ALTER TABLE work_order ADD COLUMN open_at bigint
    GENERATED ALWAYS AS (CASE WHEN closed_at IS NULL THEN school END) STORED;
ALTER TABLE work_order ADD CONSTRAINT work_order_open_where_the_asset_is
    FOREIGN KEY (asset, open_at) REFERENCES asset (id, school);

DROP TRIGGER audit ON custody;
DROP TRIGGER audit ON work_order;
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON custody
    FOR EACH ROW EXECUTE FUNCTION audit_record('open_at');
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON work_order
    FOR EACH ROW EXECUTE FUNCTION audit_record('open_at');
"""

# Back again is possible while no asset has changed its school: the old keys say so by refusing.
BACKWARDS = """
DROP TRIGGER audit ON work_order;
DROP TRIGGER audit ON custody;
ALTER TABLE work_order DROP COLUMN open_at;
ALTER TABLE work_order DROP CONSTRAINT work_order_is_at_a_school_of_the_asset;
ALTER TABLE work_order ADD CONSTRAINT work_order_asset_is_of_the_school
    FOREIGN KEY (asset, school) REFERENCES asset (id, school);
ALTER TABLE asset_step DROP CONSTRAINT asset_step_is_at_a_school_of_the_asset;
ALTER TABLE asset_step ADD CONSTRAINT asset_step_asset_is_of_the_school
    FOREIGN KEY (asset, school) REFERENCES asset (id, school);
ALTER TABLE label_code DROP CONSTRAINT label_code_is_of_a_school_of_the_asset;
ALTER TABLE label_code ADD CONSTRAINT label_code_asset_is_of_the_school
    FOREIGN KEY (asset, school) REFERENCES asset (id, school);
ALTER TABLE custody DROP COLUMN open_at;
ALTER TABLE custody DROP CONSTRAINT custody_is_at_a_school_of_the_asset;
ALTER TABLE custody ADD CONSTRAINT custody_asset_is_of_the_school
    FOREIGN KEY (asset, school) REFERENCES asset (id, school);
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON custody
    FOR EACH ROW EXECUTE FUNCTION audit_record();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON work_order
    FOR EACH ROW EXECUTE FUNCTION audit_record();
DROP TRIGGER stay_changes ON asset;
DROP TRIGGER stay_begins ON asset;
DROP FUNCTION asset_stay_follows();
DROP TABLE asset_stay;
DROP TABLE asset_at_school;
"""


async def forwards():
    return sql_migration("inventory", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
