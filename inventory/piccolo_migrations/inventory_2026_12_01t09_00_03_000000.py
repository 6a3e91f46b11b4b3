"""Work of student helpers is proposed until it is signed off."""

from piccolo.columns import BigSerial, ForeignKey, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check
from piccolo.table import Table

from core.table_migrations import table_migration

ID = "2026-12-01T09:00:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "sign-off of the work of student helpers"


class Person(Table, tablename="person"):
    id = BigSerial(primary_key=True)


class WorkOrderEntry(Table, tablename="work_order_entry"):
    sign_off = Varchar(length=12, default="not_needed")
    decided_by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    decided_at = Timestamptz(null=True, default=None)
    decision_note = Varchar(length=400)

    work_order_entry_sign_off_is_known = Check(
        "sign_off IN ('not_needed','proposed','signed_off','sent_back')"
    )
    work_order_entry_decided_by_somebody = Check(
        "(decided_by IS NULL) = (decided_at IS NULL)"
        " AND (decided_at IS NOT NULL) = (sign_off IN ('signed_off','sent_back'))"
    )
    work_order_entry_decided_by_another = Check("decided_by <> by")
    work_order_entry_sent_back_with_a_note = Check(
        "sign_off <> 'sent_back' OR btrim(decision_note) <> ''"
    )


async def forwards():
    return table_migration("inventory", ID, DESCRIPTION, additions=[WorkOrderEntry])
