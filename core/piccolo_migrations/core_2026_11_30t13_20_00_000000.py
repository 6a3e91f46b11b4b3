"""What a school says to its borrowers: its phone, its terms, how often they may renew themselves."""

from piccolo.columns import BigSerial, SmallInt, Text, Varchar
from piccolo.constraints import Check
from piccolo.table import Table

from core.table_migrations import table_migration

ID = "2026-11-30T13:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "phone, terms of lending and renewals of a school"


class School(Table, tablename="school"):
    id = BigSerial(primary_key=True)
    phone = Varchar(length=40)
    lending_terms = Text(default="")
    renewals_most = SmallInt(default=2)
    renewal_days = SmallInt(default=14)

    school_renewals_most_is_counted = Check("renewals_most BETWEEN 0 AND 20")
    school_renewal_days_are_counted = Check("renewal_days BETWEEN 1 AND 180")


async def forwards():
    return table_migration("core", ID, DESCRIPTION, additions=[School])
