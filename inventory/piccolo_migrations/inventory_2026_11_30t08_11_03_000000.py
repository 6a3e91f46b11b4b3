"""Numbers of assets: of a school that the asset was at, searched by their beginning, with history."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T08:11:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "keys, index and history of a school's own numbers"

FORWARDS = """
ALTER TABLE asset_number ADD CONSTRAINT asset_number_is_of_a_school_of_the_asset
    FOREIGN KEY (asset, school) REFERENCES asset_at_school (asset, school);
CREATE INDEX asset_number_by_beginning ON asset_number (folded COLLATE "C");
CREATE FUNCTION refuse_number_after_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM asset a JOIN lifecycle l ON l.state = a.lifecycle AND l.is_end
                WHERE a.id = coalesce(NEW.asset, OLD.asset)) THEN
        RAISE EXCEPTION 'the asset has left the books'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'asset_has_left_the_books';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER ended_is_final BEFORE INSERT OR UPDATE OR DELETE ON asset_number
    FOR EACH ROW EXECUTE FUNCTION refuse_number_after_end();
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON asset_number
    FOR EACH ROW EXECUTE FUNCTION audit_record('folded');
"""
BACKWARDS = """
DROP TRIGGER audit ON asset_number;
DROP TRIGGER ended_is_final ON asset_number;
DROP FUNCTION refuse_number_after_end();
DROP INDEX asset_number_by_beginning;
ALTER TABLE asset_number DROP CONSTRAINT asset_number_is_of_a_school_of_the_asset;
"""


async def forwards():
    return sql_migration("inventory", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
