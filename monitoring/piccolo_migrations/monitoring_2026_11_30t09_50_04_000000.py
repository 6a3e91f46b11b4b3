"""A notice is claimed under a lease, and put off when its mail is not taken now."""

from piccolo.columns import Integer, Timestamptz
from piccolo.table import Table

from core.table_migrations import table_migration

ID = "2026-11-30T09:50:04:000000"
VERSION = "1.38.0"
DESCRIPTION = "notices under leases"


class AlertNotice(Table, tablename="alert_notice"):
    due_at = Timestamptz(null=True, default=None)
    attempts = Integer(default=0)


async def forwards():
    return table_migration("monitoring", ID, DESCRIPTION, additions=[AlertNotice])
