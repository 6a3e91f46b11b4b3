"""Lesson periods of schools: two of a school never share a minute, and their history is kept."""

from piccolo.columns import BigSerial, ForeignKey, Integer, Time, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.table_migrations import table_migration

ID = "2026-11-30T06:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "lesson periods of schools"


class School(Table, tablename="school"):
    id = BigSerial(primary_key=True)


class LessonPeriod(Table, tablename="lesson_period"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    position = Integer()
    name = Varchar(length=40)
    starts = Time()
    ends = Time()

    lesson_period_name_is_given = Check("btrim(name) <> ''")
    lesson_period_ends_after_it_starts = Check("ends > starts")
    lesson_period_position_is_counted = Check("position BETWEEN 1 AND 30")
    lesson_period_name_once_a_school = Unique(["school", "name"])
    lesson_period_position_once_a_school = Unique(["school", "position"])


# PostgreSQL has no range of times: the seconds of the day stand for them.
THEN = """
ALTER TABLE lesson_period ADD CONSTRAINT lesson_period_never_overlaps EXCLUDE USING gist (
    int8range(school, school, '[]') WITH &&,
    int4range(extract(epoch FROM starts)::int, extract(epoch FROM ends)::int) WITH &&);
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON lesson_period
    FOR EACH ROW EXECUTE FUNCTION audit_record();
"""


async def forwards():
    return table_migration("core", ID, DESCRIPTION, [LessonPeriod], then=THEN)
