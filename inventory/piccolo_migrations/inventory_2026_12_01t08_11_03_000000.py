"""What is attached to a disposal is of its school, and stays once it is approved."""

from core.sql_migrations import sql_migration

ID = "2026-12-01T08:11:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "rules of attachments of disposals"

FORWARDS = """
ALTER TABLE attachment DROP CONSTRAINT attachment_is_of_one_thing;
ALTER TABLE attachment ADD CONSTRAINT attachment_is_of_one_thing
    CHECK (num_nonnulls(asset, model, donation, transfer, kit_part, disposal) = 1);
ALTER TABLE attachment ADD CONSTRAINT attachment_is_of_the_school_of_the_disposal
    FOREIGN KEY (disposal, school) REFERENCES disposal (id, school);

CREATE FUNCTION attachment_of_a_disposal_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM disposal WHERE id = OLD.disposal AND state <> 'proposed' FOR SHARE) THEN
        RAISE EXCEPTION 'a disposal is decided once, and stays'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'disposal_is_decided_once';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER decided_is_final BEFORE DELETE ON attachment
    FOR EACH ROW WHEN (OLD.disposal IS NOT NULL) EXECUTE FUNCTION attachment_of_a_disposal_stays();
"""
BACKWARDS = """
DROP TRIGGER decided_is_final ON attachment;
DROP FUNCTION attachment_of_a_disposal_stays();
ALTER TABLE attachment DROP CONSTRAINT attachment_is_of_the_school_of_the_disposal;
ALTER TABLE attachment DROP CONSTRAINT attachment_is_of_one_thing;
ALTER TABLE attachment ADD CONSTRAINT attachment_is_of_one_thing
    CHECK (num_nonnulls(asset, model, donation, transfer, kit_part) = 1);
"""


async def forwards():
    return sql_migration("inventory", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
