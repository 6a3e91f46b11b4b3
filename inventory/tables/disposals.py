"""How things leave the books: proposed by one person, approved by another."""

from piccolo.columns import (
    BigSerial,
    Boolean,
    ForeignKey,
    Integer,
    Numeric,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.tables import Person, School
from inventory.tables.assets import Asset


class DisposalRule(Table, tablename="disposal_rule"):
    """What a school asks before a thing leaves its books; a school without a row asks nothing."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    # Whether a second person approves.
    needs_approval = Boolean(default=True)
    # How long what is lost is searched before it may be written off.
    search_days = Integer(default=90)
    # Whether a second person looks at each wipe.
    needs_verification = Boolean(default=False)

    disposal_rule_once_a_school = Unique(["school"])
    disposal_rule_search_is_bounded = Check("search_days BETWEEN 0 AND 3650")


class Disposal(Table, tablename="disposal"):
    """A proposal that things come to the same end, and what was decided."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    number = Varchar(length=40)
    end_state = Varchar(length=20)
    state = Varchar(length=12, default="proposed")
    reason = Varchar(length=400)
    recipient = Varchar(length=200)
    # Which way what is disposed of went; '' where nobody says so, and for all other ends.
    way = Varchar(length=12)
    # What comes in for it, of all its things together.
    proceeds = Numeric(digits=(12, 2), null=True, default=None)
    currency = Varchar(length=3, default="CNY")
    note = Text(default="")
    proposed_by = ForeignKey(Person, null=False, on_delete=OnDelete.restrict)
    proposed_at = Timestamptz()
    decided_by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    decided_at = Timestamptz(null=True, default=None)
    decision_note = Varchar(length=400)

    disposal_number_is_unique = Unique(["number"])
    disposal_end_is_known = Check(
        "end_state IN ('disposed','sold','written_off','returned_to_donor')"
    )
    disposal_state_is_known = Check("state IN ('proposed','approved','refused','withdrawn')")
    disposal_way_is_known = Check("way IN ('','recycled','destroyed','given','other')")
    disposal_way_is_of_a_disposal = Check("way = '' OR end_state = 'disposed'")
    disposal_proceeds_are_an_amount = Check("proceeds >= 0")
    disposal_currency_is_known = Check("currency ~ '^[A-Z]{3}$'")
    disposal_reason_is_given = Check("btrim(reason) <> ''")
    disposal_decided_by_somebody = Check(
        "(state = 'proposed') = (decided_at IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL)"
    )
    disposal_approved_by_another = Check(
        "state NOT IN ('approved','refused') OR decided_by <> proposed_by"
    )
    disposal_refused_with_a_reason = Check("state <> 'refused' OR btrim(decision_note) <> ''")
    disposal_id_school = Unique(["id", "school"])


class DisposalLine(Table, tablename="disposal_line"):
    """One thing of a proposal. Open until it has ended, or stays after all."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    disposal = ForeignKey(Disposal, null=False, index=True, on_delete=OnDelete.restrict)
    asset = ForeignKey(Asset, null=False, index=True, on_delete=OnDelete.restrict)
    is_open = Boolean(default=True)
    outcome = Varchar(length=8, default="open")

    disposal_line_once = Unique(["disposal", "asset"])
    disposal_line_outcome_is_known = Check("outcome IN ('open','ended','stays')")
    disposal_line_open_without_outcome = Check("is_open = (outcome = 'open')")
