"""Where a person wants to be reminded."""

from piccolo.columns import BigSerial, Varchar
from piccolo.table import Table

from core.table_migrations import table_migration

ID = "2026-11-30T14:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "address for reminders"


class Person(Table, tablename="person"):
    id = BigSerial(primary_key=True)
    reminder_email = Varchar(length=254)


async def forwards():
    return table_migration("core", ID, DESCRIPTION, additions=[Person])
