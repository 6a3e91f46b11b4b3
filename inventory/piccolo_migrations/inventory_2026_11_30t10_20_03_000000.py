"""Wiped before service holds for a corrected model as well."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T10:20:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "no correction of a model around the wipe before service"

# A model that kept data before was judged by the step into service, or by the terms of that day.
# What is lost counts as well: found again it goes back into service without being asked.
FORWARDS = """
CREATE FUNCTION asset_model_is_corrected() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT asset_is_wiped(NEW.id)
       AND EXISTS (SELECT FROM donation_line l JOIN donation g ON g.id = l.donation
                    WHERE l.id = NEW.donation_line AND g.wipe_on_intake)
       AND NOT EXISTS (SELECT FROM asset_model WHERE id = OLD.model AND holds_data(kind))
       AND EXISTS (SELECT FROM asset_model WHERE id = NEW.model AND holds_data(kind)) THEN
        RAISE EXCEPTION 'an asset in service whose data is not wiped cannot be of this model'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'not_wiped';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER wiped_before_service BEFORE UPDATE OF model ON asset
    FOR EACH ROW WHEN (OLD.model IS DISTINCT FROM NEW.model AND NEW.donation_line IS NOT NULL
                       AND NEW.lifecycle IN ('in_service', 'in_repair', 'lost'))
    EXECUTE FUNCTION asset_model_is_corrected();
"""
BACKWARDS = """
DROP TRIGGER wiped_before_service ON asset;
DROP FUNCTION asset_model_is_corrected();
"""


async def forwards():
    return sql_migration("inventory", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
