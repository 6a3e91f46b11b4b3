"""Steps with permission and guards; receipts of donations, recorded wipes."""

from piccolo.columns import Array, BigSerial, Date, ForeignKey, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check
from piccolo.table import Table

from core.table_migrations import table_migration

ID = "2026-11-30T09:30:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "permission and guards of steps, receipts of donations, wipes"


class School(Table, tablename="school"):
    id = BigSerial(primary_key=True)


class Person(Table, tablename="person"):
    id = BigSerial(primary_key=True)


class DonationLine(Table, tablename="donation_line"):
    id = BigSerial(primary_key=True)


class DonationReceipt(Table, tablename="donation_receipt"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    donation_line = ForeignKey(DonationLine, null=False, index=True, on_delete=OnDelete.restrict)
    received_at = Timestamptz()
    by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    undone_at = Timestamptz(null=True, default=None)

    donation_receipt_undone_after_it_came = Check("undone_at IS NULL OR undone_at >= received_at")


class LifecycleTransition(Table, tablename="lifecycle_transition"):
    id = BigSerial(primary_key=True)
    permission = Varchar(length=40, default="EDIT_EQUIPMENT")
    guards = Array(base_column=Varchar(length=24), default=[])

    lifecycle_transition_guards_are_known = Check(
        "guards <@ ARRAY['needs_work_order','in_custody','open_work_order','open_repair','not_wiped',"
        "'goes_back','has_been_used','ends_custody','where_found']::varchar[]"
    )


class Asset(Table, tablename="asset"):
    id = BigSerial(primary_key=True)
    receipt = ForeignKey(
        DonationReceipt, null=True, default=None, index=True, on_delete=OnDelete.restrict
    )


class AssetWipe(Table, tablename="asset_wipe"):
    id = BigSerial(primary_key=True)
    asset = ForeignKey(Asset, null=False, index=True, on_delete=OnDelete.restrict)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    method = Varchar(length=16)
    result = Varchar(length=8)
    wiped_on = Date()
    done_by = Varchar(length=120)
    note = Varchar(length=400)
    recorded_by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    recorded_at = Timestamptz()

    asset_wipe_method_is_known = Check(
        "method IN ('overwritten','secure_erase','factory_reset','destroyed','no_carrier')"
    )
    asset_wipe_result_is_known = Check("result IN ('passed','failed')")
    asset_wipe_has_a_doer = Check("btrim(done_by) <> ''")


async def forwards():
    return table_migration(
        "inventory",
        ID,
        DESCRIPTION,
        [DonationReceipt, AssetWipe],
        additions=[LifecycleTransition, Asset],
    )
