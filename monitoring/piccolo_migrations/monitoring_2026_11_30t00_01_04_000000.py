"""Schools that do not mix, what is open once, indexes of lists, and the history of what people set."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T00:01:04:000000"
VERSION = "1.38.0"
DESCRIPTION = "composite keys, partial indexes, exclusion, history"

OF_ONE_SCHOOL = {
    "device": {
        "asset": "asset",
        "credential": "credential",
        "parent": "device",
        "hours": "expected_hours",
    },
    "alert": {"device": "device", "work_order": "work_order"},
    "power_session": {"device": "device"},
    "maintenance_window": {"device": "device", "place": "place"},
    "rule_setting": {"device": "device"},
    "network_scan": {"network": "network"},
    "candidate": {"network": "network", "asset": "asset", "device": "device"},
    "wake_plan": {"place": "place"},
    "state_span": {"device": "device"},
    "trap": {"device": "device"},
}
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

SEARCHED = ("identity", "mac", "trust", "asset", "keys", "seen_at", "credential", "profile")
AUDITED = {
    "expected_hours": (),
    "maintenance_window": (),
    "rule_setting": (),
    "escalation_step": (),
    "alert_subscription": ("last_digest_at",),
    "network": ("next_scan_at",),
    "network_grant": (),
    "wake_plan": ("last_run_on",),
}


def _audit(table: str, ignored: tuple[str, ...] = ()) -> str:
    names = ", ".join(f"'{name}'" for name in ignored)
    return (
        f"CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION audit_record({names});"
    )


KEYS = "\n".join(
    f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_is_of_the_school"
    f" FOREIGN KEY ({column}, school) REFERENCES {other} (id, school);"
    for table, columns in OF_ONE_SCHOOL.items()
    for column, other in columns.items()
)
NO_KEYS = "\n".join(
    f"ALTER TABLE {table} DROP CONSTRAINT {table}_{column}_is_of_the_school;"
    for table, columns in OF_ONE_SCHOOL.items()
    for column in columns
)

FORWARDS = f"""
{KEYS}

CREATE UNIQUE INDEX device_one_an_asset ON device (asset) WHERE removed_at IS NULL;
CREATE UNIQUE INDEX device_once_an_address
    ON device (school, address, port, coalesce(credential, 0)) WHERE removed_at IS NULL;
CREATE INDEX device_due ON device (next_poll_at) WHERE removed_at IS NULL AND paused_at IS NULL;
CREATE INDEX device_of_school ON device (school, id) WHERE removed_at IS NULL;
CREATE UNIQUE INDEX alert_one_open_per_fault ON alert (device, rule, instance)
    WHERE cleared_at IS NULL;
CREATE INDEX alert_of_school ON alert (school, raised_at DESC, id DESC);
-- Reports add up an asset's sessions from this index alone.
CREATE INDEX power_session_of_asset ON power_session (asset, ended_at) INCLUDE (started_at);
CREATE INDEX power_session_of_school ON power_session (school, ended_at);
CREATE INDEX power_session_of_device ON power_session (device, ended_at);
CREATE UNIQUE INDEX network_scan_one_at_a_time ON network_scan (network)
    WHERE finished_at IS NULL AND cancelled_at IS NULL;
CREATE INDEX candidate_waiting ON candidate (school, found_at DESC, id DESC)
    WHERE decision IS NULL;
CREATE INDEX trap_of_school ON trap (school, last_at DESC, id DESC);
CREATE INDEX trap_of_device ON trap (device, last_at DESC);
CREATE INDEX trap_by_age ON trap (last_at);
CREATE INDEX alert_notice_waiting ON alert_notice (id) WHERE sent_at IS NULL;
CREATE INDEX alert_open ON alert (raised_at) WHERE cleared_at IS NULL;
CREATE INDEX maintenance_window_in_force ON maintenance_window (school, starts_at)
    WHERE cancelled_at IS NULL;
CREATE INDEX port_sighting_of_port ON port_sighting (device, port, seen_at);
CREATE INDEX port_sighting_by_age ON port_sighting (seen_at);
CREATE INDEX device_by_address ON device (address) WHERE removed_at IS NULL;

ALTER TABLE power_session ADD CONSTRAINT power_session_never_overlaps EXCLUDE USING gist (
    int8range(device, device, '[]') WITH &&, tstzrange(started_at, ended_at, '[)') WITH &&);

CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON credential
    FOR EACH ROW EXECUTE FUNCTION audit_record('sealed');
CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE OF {", ".join(DECIDED)} ON device
    FOR EACH ROW EXECUTE FUNCTION audit_record({IGNORED});
CREATE TRIGGER audit AFTER UPDATE ON alert
    FOR EACH ROW WHEN (OLD.acknowledged_at IS DISTINCT FROM NEW.acknowledged_at)
    EXECUTE FUNCTION audit_record();
{_audit("candidate", SEARCHED)}
{chr(10).join(_audit(table, ignored) for table, ignored in AUDITED.items())}

-- Two updates a visit, of every device, every minute: room in the pages.
ALTER TABLE device SET (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE latest_visit SET (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);
"""

BACKWARDS = f"""
{chr(10).join(f"DROP TRIGGER audit ON {table};" for table in [*AUDITED, "candidate", "alert", "device", "credential"])}
ALTER TABLE latest_visit RESET (fillfactor, autovacuum_vacuum_scale_factor);
ALTER TABLE device RESET (fillfactor, autovacuum_vacuum_scale_factor);
ALTER TABLE power_session DROP CONSTRAINT power_session_never_overlaps;
DROP INDEX device_by_address;
DROP INDEX power_session_of_device;
DROP INDEX port_sighting_by_age;
DROP INDEX port_sighting_of_port;
DROP INDEX maintenance_window_in_force;
DROP INDEX alert_open;
DROP INDEX alert_notice_waiting;
DROP INDEX trap_by_age;
DROP INDEX trap_of_device;
DROP INDEX trap_of_school;
DROP INDEX candidate_waiting;
DROP INDEX network_scan_one_at_a_time;
DROP INDEX power_session_of_school;
DROP INDEX power_session_of_asset;
DROP INDEX alert_of_school;
DROP INDEX alert_one_open_per_fault;
DROP INDEX device_of_school;
DROP INDEX device_due;
DROP INDEX device_once_an_address;
DROP INDEX device_one_an_asset;
{NO_KEYS}
"""


async def forwards():
    return sql_migration("monitoring", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
