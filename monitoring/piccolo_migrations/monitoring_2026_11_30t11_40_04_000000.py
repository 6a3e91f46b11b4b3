"""Changes of devices and alerts are noted for programs; what a poll reads is none."""

from core.sql_migrations import sql_migration

ID = "2026-11-30T11:40:04:000000"
VERSION = "1.38.0"
DESCRIPTION = "changes of devices and alerts noted"

# Every visit writes to its device: only these are told to others, so that a visit costs nothing.
DEVICE = (
    "school", "asset", "address", "port", "method", "credential", "parent", "hours", "mac",
    "profile", "interval_seconds", "may_sleep", "paused_at", "version", "state", "recognised",
)  # fmt: skip
ALERT = (
    "severity", "acknowledged_at", "acknowledged_by", "cleared_at", "cleared_by", "flapping_at",
    "episodes", "work_order",
)  # fmt: skip


def _differ(columns: tuple[str, ...]) -> str:
    old, new = (", ".join(f"{row}.{name}" for name in columns) for row in ("OLD", "NEW"))
    return f"({old}) IS DISTINCT FROM ({new})"


FORWARDS = f"""
CREATE TRIGGER changes AFTER INSERT OR DELETE ON device
    FOR EACH ROW EXECUTE FUNCTION note_change('device', 'id', 'school', 'row');
CREATE TRIGGER changes_later AFTER UPDATE ON device
    FOR EACH ROW WHEN (OLD.removed_at IS NULL AND NEW.removed_at IS NULL AND {_differ(DEVICE)})
    EXECUTE FUNCTION note_change('device', 'id', 'school', 'row');
CREATE TRIGGER changes_at_end AFTER UPDATE ON device
    FOR EACH ROW WHEN (OLD.removed_at IS NULL AND NEW.removed_at IS NOT NULL)
    EXECUTE FUNCTION note_change('device', 'id', 'school', 'end');
CREATE TRIGGER changes AFTER INSERT OR DELETE ON alert
    FOR EACH ROW EXECUTE FUNCTION note_change('alert', 'id', 'school', 'row');
CREATE TRIGGER changes_later AFTER UPDATE ON alert
    FOR EACH ROW WHEN ({_differ(ALERT)})
    EXECUTE FUNCTION note_change('alert', 'id', 'school', 'row');
INSERT INTO row_change (at, entity, key, scope, school, action)
SELECT now(), 'device', id::text, school, school, 'created' FROM device WHERE removed_at IS NULL;
INSERT INTO row_change (at, entity, key, scope, school, action)
SELECT now(), 'alert', id::text, school, school, 'created' FROM alert;
"""
BACKWARDS = """
DROP TRIGGER changes_later ON alert;
DROP TRIGGER changes ON alert;
DROP TRIGGER changes_at_end ON device;
DROP TRIGGER changes_later ON device;
DROP TRIGGER changes ON device;
DELETE FROM row_change WHERE entity IN ('device', 'alert');
"""


async def forwards():
    return sql_migration("monitoring", ID, DESCRIPTION, forwards=FORWARDS, backwards=BACKWARDS)
