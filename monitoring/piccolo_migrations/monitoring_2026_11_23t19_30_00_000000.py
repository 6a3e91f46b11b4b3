"""Two updates a visit, of every device, every minute: room in the pages, and no history to be asked."""

from core.sql_migrations import sql_migration

ID = "2026-11-23T19:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "polls write without the history's trigger, into pages with room"

# What polls write is no decision of anybody, so it is not history.
POLLED = (
    "state", "recognised", "identity", "uptime", "trouble", "failures", "last_seen_at",
    "last_polled_at", "next_poll_at", "leased_by", "lease_until", "ping_seen_at",
)  # fmt: skip
DECIDED = (
    "school", "asset", "address", "port", "method", "credential", "parent", "hours", "mac",
    "seat_row", "seat_column", "any_source", "profile", "interval_seconds", "may_sleep",
    "paused_at", "removed_at", "version",
)  # fmt: skip
IGNORED = ", ".join(f"'{name}'" for name in POLLED)

FORWARDS = f"""
DROP TRIGGER audit ON device;
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE OF {", ".join(DECIDED)} ON device
    FOR EACH ROW EXECUTE FUNCTION audit_record({IGNORED});
ALTER TABLE device SET (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE latest_visit SET (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX power_session_of_device ON power_session (device, ended_at);
"""

BACKWARDS = f"""
DROP INDEX power_session_of_device;
ALTER TABLE latest_visit RESET (fillfactor, autovacuum_vacuum_scale_factor);
ALTER TABLE device RESET (fillfactor, autovacuum_vacuum_scale_factor);
DROP TRIGGER audit ON device;
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON device
    FOR EACH ROW EXECUTE FUNCTION audit_record({IGNORED});
"""


async def forwards():
    return sql_migration("monitoring", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
