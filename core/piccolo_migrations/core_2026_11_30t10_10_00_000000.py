"""The days on which a school does otherwise than its week says, and whether there are lessons."""

from piccolo.columns import BigSerial, Boolean, Date, ForeignKey, SmallInt, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.table_migrations import table_migration

ID = "2026-11-30T10:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "school days"


class School(Table, tablename="school"):
    id = BigSerial(primary_key=True)


class SchoolDay(Table, tablename="school_day"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    day = Date()
    name = Varchar(length=60)
    is_taught = Boolean(default=False)
    as_weekday = SmallInt(null=True, default=None)
    is_public = Boolean(default=False)

    school_day_name_is_given = Check("btrim(name) <> ''")
    school_day_year_is_meant = Check("day BETWEEN '1980-01-01' AND '2100-12-31'")
    school_day_weekday_is_of_lessons = Check("as_weekday IS NULL OR is_taught")
    school_day_weekday_is_one = Check("as_weekday BETWEEN 1 AND 7")
    school_day_once_a_school = Unique(["school", "day"])


THEN = """
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON school_day
    FOR EACH ROW EXECUTE FUNCTION audit_record();
"""


async def forwards():
    return table_migration("core", ID, DESCRIPTION, [SchoolDay], then=THEN)
