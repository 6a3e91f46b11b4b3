"""Custody that is due at a moment; hand-overs, signatures, renewals, what is missing, reminders."""

from piccolo.columns import (
    JSONB,
    BigSerial,
    ForeignKey,
    SmallInt,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.table_migrations import table_migration

ID = "2026-11-30T13:20:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "due_at, hand-overs, signatures, renewals, shortages, reminders"


class School(Table, tablename="school"):
    id = BigSerial(primary_key=True)


class Person(Table, tablename="person"):
    id = BigSerial(primary_key=True)


class Asset(Table, tablename="asset"):
    id = BigSerial(primary_key=True)


class HandOver(Table, tablename="hand_over"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    kind = Varchar(length=4)
    at = Timestamptz()
    by = ForeignKey(Person, null=False, on_delete=OnDelete.restrict)

    hand_over_kind_is_known = Check("kind IN ('out','in')")
    hand_over_id_school = Unique(["id", "school"])


class Custody(Table, tablename="custody"):
    id = BigSerial(primary_key=True)
    due_at = Timestamptz(null=True, default=None)
    due_lesson = Varchar(length=40, null=True, default=None)
    hand_out = ForeignKey(
        HandOver, null=True, default=None, index=True, on_delete=OnDelete.restrict
    )
    hand_in = ForeignKey(HandOver, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    condition_out = Varchar(length=12, null=True, default=None)
    condition_in = Varchar(length=12, null=True, default=None)

    custody_lesson_has_a_time = Check("due_lesson IS NULL OR due_at IS NOT NULL")
    custody_id_school = Unique(["id", "school"])


class CustodySignature(Table, tablename="custody_signature"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    hand_over = ForeignKey(HandOver, null=False, on_delete=OnDelete.restrict)
    signer = Varchar(length=120)
    terms = Text(default="")
    items = JSONB()
    strokes = JSONB()
    signed_at = Timestamptz()
    recorded_by = ForeignKey(Person, null=False, on_delete=OnDelete.restrict)

    custody_signature_signer_is_given = Check("(btrim(signer) = '') = (strokes = '[]'::jsonb)")
    custody_signature_strokes_are_bounded = Check("octet_length(strokes::text) <= 131072")
    custody_signature_once_a_hand_over = Unique(["hand_over"])


class CustodyRenewal(Table, tablename="custody_renewal"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    custody = ForeignKey(Custody, null=False, on_delete=OnDelete.restrict)
    number = SmallInt()
    own_number = SmallInt(null=True, default=None)
    renewed_at = Timestamptz()
    by = ForeignKey(Person, null=False, on_delete=OnDelete.restrict)
    from_due_at = Timestamptz(null=True, default=None)
    due_at = Timestamptz()
    due_lesson = Varchar(length=40, null=True, default=None)

    custody_renewal_is_counted = Check("number >= 1 AND own_number BETWEEN 1 AND number")
    custody_renewal_is_later = Check("due_at > from_due_at")
    custody_renewal_once_a_number = Unique(["custody", "number"])
    custody_renewal_once_an_own_number = Unique(["custody", "own_number"])


class Shortage(Table, tablename="shortage"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    asset = ForeignKey(Asset, null=False, index=True, on_delete=OnDelete.restrict)
    custody = ForeignKey(Custody, null=False, on_delete=OnDelete.restrict)
    parts = Varchar(length=400)
    noted_at = Timestamptz()
    noted_by = ForeignKey(Person, null=False, on_delete=OnDelete.restrict)
    resolved_at = Timestamptz(null=True, default=None)
    resolved_by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    resolved_as = Varchar(length=12, null=True, default=None)

    shortage_parts_are_given = Check("btrim(parts) <> ''")
    shortage_resolved_as_is_known = Check("resolved_as IN ('found','replaced','done_without')")
    shortage_is_resolved_or_open = Check(
        "num_nulls(resolved_at, resolved_by, resolved_as) IN (0, 3)"
    )
    shortage_once_a_return = Unique(["custody"])


class CustodyReminder(Table, tablename="custody_reminder"):
    id = BigSerial(primary_key=True)
    custody = ForeignKey(Custody, null=False, on_delete=OnDelete.restrict)
    kind = Varchar(length=8)
    due_at = Timestamptz()
    enqueued_at = Timestamptz()

    custody_reminder_kind_is_known = Check("kind IN ('soon','overdue')")
    custody_reminder_once = Unique(["custody", "kind", "due_at"])


async def forwards():
    return table_migration(
        "inventory",
        ID,
        DESCRIPTION,
        [HandOver, CustodySignature, CustodyRenewal, Shortage, CustodyReminder],
        additions=[Custody],
    )
