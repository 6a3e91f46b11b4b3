"""Who has an asset, or had it, and what belongs to that: hand-overs, renewals, missing parts."""

from typing import Any

from piccolo.columns import (
    JSONB,
    BigSerial,
    Boolean,
    ForeignKey,
    SmallInt,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.columns.reference import LazyTableReference
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.tables import Person, Place, School
from inventory.tables.assets import Asset
from inventory.tables.borrowers import BorrowerGroup, Guest


class HandOver(Table, tablename="hand_over"):
    """What one person handed out, or took back, at one time; append-only."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    kind = Varchar(length=4)
    at = Timestamptz()
    by = ForeignKey(Person, null=False, on_delete=OnDelete.restrict)

    hand_over_kind_is_known = Check("kind IN ('out','in')")
    hand_over_id_school = Unique(["id", "school"])


class Custody(Table, tablename="custody"):
    """Who has an asset, or had it: open while ``ended_at`` is empty, one open row an asset."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    asset = ForeignKey(Asset, null=False, index=True, on_delete=OnDelete.restrict)
    holder = ForeignKey(Person, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    holder_place = ForeignKey(
        Place, null=True, default=None, index=True, on_delete=OnDelete.restrict
    )
    borrower_group = ForeignKey(
        BorrowerGroup, null=True, default=None, index=True, on_delete=OnDelete.restrict
    )
    guest = ForeignKey(Guest, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    started_at = Timestamptz()
    # A moment, which the school's clock shows as the end of a day or of the lesson named.
    due_at = Timestamptz(null=True, default=None)
    due_lesson = Varchar(length=40, null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)
    handed_by = ForeignKey(Person, null=False, on_delete=OnDelete.restrict)
    received_by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    note = Varchar(length=400)
    return_note = Varchar(length=400)
    # Lost while its holder had it: nobody got it back, and it ended when it was lost.
    was_lost = Boolean(default=False)
    # The booking that it fulfils, and whether others' bookings were known to stand against it.
    booking: ForeignKey[Any] = ForeignKey(
        LazyTableReference("Hold", module_path="inventory.tables.holds"),
        null=True,
        default=None,
        on_delete=OnDelete.restrict,
    )
    overrides_bookings = Boolean(default=False)
    # What went out and what came back together; empty for what is older than these.
    hand_out = ForeignKey(
        HandOver, null=True, default=None, index=True, on_delete=OnDelete.restrict
    )
    hand_in = ForeignKey(HandOver, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    condition_out = Varchar(length=12, null=True, default=None)
    condition_in = Varchar(length=12, null=True, default=None)

    custody_lesson_has_a_time = Check("due_lesson IS NULL OR due_at IS NOT NULL")
    custody_id_school = Unique(["id", "school"])

    custody_lost_has_no_receiver = Check(
        "NOT was_lost OR (ended_at IS NOT NULL AND received_by IS NULL)"
    )
    custody_is_of_one_holder = Check(
        "num_nonnulls(holder, holder_place, borrower_group, guest) = 1"
    )
    custody_ends_after_it_begins = Check("ended_at IS NULL OR ended_at >= started_at")


class CustodySignature(Table, tablename="custody_signature"):
    """Who signed for what under which terms, as it was drawn; append-only.

    ``strokes`` are lists x, y, x, y … on a board of 600 × 200. A trigger empties ``signer`` and
    ``strokes`` when the name of a guest who had a part in the hand-over is erased.
    """

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
    """One time that something out was made due later; ``own_number`` counts those by its borrower.

    Append-only; a trigger makes the custody due when its row says.
    """

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
    """Parts that were missing when something came back; open until somebody resolved it."""

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
    """What was reminded of, so that it is once: before it is due, and when it is overdue."""

    id = BigSerial(primary_key=True)
    custody = ForeignKey(Custody, null=False, on_delete=OnDelete.restrict)
    kind = Varchar(length=8)
    due_at = Timestamptz()
    enqueued_at = Timestamptz()

    custody_reminder_kind_is_known = Check("kind IN ('soon','overdue')")
    custody_reminder_once = Unique(["custody", "kind", "due_at"])
