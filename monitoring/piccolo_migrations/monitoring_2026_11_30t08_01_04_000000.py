"""A device stands where its asset is; one that was removed keeps the school it was watched at."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T08:01:04:000000"
VERSION = "1.38.0"
DESCRIPTION = "devices and candidates at a school of their asset"

POLLED = (
    "'state', 'recognised', 'identity', 'uptime', 'trouble', 'failures', 'last_seen_at',"
    " 'last_polled_at', 'next_poll_at', 'leased_by', 'lease_until', 'ping_seen_at'"
)
DECIDED = (
    "school, asset, address, port, method, credential, parent, hours, mac, seat_row, seat_column,"
    " any_source, profile, interval_seconds, may_sleep, paused_at, removed_at, version"
)
FORWARDS = f"""
ALTER TABLE device DROP CONSTRAINT device_asset_is_of_the_school;
ALTER TABLE device ADD CONSTRAINT device_is_at_a_school_of_the_asset
    FOREIGN KEY (asset, school) REFERENCES asset_at_school (asset, school);
ALTER TABLE device ADD COLUMN watched_at bigint
    GENERATED ALWAYS AS (CASE WHEN removed_at IS NULL THEN school END) STORED;
ALTER TABLE device ADD CONSTRAINT device_watched_where_the_asset_is
    FOREIGN KEY (asset, watched_at) REFERENCES asset (id, school);
DROP TRIGGER audit ON device;
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE OF {DECIDED} ON device
    FOR EACH ROW EXECUTE FUNCTION audit_record({POLLED}, 'watched_at');
ALTER TABLE candidate DROP CONSTRAINT candidate_asset_is_of_the_school;
ALTER TABLE candidate ADD CONSTRAINT candidate_is_at_a_school_of_the_asset
    FOREIGN KEY (asset, school) REFERENCES asset_at_school (asset, school);
"""
BACKWARDS = f"""
ALTER TABLE candidate DROP CONSTRAINT candidate_is_at_a_school_of_the_asset;
ALTER TABLE candidate ADD CONSTRAINT candidate_asset_is_of_the_school
    FOREIGN KEY (asset, school) REFERENCES asset (id, school);
DROP TRIGGER audit ON device;
ALTER TABLE device DROP COLUMN watched_at;
ALTER TABLE device DROP CONSTRAINT device_is_at_a_school_of_the_asset;
ALTER TABLE device ADD CONSTRAINT device_asset_is_of_the_school
    FOREIGN KEY (asset, school) REFERENCES asset (id, school);
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE OF {DECIDED} ON device
    FOR EACH ROW EXECUTE FUNCTION audit_record({POLLED});
"""


async def forwards():
    return sql_migration("monitoring", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
