"""Faults that visitors report by the label of a thing."""

from piccolo.columns import BigSerial, Bytea, ForeignKey, SmallInt, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check
from piccolo.table import Table

from core.table_migrations import table_migration

ID = "2026-11-30T14:10:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "reports of visitors"


class School(Table, tablename="school"):
    id = BigSerial(primary_key=True)


class Person(Table, tablename="person"):
    id = BigSerial(primary_key=True)


class Asset(Table, tablename="asset"):
    id = BigSerial(primary_key=True)


class WorkOrder(Table, tablename="work_order"):
    id = BigSerial(primary_key=True)


class VisitorReport(Table, tablename="visitor_report"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    asset = ForeignKey(Asset, null=False, index=True, on_delete=OnDelete.restrict)
    slot = SmallInt()
    what = Varchar(length=400)
    contact = Varchar(length=80)
    sender = Bytea(null=True, default=None)
    reported_at = Timestamptz()
    decided_at = Timestamptz(null=True, default=None)
    decided_by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    work_order = ForeignKey(WorkOrder, null=True, default=None, on_delete=OnDelete.restrict)

    visitor_report_says_something = Check("btrim(what) <> ''")
    visitor_report_slot_is_bounded = Check("slot BETWEEN 1 AND 3")
    visitor_report_order_is_a_decision = Check("work_order IS NULL OR decided_at IS NOT NULL")
    visitor_report_forgets_who_wrote = Check(
        "decided_at IS NULL OR work_order IS NOT NULL OR contact = ''"
    )


# What a visitor wrote about how to be reached is in no history, nor from where it came.
THEN = """
CREATE UNIQUE INDEX visitor_report_slot_of_asset ON visitor_report (asset, slot)
    WHERE decided_at IS NULL;
CREATE INDEX visitor_report_of_sender ON visitor_report (sender, reported_at)
    WHERE sender IS NOT NULL;
CREATE INDEX visitor_report_of_order ON visitor_report (work_order) WHERE work_order IS NOT NULL;
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON visitor_report
    FOR EACH ROW EXECUTE FUNCTION audit_record('sender', 'contact', 'slot');
"""


async def forwards():
    return table_migration("inventory", ID, DESCRIPTION, [VisitorReport], then=THEN)
