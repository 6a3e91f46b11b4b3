"""Spans of state by trigger, parents without circles, schools that do not mix, and the history."""

from core.sql_migrations import sql_migration

ID = "2026-11-23T19:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "spans of state, parents, composite keys, audit of what people set"

OF_ONE_SCHOOL = {
    "device": {"parent": "device", "hours": "expected_hours"},
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
    "last_polled_at", "next_poll_at", "leased_by", "lease_until",
)  # fmt: skip
SEARCHED = ("identity", "mac", "trust", "asset", "keys", "seen_at", "credential", "profile")


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
AUDITED = {
    "expected_hours": (),
    "maintenance_window": (),
    "rule_setting": (),
    "escalation_step": (),
    "alert_subscription": ("last_digest_at",),
    "network": ("next_scan_at",),
    "wake_plan": ("last_run_on",),
}
FORWARDS = f"""
{KEYS}

DROP INDEX device_once_an_address;
CREATE UNIQUE INDEX device_once_an_address
    ON device (school, address, port, coalesce(credential, 0)) WHERE removed_at IS NULL;
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

CREATE UNIQUE INDEX state_span_one_open_a_device ON state_span (device) WHERE ended_at IS NULL;
CREATE INDEX state_span_of_device ON state_span (device, ended_at) INCLUDE (started_at, state);
ALTER TABLE state_span ADD CONSTRAINT state_span_never_overlaps EXCLUDE USING gist (
    int8range(device, device, '[]') WITH &&, tstzrange(started_at, ended_at, '[)') WITH &&);

-- Silence begins when the device was heard last, not when we had waited long enough to be sure.
CREATE FUNCTION device_state_changes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    since timestamptz := now();
    begun timestamptz;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT started_at INTO begun FROM state_span
         WHERE device = NEW.id AND ended_at IS NULL FOR UPDATE;
        IF OLD.state = 'up' AND NEW.last_seen_at IS NOT NULL AND NEW.paused_at IS NULL
            AND NEW.removed_at IS NULL THEN
            since := least(NEW.last_seen_at, now());
        END IF;
        since := greatest(since, begun);
        UPDATE state_span SET ended_at = since WHERE device = NEW.id AND ended_at IS NULL;
    END IF;
    IF NEW.removed_at IS NULL THEN
        INSERT INTO state_span (school, device, state, started_at)
        VALUES (NEW.school, NEW.id, NEW.state, since);
    END IF;
    RETURN NULL;
END $$;
INSERT INTO state_span (school, device, state, started_at)
    SELECT school, id, state, now() FROM device WHERE removed_at IS NULL;
CREATE TRIGGER state_begins AFTER INSERT ON device
    FOR EACH ROW EXECUTE FUNCTION device_state_changes();
CREATE TRIGGER state_changes AFTER UPDATE OF state, removed_at ON device
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state
        OR OLD.removed_at IS DISTINCT FROM NEW.removed_at)
    EXECUTE FUNCTION device_state_changes();

CREATE FUNCTION device_parents_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Two changes at once could each be fine and together a circle.
    PERFORM pg_advisory_xact_lock(hashtextextended('device parents', NEW.school));
    IF EXISTS (
        WITH RECURSIVE above AS (
            SELECT NEW.parent AS id
             UNION
            SELECT d.parent FROM device d JOIN above ON d.id = above.id WHERE d.parent IS NOT NULL)
        SELECT FROM above WHERE id = NEW.id) THEN
        RAISE EXCEPTION 'a device hangs on itself' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'device_parents_end', TABLE = 'device';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER parents_end BEFORE INSERT OR UPDATE OF parent ON device
    FOR EACH ROW WHEN (NEW.parent IS NOT NULL) EXECUTE FUNCTION device_parents_end();

DROP TRIGGER audit ON device;
{_audit("device", (*POLLED, "ping_seen_at"))}
{_audit("candidate", SEARCHED)}
{chr(10).join(_audit(table, ignored) for table, ignored in AUDITED.items())}
"""

BACKWARDS = f"""
{chr(10).join(f"DROP TRIGGER audit ON {table};" for table in [*AUDITED, "candidate", "device"])}
{_audit("device", POLLED)}
DROP TRIGGER parents_end ON device;
DROP FUNCTION device_parents_end();
DROP TRIGGER state_changes ON device;
DROP TRIGGER state_begins ON device;
DROP FUNCTION device_state_changes();
ALTER TABLE state_span DROP CONSTRAINT state_span_never_overlaps;
DROP INDEX state_span_of_device;
DROP INDEX state_span_one_open_a_device;
DROP INDEX maintenance_window_in_force;
DROP INDEX alert_open;
DROP INDEX alert_notice_waiting;
DROP INDEX trap_by_age;
DROP INDEX trap_of_device;
DROP INDEX trap_of_school;
DROP INDEX candidate_waiting;
DROP INDEX network_scan_one_at_a_time;
DROP INDEX device_once_an_address;
CREATE UNIQUE INDEX device_once_an_address ON device (school, address, port, credential)
    WHERE removed_at IS NULL;
{NO_KEYS}
"""


async def forwards():
    return sql_migration("monitoring", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
