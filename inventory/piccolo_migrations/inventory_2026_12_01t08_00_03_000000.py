"""Verified wipes, certificates that keep their day, and whether a school asks for verification."""

from piccolo.columns import JSONB, BigSerial, Boolean, ForeignKey, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.table_migrations import table_migration

ID = "2026-12-01T08:00:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "verification of wipes, certificates of disposals and wipes"


class School(Table, tablename="school"):
    id = BigSerial(primary_key=True)


class Person(Table, tablename="person"):
    id = BigSerial(primary_key=True)


class Asset(Table, tablename="asset"):
    id = BigSerial(primary_key=True)


class Disposal(Table, tablename="disposal"):
    id = BigSerial(primary_key=True)


class AssetWipe(Table, tablename="asset_wipe"):
    id = BigSerial(primary_key=True)
    tool = Varchar(length=120)
    disk_serial = Varchar(length=120)


class DisposalRule(Table, tablename="disposal_rule"):
    needs_verification = Boolean(default=False)


class WipeVerification(Table, tablename="wipe_verification"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    asset = ForeignKey(Asset, null=False, on_delete=OnDelete.restrict)
    wipe = ForeignKey(AssetWipe, null=False, on_delete=OnDelete.restrict)
    result = Varchar(length=8)
    looked_at = Varchar(length=400)
    verified_by = ForeignKey(Person, null=False, on_delete=OnDelete.restrict)
    verified_at = Timestamptz()

    wipe_verification_once = Unique(["wipe"])
    wipe_verification_result_is_known = Check("result IN ('passed','failed')")
    wipe_verification_looked_at_something = Check("btrim(looked_at) <> ''")


class Certificate(Table, tablename="certificate"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    disposal = ForeignKey(Disposal, null=True, default=None, on_delete=OnDelete.restrict)
    wipe = ForeignKey(AssetWipe, null=True, default=None, on_delete=OnDelete.restrict)
    facts = JSONB()
    issued_at = Timestamptz()

    certificate_once_a_disposal = Unique(["disposal"])
    certificate_once_a_wipe = Unique(["wipe"])
    certificate_is_of_one = Check("num_nonnulls(disposal, wipe) = 1")


async def forwards():
    return table_migration(
        "inventory",
        ID,
        DESCRIPTION,
        [WipeVerification, Certificate],
        additions=[AssetWipe, DisposalRule],
    )
