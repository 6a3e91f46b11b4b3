"""Whether a school takes reports of visitors."""

from piccolo.columns import BigSerial, Boolean
from piccolo.table import Table

from core.table_migrations import table_migration

ID = "2026-11-30T14:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "whether a school takes reports of visitors"


class School(Table, tablename="school"):
    id = BigSerial(primary_key=True)
    takes_visitor_reports = Boolean(default=True)


async def forwards():
    return table_migration("core", ID, DESCRIPTION, additions=[School])
