"""Terms of schools."""

from piccolo.columns import BigSerial, Date, ForeignKey, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.table_migrations import table_migration

ID = "2026-11-30T04:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "terms of schools"


class School(Table, tablename="school"):
    id = BigSerial(primary_key=True)


class Term(Table, tablename="term"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    name = Varchar(length=120)
    first_day = Date()
    last_day = Date()

    term_name_is_given = Check("btrim(name) <> ''")
    term_ends_after_it_begins = Check("last_day >= first_day")
    term_is_within_a_year = Check("last_day - first_day < 366")
    term_name_once_a_school = Unique(["school", "name"])


async def forwards():
    return table_migration("core", ID, DESCRIPTION, [Term])
