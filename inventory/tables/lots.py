"""Things that nobody tags singly, counted by the lot: thirty headsets, a box of cables."""

from piccolo.columns import BigSerial, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.tables import Person, Place, School
from inventory.tables.assets import AssetModel, DonationReceipt
from inventory.tables.borrowers import BorrowerGroup, Guest


class Lot(Table, tablename="lot"):
    """So many of one model at one place; ``on_hand`` is the sum of its moves, kept by a trigger."""

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
    """Some of a lot with one holder; ``outstanding`` are those neither back nor lost nor broken.

    Inserting it hands the things out: a trigger writes the move.
    """

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


class LotLoanRenewal(Table, tablename="lot_loan_renewal"):
    """A loan of a lot was made due later, or due at all: append-only, its loan follows.

    ``own_number`` counts those by its borrower.
    """

    id = BigSerial(primary_key=True)
    loan = ForeignKey(LotLoan, null=False, on_delete=OnDelete.restrict)
    number = Integer()
    own_number = Integer(null=True, default=None)
    renewed_at = Timestamptz()
    by = ForeignKey(Person, null=False, on_delete=OnDelete.restrict)
    from_due_at = Timestamptz(null=True, default=None)
    due_at = Timestamptz()
    due_lesson = Varchar(length=40, null=True, default=None)

    lot_loan_renewal_is_counted = Check("number >= 1 AND own_number BETWEEN 1 AND number")
    lot_loan_renewal_is_later = Check("due_at > from_due_at")
    lot_loan_renewal_once_a_number = Unique(["loan", "number"])
    lot_loan_renewal_once_an_own_number = Unique(["loan", "own_number"])


class LotLoanReminder(Table, tablename="lot_loan_reminder"):
    """What was reminded of, so that it is once: as of custody."""

    id = BigSerial(primary_key=True)
    loan = ForeignKey(LotLoan, null=False, on_delete=OnDelete.restrict)
    kind = Varchar(length=8)
    due_at = Timestamptz()
    enqueued_at = Timestamptz()

    lot_loan_reminder_kind_is_known = Check("kind IN ('soon','overdue')")
    lot_loan_reminder_once = Unique(["loan", "kind", "due_at"])


class LotMove(Table, tablename="lot_move"):
    """Some came to a lot or left it: append-only, each of a kind with its effect."""

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
    # Where they came from or went to, of those moved.
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
