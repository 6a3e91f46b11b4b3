"""The first tables of the inventory, as they were released first.

Frozen: inventory/tables.py goes on, and what changes there is a migration of its own. What Piccolo cannot
say of these tables is in the migrations that follow.
"""

from piccolo.columns import (
    JSONB,
    UUID,
    BigSerial,
    Boolean,
    Bytea,
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

from core.table_migrations import table_migration

ID = "2026-11-30T00:00:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "the first tables"


# Of other apps: what foreign keys need to know of them.


class Person(Table, tablename="person"):
    id = BigSerial(primary_key=True)


class Place(Table, tablename="place"):
    id = BigSerial(primary_key=True)


class School(Table, tablename="school"):
    id = BigSerial(primary_key=True)


class AssetModel(Table, tablename="asset_model"):
    id = BigSerial(primary_key=True)
    kind = Varchar(length=16)
    brand = Varchar(length=120)
    name = Varchar(length=200)
    isbn = Varchar(length=20, default=None, null=True)

    asset_model_kind_is_known = Check(
        "kind IN ('computer','robot_kit','book','network','printer','projector','ups','part','other')"
    )
    asset_model_name_is_given = Check("btrim(name) <> ''")
    asset_model_once = Unique(["kind", "brand", "name"])


class Donor(Table, tablename="donor"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, on_delete=OnDelete.restrict, null=False, index=True)
    kind = Varchar(length=16)
    name = Varchar(length=200)
    contact = Varchar(length=200)

    donor_kind_is_known = Check("kind IN ('named','organisation','anonymous')")
    donor_has_a_name = Check("kind = 'anonymous' OR btrim(name) <> ''")
    donor_id_school = Unique(["id", "school"])


class Donation(Table, tablename="donation"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, on_delete=OnDelete.restrict, null=False, index=True)
    donor = ForeignKey(Donor, on_delete=OnDelete.restrict, null=False, index=True)
    title = Varchar(length=200)
    received_on = Date()
    return_on_end = Boolean()
    resale_forbidden = Boolean(default=True)
    wipe_on_intake = Boolean(default=True)
    name_public = Boolean(default=True)
    note = Text()
    acknowledgement_number = Varchar(length=40)
    acknowledged_at = Timestamptz(default=None, null=True)
    version = Integer(default=1)
    created_at = Timestamptz()

    donation_title_is_given = Check("btrim(title) <> ''")
    donation_acknowledgement_number_is_unique = Unique(["acknowledgement_number"])
    donation_id_school = Unique(["id", "school"])


class DonationLine(Table, tablename="donation_line"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, on_delete=OnDelete.restrict, null=False)
    donation = ForeignKey(Donation, on_delete=OnDelete.restrict, null=False, index=True)
    model = ForeignKey(AssetModel, on_delete=OnDelete.restrict, null=False, index=True)
    declared = Integer()
    received = Integer()
    note = Varchar(length=400)

    donation_line_declared_is_not_negative = Check("declared >= 0")
    donation_line_received_is_not_negative = Check("received >= 0")
    donation_line_once_a_model = Unique(["donation", "model"])
    donation_line_id_school = Unique(["id", "school"])


class NumberSeries(Table, tablename="number_series"):
    series = Varchar(length=64, primary_key=True)
    last = Integer()

    number_series_last_is_not_negative = Check("last >= 0")


class Lifecycle(Table, tablename="lifecycle"):
    state = Varchar(length=20, primary_key=True)
    position = Integer()
    is_end = Boolean()


class LifecycleTransition(Table, tablename="lifecycle_transition"):
    id = BigSerial(primary_key=True)
    from_state = ForeignKey(Lifecycle, on_delete=OnDelete.restrict, null=False)
    to_state = ForeignKey(Lifecycle, on_delete=OnDelete.restrict, null=False)

    lifecycle_transition_once = Unique(["from_state", "to_state"])


class Asset(Table, tablename="asset"):
    id = BigSerial(primary_key=True)
    tag = Varchar(length=32)
    school = ForeignKey(School, on_delete=OnDelete.restrict, null=False, index=True)
    title_holder = ForeignKey(School, on_delete=OnDelete.restrict, null=False)
    model = ForeignKey(AssetModel, on_delete=OnDelete.restrict, null=False)
    donation_line = ForeignKey(DonationLine, on_delete=OnDelete.restrict, index=True)
    place = ForeignKey(Place, on_delete=OnDelete.restrict, index=True)
    serial_number = Varchar(length=120, default=None, null=True)
    serial_trust = Varchar(length=8, default="none")
    lifecycle = ForeignKey(Lifecycle, on_delete=OnDelete.restrict, null=False)
    condition = Varchar(length=12, default="unknown")
    name = Varchar(length=120)
    note = Text()
    version = Integer(default=1)
    created_at = Timestamptz()

    asset_tag_is_plain = Check("tag = upper(tag) AND tag ~ '^[A-Z0-9][A-Z0-9-]{1,31}$'")
    asset_tag_is_unique = Unique(["tag"])
    asset_serial_trust_is_known = Check("serial_trust IN ('ok','junk','none')")
    asset_condition_is_known = Check(
        "condition IN ('ok','degraded','broken','incomplete','unknown')"
    )
    asset_id_school = Unique(["id", "school"])


class AssetStep(Table, tablename="asset_step"):
    id = BigSerial(primary_key=True)
    asset = ForeignKey(Asset, on_delete=OnDelete.restrict, null=False, index=True)
    school = ForeignKey(School, on_delete=OnDelete.restrict, null=False)
    from_state = Varchar(length=20)
    to_state = Varchar(length=20)
    at = Timestamptz()
    by = ForeignKey(Person, on_delete=OnDelete.restrict)
    reason = Varchar(length=400)


class LabelCode(Table, tablename="label_code"):
    code = Varchar(length=16, primary_key=True)
    school = ForeignKey(School, on_delete=OnDelete.restrict, null=False, index=True)
    asset = ForeignKey(Asset, on_delete=OnDelete.restrict, index=True)
    batch = UUID(default=None, null=True, index=True)
    created_at = Timestamptz()
    linked_at = Timestamptz(default=None, null=True)


class Custody(Table, tablename="custody"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, on_delete=OnDelete.restrict, null=False, index=True)
    asset = ForeignKey(Asset, on_delete=OnDelete.restrict, null=False, index=True)
    holder = ForeignKey(Person, on_delete=OnDelete.restrict, index=True)
    holder_place = ForeignKey(Place, on_delete=OnDelete.restrict, index=True)
    holder_group = Varchar(length=120, default=None, null=True)
    started_at = Timestamptz()
    due_on = Date(default=None, null=True)
    ended_at = Timestamptz(default=None, null=True)
    handed_by = ForeignKey(Person, on_delete=OnDelete.restrict, null=False)
    received_by = ForeignKey(Person, on_delete=OnDelete.restrict)
    note = Varchar(length=400)
    return_note = Varchar(length=400)
    was_lost = Boolean()

    custody_lost_has_no_receiver = Check(
        "NOT was_lost OR (ended_at IS NOT NULL AND received_by IS NULL)"
    )
    custody_has_one_holder = Check("num_nonnulls(holder, holder_place, holder_group) = 1")
    custody_ends_after_it_begins = Check("ended_at IS NULL OR ended_at >= started_at")


class WorkOrder(Table, tablename="work_order"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, on_delete=OnDelete.restrict, null=False, index=True)
    asset = ForeignKey(Asset, on_delete=OnDelete.restrict, null=False, index=True)
    source = Varchar(length=16)
    fault = Varchar(length=120)
    summary = Varchar(length=400)
    summary_params = JSONB(default=None, null=True)
    severity = Varchar(length=12, default="normal")
    state = Varchar(length=16, default="open")
    opened_by = ForeignKey(Person, on_delete=OnDelete.restrict)
    opened_at = Timestamptz()
    assignee = ForeignKey(Person, on_delete=OnDelete.restrict, index=True)
    closed_by = ForeignKey(Person, on_delete=OnDelete.restrict)
    closed_at = Timestamptz(default=None, null=True)
    resolution = Text()
    asset_state_before = Varchar(length=20)
    keeps_in_service = Boolean()
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
    work_order_id_school = Unique(["id", "school"])


class WorkOrderOutage(Table, tablename="work_order_outage"):
    id = BigSerial(primary_key=True)
    work_order = ForeignKey(WorkOrder, on_delete=OnDelete.restrict, null=False, index=True)
    school = ForeignKey(School, on_delete=OnDelete.restrict, null=False)
    started_at = Timestamptz()
    ended_at = Timestamptz(default=None, null=True)

    work_order_outage_ends_after_it_begins = Check("ended_at IS NULL OR ended_at >= started_at")


class WorkOrderEntry(Table, tablename="work_order_entry"):
    id = BigSerial(primary_key=True)
    work_order = ForeignKey(WorkOrder, on_delete=OnDelete.restrict, null=False, index=True)
    school = ForeignKey(School, on_delete=OnDelete.restrict, null=False)
    at = Timestamptz()
    by = ForeignKey(Person, on_delete=OnDelete.restrict)
    by_name = Varchar(length=120)
    found = Text()
    found_params = JSONB(default=None, null=True)
    done = Text()
    minutes = Integer()
    cost = Numeric(digits=(12, 2))
    currency = Varchar(length=3, default="CNY")

    work_order_entry_says_something = Check("btrim(found) <> '' OR btrim(done) <> ''")
    work_order_entry_minutes_are_sane = Check("minutes BETWEEN 0 AND 10000")
    work_order_entry_cost_is_not_negative = Check("cost >= 0")


class WorkOrderPhoto(Table, tablename="work_order_photo"):
    id = BigSerial(primary_key=True)
    entry = ForeignKey(WorkOrderEntry, on_delete=OnDelete.restrict, null=False, index=True)
    school = ForeignKey(School, on_delete=OnDelete.restrict, null=False)
    object_key = Varchar(length=120)
    media_type = Varchar(length=60)
    size_bytes = Integer()

    work_order_photo_key_is_unique = Unique(["object_key"])


class PhotoDraft(Table, tablename="photo_draft"):
    id = BigSerial(primary_key=True)
    person = ForeignKey(Person, null=False, index=True)
    token = Varchar(length=43)
    object_key = Varchar(length=120)
    media_type = Varchar(length=60)
    size_bytes = Integer()
    created_at = Timestamptz()

    photo_draft_token_is_unique = Unique(["token"])
    photo_draft_key_is_unique = Unique(["object_key"])


class ImportJob(Table, tablename="import_job"):
    id = UUID(primary_key=True)
    school = ForeignKey(School, on_delete=OnDelete.restrict, null=False, index=True)
    by = ForeignKey(Person, on_delete=OnDelete.restrict)
    file_name = Varchar()
    file_sha256 = Bytea()
    encoding = Varchar(length=16)
    state = Varchar(length=12, default="staged")
    created_at = Timestamptz()
    applied_at = Timestamptz(default=None, null=True)

    import_job_state_is_known = Check("state IN ('staged','applied','discarded')")
    import_job_applied_has_a_time = Check("(state = 'applied') = (applied_at IS NOT NULL)")


class ImportRow(Table, tablename="import_row"):
    raw = JSONB()
    id = BigSerial(primary_key=True)
    job = ForeignKey(ImportJob, null=False, index=True)
    line = Integer()
    verdict = Varchar(length=8)
    asset = ForeignKey(Asset, on_delete=OnDelete.set_null)
    diff = JSONB()
    message = JSONB(default=None, null=True)

    import_row_verdict_is_known = Check("verdict IN ('create','update','same','skip','error')")
    import_row_once_a_line = Unique(["job", "line"])


TABLES = (
    AssetModel,
    Donor,
    Donation,
    DonationLine,
    NumberSeries,
    Lifecycle,
    LifecycleTransition,
    Asset,
    AssetStep,
    LabelCode,
    Custody,
    WorkOrder,
    WorkOrderOutage,
    WorkOrderEntry,
    WorkOrderPhoto,
    PhotoDraft,
    ImportJob,
    ImportRow,
)


async def forwards():
    return table_migration("inventory", ID, DESCRIPTION, TABLES)
