"""A search counts its claims and those that were lost, and fails in the end."""

from piccolo.columns import Integer, Timestamptz
from piccolo.table import Table

from core.table_migrations import table_migration

ID = "2026-11-30T09:30:04:000000"
VERSION = "1.38.0"
DESCRIPTION = "searches that kill their workers fail"


class NetworkScan(Table, tablename="network_scan"):
    attempts = Integer(default=0)
    lost_claims = Integer(default=0)
    failed_at = Timestamptz(null=True, default=None)


async def forwards():
    manager = table_migration("monitoring", ID, DESCRIPTION, additions=[NetworkScan])
    manager.drop_constraint(
        table_class_name="NetworkScan",
        tablename="network_scan",
        constraint_name="network_scan_lease_has_an_end",
    )
    manager.drop_column(
        table_class_name="NetworkScan",
        tablename="network_scan",
        column_name="leased_by",
        db_column_name="leased_by",
    )
    return manager
