"""Classes, guests and lots; custody refers to the first two."""

from piccolo.columns import BigSerial, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.table_migrations import table_migration

ID = "2026-11-30T13:30:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "borrower groups, guests, lots with their loans and moves"


class School(Table, tablename="school"):
    id = BigSerial(primary_key=True)


class Person(Table, tablename="person"):
    id = BigSerial(primary_key=True)


class Place(Table, tablename="place"):
    id = BigSerial(primary_key=True)


class AssetModel(Table, tablename="asset_model"):
    id = BigSerial(primary_key=True)


class DonationReceipt(Table, tablename="donation_receipt"):
    id = BigSerial(primary_key=True)


class BorrowerGroup(Table, tablename="borrower_group"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    name = Varchar(length=120)
    folded = Text(default="")
    year = Integer(null=True, default=None)
    grade = Integer(null=True, default=None)
    number = Integer(null=True, default=None)
    teacher = ForeignKey(Person, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    follows = ForeignKey("self", null=True, default=None, on_delete=OnDelete.restrict)
    retired_at = Timestamptz(null=True, default=None)

    borrower_group_has_a_name = Check("btrim(name) <> ''")
    borrower_group_year_is_one = Check("year BETWEEN 1980 AND 2100")
    borrower_group_class_has_a_year = Check("grade IS NULL OR year IS NOT NULL")
    borrower_group_follows_once = Unique(["follows"])
    borrower_group_id_school = Unique(["id", "school"])


class Guest(Table, tablename="guest"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    name = Varchar(length=80)
    contact = Varchar(length=120)
    added_at = Timestamptz()
    erased_at = Timestamptz(null=True, default=None)

    guest_has_a_name_until_erased = Check("(btrim(name) = '') = (erased_at IS NOT NULL)")
    guest_erased_is_nobody = Check("erased_at IS NULL OR contact = ''")
    guest_id_school = Unique(["id", "school"])


class Custody(Table, tablename="custody"):
    id = BigSerial(primary_key=True)
    borrower_group = ForeignKey(
        BorrowerGroup, null=True, default=None, index=True, on_delete=OnDelete.restrict
    )
    guest = ForeignKey(Guest, null=True, default=None, index=True, on_delete=OnDelete.restrict)


class Lot(Table, tablename="lot"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    model = ForeignKey(AssetModel, null=False, index=True, on_delete=OnDelete.restrict)
    place = ForeignKey(Place, null=False, index=True, on_delete=OnDelete.restrict)
    on_hand = Integer(default=0)

    lot_on_hand_is_not_negative = Check("on_hand >= 0")
    lot_on_hand_is_bounded = Check("on_hand <= 1000000")
    lot_once_a_model_and_place = Unique(["model", "place"])
    lot_id_school = Unique(["id", "school"])


class LotLoan(Table, tablename="lot_loan"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    lot = ForeignKey(Lot, null=False, index=True, on_delete=OnDelete.restrict)
    holder = ForeignKey(Person, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    holder_place = ForeignKey(
        Place, null=True, default=None, index=True, on_delete=OnDelete.restrict
    )
    borrower_group = ForeignKey(
        BorrowerGroup, null=True, default=None, index=True, on_delete=OnDelete.restrict
    )
    guest = ForeignKey(Guest, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    quantity = Integer()
    outstanding = Integer(default=0)
    started_at = Timestamptz()
    due_at = Timestamptz(null=True, default=None)
    due_lesson = Varchar(length=40, null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)
    handed_by = ForeignKey(Person, null=False, on_delete=OnDelete.restrict)
    note = Varchar(length=400)

    lot_loan_is_of_one_holder = Check(
        "num_nonnulls(holder, holder_place, borrower_group, guest) = 1"
    )
    lot_loan_lesson_has_a_time = Check("due_lesson IS NULL OR due_at IS NOT NULL")
    lot_loan_is_of_some = Check("quantity > 0")
    lot_loan_outstanding_is_not_negative = Check("outstanding >= 0")
    lot_loan_ends_with_the_last = Check("ended_at IS NULL OR outstanding = 0")
    lot_loan_id_lot = Unique(["id", "lot"])


class LotLoanReminder(Table, tablename="lot_loan_reminder"):
    id = BigSerial(primary_key=True)
    loan = ForeignKey(LotLoan, null=False, on_delete=OnDelete.restrict)
    kind = Varchar(length=8)
    due_at = Timestamptz()
    enqueued_at = Timestamptz()

    lot_loan_reminder_kind_is_known = Check("kind IN ('soon','overdue')")
    lot_loan_reminder_once = Unique(["loan", "kind", "due_at"])


class LotMove(Table, tablename="lot_move"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    lot = ForeignKey(Lot, null=False, index=True, on_delete=OnDelete.restrict)
    kind = Varchar(length=12)
    quantity = Integer()
    on_hand_change = Integer()
    out_change = Integer(default=0)
    loan = ForeignKey(LotLoan, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    receipt = ForeignKey(
        DonationReceipt, null=True, default=None, index=True, on_delete=OnDelete.restrict
    )
    other = ForeignKey(Lot, null=True, default=None, on_delete=OnDelete.restrict)
    at = Timestamptz()
    by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    note = Varchar(length=400)

    lot_move_is_of_some = Check("quantity > 0 OR (quantity = 0 AND kind = 'counted')")
    lot_move_changes_as_its_kind_says = Check(
        "(kind IN ('received','moved_in') AND loan IS NULL AND on_hand_change = quantity AND out_change = 0)"
        " OR (kind IN ('undone','moved_out') AND loan IS NULL AND on_hand_change = -quantity AND out_change = 0)"
        " OR (kind = 'counted' AND loan IS NULL AND abs(on_hand_change) = quantity AND out_change = 0)"
        " OR (kind IN ('lost','broken') AND loan IS NULL AND on_hand_change = -quantity AND out_change = 0)"
        " OR (kind IN ('lost','broken') AND loan IS NOT NULL AND on_hand_change = 0 AND out_change = -quantity)"
        " OR (kind = 'handed_out' AND loan IS NOT NULL AND on_hand_change = -quantity AND out_change = quantity)"
        " OR (kind = 'taken_back' AND loan IS NOT NULL AND on_hand_change = quantity AND out_change = -quantity)"
    )
    lot_move_goes_to_another_lot = Check("(kind IN ('moved_in','moved_out')) = (other IS NOT NULL)")


async def forwards():
    manager = table_migration(
        "inventory",
        ID,
        DESCRIPTION,
        [BorrowerGroup, Guest, Lot, LotLoan, LotLoanReminder, LotMove],
        additions=[Custody],
    )
    # A new one follows once the classes that stand there as text have become rows.
    manager.drop_constraint("Custody", "custody", "custody_has_one_holder")
    return manager
