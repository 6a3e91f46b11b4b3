"""Transfers between schools, their lines, what arrived beside them, and who signed."""

from typing import Any

from piccolo.columns import JSONB, BigSerial, Boolean, Date, ForeignKey, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.table_migrations import table_migration

ID = "2026-11-30T21:55:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "transfers between schools"


class School(Table, tablename="school"):
    id = BigSerial(primary_key=True)


class Person(Table, tablename="person"):
    id = BigSerial(primary_key=True)


class Asset(Table, tablename="asset"):
    id = BigSerial(primary_key=True)


class Hold(Table, tablename="hold"):
    id = BigSerial(primary_key=True)


class Transfer(Table, tablename="transfer"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    to_school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    number = Varchar(length=40)
    kind = Varchar(length=8)
    state = Varchar(length=12, default="draft")
    reason = Varchar(length=400)
    due_on = Date(null=True, default=None)
    reminded_of = Date(null=True, default=None)
    loan: ForeignKey[Any] = ForeignKey(
        "self", null=True, default=None, index=True, on_delete=OnDelete.restrict
    )
    made_by = ForeignKey(Person, null=False, on_delete=OnDelete.restrict)
    made_at = Timestamptz()
    sent_by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    sent_at = Timestamptz(null=True, default=None)
    received_by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    received_at = Timestamptz(null=True, default=None)
    closed_at = Timestamptz(null=True, default=None)
    note = Varchar(length=400)

    transfer_number_is_unique = Unique(["number"])
    transfer_goes_elsewhere = Check("school <> to_school")
    transfer_kind_is_known = Check("kind IN ('gift','loan','return')")
    transfer_state_is_known = Check(
        "state IN ('draft','sent','received','disputed','closed','cancelled')"
    )
    transfer_loan_has_a_day = Check("(kind = 'loan') = (due_on IS NOT NULL)")
    transfer_return_is_of_a_loan = Check("(kind = 'return') = (loan IS NOT NULL)")
    transfer_sent_by_somebody = Check(
        "(sent_by IS NULL) = (sent_at IS NULL)"
        " AND CASE state WHEN 'draft' THEN sent_at IS NULL WHEN 'cancelled' THEN true"
        " ELSE sent_at IS NOT NULL END"
    )
    transfer_received_by_somebody = Check(
        "(received_by IS NULL) = (received_at IS NULL)"
        " AND (received_at IS NOT NULL) = (state IN ('received','disputed','closed'))"
    )
    transfer_closed_has_a_time = Check(
        "(closed_at IS NOT NULL) = (state IN ('closed','cancelled'))"
    )
    transfer_only_loans_last = Check("state <> 'received' OR kind = 'loan'")


class TransferLine(Table, tablename="transfer_line"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    transfer = ForeignKey(Transfer, null=False, on_delete=OnDelete.restrict)
    asset = ForeignKey(Asset, null=False, index=True, on_delete=OnDelete.restrict)
    outcome = Varchar(length=12, default="expected")
    is_open = Boolean(default=True)
    hold = ForeignKey(Hold, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    added_by = ForeignKey(Person, null=False, on_delete=OnDelete.restrict)
    condition_out = Varchar(length=12, null=True, default=None)
    condition_in = Varchar(length=12, null=True, default=None)
    note_out = Varchar(length=200)
    note_in = Varchar(length=200)
    resolved_by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    resolved_at = Timestamptz(null=True, default=None)
    reason = Varchar(length=400)
    returned_by: ForeignKey[Any] = ForeignKey(
        "self", null=True, default=None, on_delete=OnDelete.restrict
    )

    transfer_line_once = Unique(["transfer", "asset"])
    transfer_line_returned_once = Unique(["returned_by"])
    transfer_line_outcome_is_known = Check(
        "outcome IN ('expected','missing','received','late','never_sent','lost','called_off')"
    )
    transfer_line_is_open_until_resolved = Check("is_open = (outcome IN ('expected','missing'))")
    transfer_line_resolved_by_somebody = Check(
        "(resolved_by IS NULL) = (resolved_at IS NULL) AND (resolved_at IS NULL) = is_open"
    )
    transfer_line_dispute_has_a_reason = Check(
        "outcome NOT IN ('late','never_sent','lost') OR btrim(reason) <> ''"
    )


class TransferExtra(Table, tablename="transfer_extra"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    transfer = ForeignKey(Transfer, null=False, index=True, on_delete=OnDelete.restrict)
    given = Varchar(length=120)
    noted_by = ForeignKey(Person, null=False, on_delete=OnDelete.restrict)
    noted_at = Timestamptz()
    resolved_as = Varchar(length=12, null=True, default=None)
    resolved_by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    resolved_at = Timestamptz(null=True, default=None)
    reason = Varchar(length=400)

    transfer_extra_is_given = Check("btrim(given) <> ''")
    transfer_extra_resolved_as_is_known = Check("resolved_as IN ('sent_too','goes_back')")
    transfer_extra_is_resolved_or_open = Check(
        "num_nulls(resolved_as, resolved_by, resolved_at) IN (0, 3)"
    )
    transfer_extra_resolved_has_a_reason = Check("resolved_as IS NULL OR btrim(reason) <> ''")


class TransferSignature(Table, tablename="transfer_signature"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    transfer = ForeignKey(Transfer, null=False, on_delete=OnDelete.restrict)
    side = Varchar(length=8)
    signer = Varchar(length=120)
    items = JSONB()
    strokes = JSONB()
    signed_at = Timestamptz()
    recorded_by = ForeignKey(Person, null=False, on_delete=OnDelete.restrict)

    transfer_signature_side_is_known = Check("side IN ('sender','receiver')")
    transfer_signature_once_a_side = Unique(["transfer", "side"])
    transfer_signature_signer_is_given = Check("btrim(signer) <> ''")
    transfer_signature_strokes_are_bounded = Check("octet_length(strokes::text) <= 131072")


class Attachment(Table, tablename="attachment"):
    transfer = ForeignKey(Transfer, null=True, default=None, on_delete=OnDelete.restrict)

    attachment_slot_of_transfer = Unique(["transfer", "kind", "slot"])


async def forwards():
    return table_migration(
        "inventory",
        ID,
        DESCRIPTION,
        [Transfer, TransferLine, TransferExtra, TransferSignature],
        additions=[Attachment],
    )
