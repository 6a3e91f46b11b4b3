"""Samples by day, one open alert a fault, sessions that never overlap, and the history."""

from core.sql_migrations import sql_migration

ID = "2026-11-23T16:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "samples, partial indexes, exclusion, composite keys, audit"

# What polls write is no decision of anybody, so it is not history.
POLLED = (
    "state", "recognised", "identity", "uptime", "trouble", "failures", "last_seen_at",
    "last_polled_at", "next_poll_at", "leased_by", "lease_until",
)  # fmt: skip

FORWARDS = f"""
CREATE TABLE sample (
    device bigint NOT NULL,
    metric text NOT NULL,
    instance text NOT NULL,
    at timestamptz NOT NULL,
    value double precision NOT NULL,
    PRIMARY KEY (device, metric, instance, at)
) PARTITION BY RANGE (at);

CREATE UNIQUE INDEX device_one_an_asset ON device (asset) WHERE removed_at IS NULL;
CREATE UNIQUE INDEX device_once_an_address ON device (school, address, port, credential)
    WHERE removed_at IS NULL;
CREATE INDEX device_due ON device (next_poll_at) WHERE removed_at IS NULL AND paused_at IS NULL;
CREATE INDEX device_of_school ON device (school, id) WHERE removed_at IS NULL;
CREATE UNIQUE INDEX alert_one_open_per_fault ON alert (device, rule, instance)
    WHERE cleared_at IS NULL;
CREATE INDEX alert_of_school ON alert (school, raised_at DESC, id DESC);
CREATE INDEX power_session_of_asset ON power_session (asset, ended_at);
CREATE INDEX power_session_of_school ON power_session (school, ended_at);
ALTER TABLE power_session ADD CONSTRAINT power_session_never_overlaps EXCLUDE USING gist (
    int8range(device, device, '[]') WITH &&, tstzrange(started_at, ended_at, '[)') WITH &&);

ALTER TABLE device ADD CONSTRAINT device_asset_is_of_the_school
    FOREIGN KEY (asset, school) REFERENCES asset (id, school);
ALTER TABLE device ADD CONSTRAINT device_credential_is_of_the_school
    FOREIGN KEY (credential, school) REFERENCES credential (id, school);
ALTER TABLE alert ADD CONSTRAINT alert_device_is_of_the_school
    FOREIGN KEY (device, school) REFERENCES device (id, school);
ALTER TABLE alert ADD CONSTRAINT alert_work_order_is_of_the_school
    FOREIGN KEY (work_order, school) REFERENCES work_order (id, school);
ALTER TABLE power_session ADD CONSTRAINT power_session_device_is_of_the_school
    FOREIGN KEY (device, school) REFERENCES device (id, school);

CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON credential
    FOR EACH ROW EXECUTE FUNCTION audit_record('sealed');
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON device
    FOR EACH ROW EXECUTE FUNCTION audit_record({", ".join(f"'{name}'" for name in POLLED)});
CREATE TRIGGER audit AFTER UPDATE ON alert
    FOR EACH ROW WHEN (OLD.acknowledged_at IS DISTINCT FROM NEW.acknowledged_at)
    EXECUTE FUNCTION audit_record();
"""

BACKWARDS = """
DROP TRIGGER audit ON alert;
DROP TRIGGER audit ON device;
DROP TRIGGER audit ON credential;
ALTER TABLE power_session DROP CONSTRAINT power_session_device_is_of_the_school;
ALTER TABLE alert DROP CONSTRAINT alert_work_order_is_of_the_school;
ALTER TABLE alert DROP CONSTRAINT alert_device_is_of_the_school;
ALTER TABLE device DROP CONSTRAINT device_credential_is_of_the_school;
ALTER TABLE device DROP CONSTRAINT device_asset_is_of_the_school;
ALTER TABLE power_session DROP CONSTRAINT power_session_never_overlaps;
DROP INDEX power_session_of_school;
DROP INDEX power_session_of_asset;
DROP INDEX alert_of_school;
DROP INDEX alert_one_open_per_fault;
DROP INDEX device_of_school;
DROP INDEX device_due;
DROP INDEX device_once_an_address;
DROP INDEX device_one_an_asset;
DROP TABLE sample;
"""


async def forwards():
    return sql_migration("monitoring", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
