"""Samples by day, one open alert a fault, sessions that never overlap, and the history."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

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


class RawTable(Table):
    """Carries raw SQL: the live tables will have changed when this runs again."""


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="monitoring", description=DESCRIPTION)

    async def run():
        await run_script(FORWARDS)

    async def undo():
        await run_script(BACKWARDS)

    manager.add_raw(run)
    manager.add_raw_backwards(undo)
    return manager


async def run_script(script: str) -> None:
    """Several statements at once, in the migration's own transaction."""
    engine = RawTable._meta.db
    await engine.current_transaction.get().connection.execute(script)
