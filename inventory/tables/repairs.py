"""Work orders, what was done on them, and their photographs."""

from decimal import Decimal

from piccolo.columns import (
    JSONB,
    BigSerial,
    Boolean,
    Date,
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
from inventory.tables.maintenance import MaintenancePlan


class WorkOrder(Table, tablename="work_order"):
    """One repair of one asset, from the report to its end."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    asset = ForeignKey(Asset, null=False, index=True, on_delete=OnDelete.restrict)
    source = Varchar(length=16)
    fault = Varchar(length=120)
    summary = Varchar(length=400)
    # The values of a summary written by a worker: then it is a template, read in any language.
    summary_params = JSONB(null=True, default=None)
    severity = Varchar(length=12, default="normal")
    state = Varchar(length=16, default="open")
    opened_by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    opened_at = Timestamptz()
    assignee = ForeignKey(Person, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    closed_by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    closed_at = Timestamptz(null=True, default=None)
    resolution = Text(default="")
    asset_state_before = Varchar(length=20)
    # Little faults (toner is running out) are work to do, but the asset stays in use meanwhile.
    keeps_in_service = Boolean(default=False)
    # Of planned work: its plan, when it was due, and what the plan said was to be done.
    plan = ForeignKey(MaintenancePlan, null=True, default=None, on_delete=OnDelete.restrict)
    due_on = Date(null=True, default=None)
    checklist = Text(default="")
    version = Integer(default=1)

    work_order_source_is_known = Check(
        "source IN ('person','alert','kit_count','stocktake','schedule')"
    )
    work_order_state_is_known = Check(
        "state IN ('open','assigned','waiting_parts','completed','cancelled')"
    )
    work_order_severity_is_known = Check("severity IN ('low','normal','high','critical')")
    work_order_summary_is_given = Check("btrim(summary) <> ''")
    work_order_closed_has_a_time = Check(
        "(state IN ('completed','cancelled')) = (closed_at IS NOT NULL)"
    )
    work_order_closes_after_it_opens = Check("closed_at IS NULL OR closed_at >= opened_at")
    work_order_assigned_has_an_assignee = Check("state <> 'assigned' OR assignee IS NOT NULL")
    work_order_of_a_plan_is_due_on_a_day = Check("(plan IS NULL) = (due_on IS NULL)")
    work_order_of_a_plan_is_scheduled = Check("plan IS NULL OR source = 'schedule'")
    work_order_id_school = Unique(["id", "school"])


class WorkOrderOutage(Table, tablename="work_order_outage"):
    """A time during which an order kept its asset out of use: open while ``ended_at`` is empty.

    An order that stays in use meanwhile has none, one whose fault grew has one from that moment.
    """

    id = BigSerial(primary_key=True)
    work_order = ForeignKey(WorkOrder, null=False, index=True, on_delete=OnDelete.restrict)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    started_at = Timestamptz()
    ended_at = Timestamptz(null=True, default=None)

    work_order_outage_ends_after_it_begins = Check("ended_at IS NULL OR ended_at >= started_at")


class WorkOrderEntry(Table, tablename="work_order_entry"):
    """What was found and done: minutes and cost are facts of the entry, totals are computed."""

    id = BigSerial(primary_key=True)
    work_order = ForeignKey(WorkOrder, null=False, index=True, on_delete=OnDelete.restrict)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    at = Timestamptz()
    by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    by_name = Varchar(length=120)
    found = Text(default="")
    found_params = JSONB(null=True, default=None)
    done = Text(default="")
    minutes = Integer(default=0)
    cost = Numeric(digits=(12, 2), default=Decimal(0))
    currency = Varchar(length=3, default="CNY")
    # What a student helper wrote about the own work counts once somebody has signed it off.
    sign_off = Varchar(length=12, default="not_needed")
    decided_by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    decided_at = Timestamptz(null=True, default=None)
    decision_note = Varchar(length=400)

    work_order_entry_says_something = Check("btrim(found) <> '' OR btrim(done) <> ''")
    work_order_entry_minutes_are_sane = Check("minutes BETWEEN 0 AND 10000")
    work_order_entry_cost_is_not_negative = Check("cost >= 0")
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


class WorkOrderPhoto(Table, tablename="work_order_photo"):
    """A picture of an entry, by the opaque key of its object."""

    id = BigSerial(primary_key=True)
    entry = ForeignKey(WorkOrderEntry, null=False, index=True, on_delete=OnDelete.restrict)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    object_key = Varchar(length=120)
    media_type = Varchar(length=60)
    size_bytes = Integer()
    # Of its thumbnails; 0 for one that was stored before there were any.
    small_bytes = Integer(default=0)
    icon_bytes = Integer(default=0)

    work_order_photo_key_is_unique = Unique(["object_key"])


class PhotoDraft(Table, tablename="photo_draft"):
    """A picture of a form that was refused: kept for its person until the form is sent again."""

    id = BigSerial(primary_key=True)
    person = ForeignKey(Person, null=False, index=True, on_delete=OnDelete.cascade)
    token = Varchar(length=43)
    object_key = Varchar(length=120)
    media_type = Varchar(length=60)
    size_bytes = Integer()
    # Of its thumbnails; 0 for one that was stored before there were any.
    small_bytes = Integer(default=0)
    icon_bytes = Integer(default=0)
    created_at = Timestamptz()

    photo_draft_token_is_unique = Unique(["token"])
    photo_draft_key_is_unique = Unique(["object_key"])
