"""What was monitored has been used; what has left the books is not monitored."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T09:32:04:000000"
VERSION = "1.38.0"
DESCRIPTION = "monitored assets are not voided, ended ones not monitored"

BY_INVENTORY = """
CREATE OR REPLACE FUNCTION asset_has_been_used(asset_id bigint) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM custody WHERE asset = asset_id)
        OR EXISTS (SELECT FROM work_order WHERE asset = asset_id)
        OR EXISTS (SELECT FROM asset_wipe WHERE asset = asset_id)
        OR EXISTS (SELECT FROM asset_step WHERE asset = asset_id
                      AND to_state IN ('in_repair', 'lost', 'retired'))
        OR (SELECT count(*) > 1 FROM asset_at_school WHERE asset = asset_id)
        {also}
$$;
"""
FORWARDS = f"""
{BY_INVENTORY.format(also="OR EXISTS (SELECT FROM device WHERE asset = asset_id)")}
CREATE TRIGGER not_after_the_end BEFORE INSERT OR UPDATE OF asset ON device
    FOR EACH ROW WHEN (NEW.removed_at IS NULL) EXECUTE FUNCTION refuse_begin_after_end();
"""
BACKWARDS = f"""
DROP TRIGGER not_after_the_end ON device;
{BY_INVENTORY.format(also="")}
"""


async def forwards():
    return sql_migration("monitoring", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
