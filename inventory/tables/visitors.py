"""Faults that visitors report by the label of a thing, without an account."""

from piccolo.columns import BigSerial, Bytea, ForeignKey, SmallInt, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check
from piccolo.table import Table

from core.tables import Person, School
from inventory.tables.assets import Asset
from inventory.tables.repairs import WorkOrder


class VisitorReport(Table, tablename="visitor_report"):
    """One report: it waits until somebody makes it a work order or dismisses it.

    ``slot`` bounds how many wait for a thing. ``sender`` is a keyed hash of the address, for the
    rate limit, emptied after a day; ``contact`` is emptied when it is dismissed, else after a month.
    """

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
