"""That a row of a list changed, for readers who ask what is new since a moment."""

from piccolo.columns import BigInt, BigSerial, Text, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Check
from piccolo.table import Table

from core.table_migrations import table_migration

ID = "2026-11-30T11:40:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "changes of rows"


class RowChange(Table, tablename="row_change"):
    id = BigSerial(primary_key=True)
    at = Timestamptz(default=TimestamptzNow())
    entity = Varchar(length=63)
    key = Text()
    scope = BigInt()
    school = BigInt(null=True, default=None)
    action = Varchar(length=8)

    row_change_action_is_known = Check("action IN ('created','changed','removed')")


THEN = "CREATE INDEX row_change_in_order ON row_change (entity, scope, at, id);" + (
    "CREATE INDEX row_change_of_row ON row_change (entity, scope, key, id DESC);"
)


async def forwards():
    return table_migration("core", ID, DESCRIPTION, [RowChange], then=THEN)
