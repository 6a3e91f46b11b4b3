"""What was given, what the schools own, and who has it."""

from piccolo.columns import (
    UUID,
    Array,
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

from core.tables import Person, Place, School


class AssetModel(Table, tablename="asset_model"):
    """A kind of thing: one make of computer, kit, book … shared by all schools.

    A book's brand is its publisher; the last four columns are of books alone.
    """

    id = BigSerial(primary_key=True)
    kind = Varchar(length=16)
    brand = Varchar(length=120)
    name = Varchar(length=200)
    isbn = Varchar(length=20, null=True, default=None)
    # Its class of the standard: that of assets which have none of their own.
    class_code = Varchar(length=16)
    class_edition = Varchar(length=24)
    author = Varchar(length=200)
    published_year = Integer(null=True, default=None)
    call_number = Varchar(length=40)

    asset_model_kind_is_known = Check(
        "kind IN ('computer','robot_kit','book','network','printer','projector','ups','part','other')"
    )
    asset_model_name_is_given = Check("btrim(name) <> ''")
    asset_model_class_has_an_edition = Check("(class_code = '') = (class_edition = '')")
    asset_model_class_code_is_plain = Check("class_code ~ '^([A-Z]?[0-9]{1,15})?$'")
    asset_model_books_alone = Check(
        "kind = 'book' OR (author = '' AND published_year IS NULL AND call_number = '')"
    )
    asset_model_year_is_of_print = Check("published_year BETWEEN 1400 AND 2100")


class Donor(Table, tablename="donor"):
    """Who gave: a named person, an organisation, or somebody who stays anonymous."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    kind = Varchar(length=16)
    name = Varchar(length=200)
    contact = Varchar(length=200)

    donor_kind_is_known = Check("kind IN ('named','organisation','anonymous')")
    donor_has_a_name = Check("kind = 'anonymous' OR btrim(name) <> ''")
    donor_id_school = Unique(["id", "school"])


class Donation(Table, tablename="donation"):
    """One gift with the donor's terms; ``school`` is the school that received it."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    donor = ForeignKey(Donor, null=False, index=True, on_delete=OnDelete.restrict)
    title = Varchar(length=200)
    received_on = Date()
    return_on_end = Boolean(default=False)
    resale_forbidden = Boolean(default=True)
    wipe_on_intake = Boolean(default=True)
    name_public = Boolean(default=True)
    note = Text(default="")
    acknowledgement_number = Varchar(length=40)
    acknowledged_at = Timestamptz(null=True, default=None)
    version = Integer(default=1)
    created_at = Timestamptz()

    donation_title_is_given = Check("btrim(title) <> ''")
    donation_acknowledgement_number_is_unique = Unique(["acknowledgement_number"])
    donation_id_school = Unique(["id", "school"])


class DonationLine(Table, tablename="donation_line"):
    """So many of one model: what was declared and what came; the gap stays visible."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    donation = ForeignKey(Donation, null=False, index=True, on_delete=OnDelete.restrict)
    model = ForeignKey(AssetModel, null=False, index=True, on_delete=OnDelete.restrict)
    declared = Integer()
    received = Integer(default=0)
    note = Varchar(length=400)

    donation_line_declared_is_not_negative = Check("declared >= 0")
    donation_line_received_is_not_negative = Check("received >= 0")
    donation_line_once_a_model = Unique(["donation", "model"])
    donation_line_id_school = Unique(["id", "school"])


class DonationReceipt(Table, tablename="donation_receipt"):
    """Things of a line that came at one time; undone while nothing has happened with them."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    donation_line = ForeignKey(DonationLine, null=False, index=True, on_delete=OnDelete.restrict)
    received_at = Timestamptz()
    by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    undone_at = Timestamptz(null=True, default=None)

    donation_receipt_undone_after_it_came = Check("undone_at IS NULL OR undone_at >= received_at")


class NumberSeries(Table, tablename="number_series"):
    """The last number given in a series: tags of a school, acknowledgements of a year."""

    series = Varchar(length=64, primary_key=True)
    last = Integer(default=0)

    number_series_last_is_not_negative = Check("last >= 0")


class Lifecycle(Table, tablename="lifecycle"):
    """The states of an asset's life, in the order in which people meet them."""

    state = Varchar(length=20, primary_key=True)
    position = Integer()
    is_end = Boolean(default=False)


class LifecycleTransition(Table, tablename="lifecycle_transition"):
    """The steps that exist; a foreign key from each recorded step refuses all others.

    ``permission`` is the name of what a person needs for it in core/permissions.py, ``guards`` are
    the rules that hold for it; both are read when a step is asked for.
    """

    id = BigSerial(primary_key=True)
    from_state = ForeignKey(Lifecycle, null=False, on_delete=OnDelete.restrict)
    to_state = ForeignKey(Lifecycle, null=False, on_delete=OnDelete.restrict)
    permission = Varchar(length=40, default="EDIT_EQUIPMENT")
    guards = Array(base_column=Varchar(length=24), default=[])

    lifecycle_transition_guards_are_known = Check(
        "guards <@ ARRAY['needs_work_order','in_custody','open_work_order','open_repair','not_wiped',"
        "'goes_back','not_for_sale','has_been_used','ends_custody','where_found']::varchar[]"
    )
    lifecycle_transition_once = Unique(["from_state", "to_state"])


class Asset(Table, tablename="asset"):
    """One thing with a sticker. ``school`` answers for it; ``title_holder`` owns it."""

    id = BigSerial(primary_key=True)
    tag = Varchar(length=32)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    title_holder = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    # Indexed in the raw migration: Piccolo would name the index asset_model, as the table is.
    model = ForeignKey(AssetModel, null=False, on_delete=OnDelete.restrict)
    donation_line = ForeignKey(
        DonationLine, null=True, default=None, index=True, on_delete=OnDelete.restrict
    )
    # Empty for one that was in the books before it was attached to its donation.
    receipt = ForeignKey(
        DonationReceipt, null=True, default=None, index=True, on_delete=OnDelete.restrict
    )
    place = ForeignKey(Place, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    serial_number = Varchar(length=120, null=True, default=None)
    serial_trust = Varchar(length=8, default="none")
    lifecycle = ForeignKey(Lifecycle, null=False, on_delete=OnDelete.restrict)
    condition = Varchar(length=12, default="unknown")
    name = Varchar(length=120)
    note = Text(default="")
    version = Integer(default=1)
    created_at = Timestamptz()
    # What a school's books ask for: the value with its basis, dates, the class of the standard.
    cost = Numeric(digits=(12, 2), null=True, default=None)
    currency = Varchar(length=3, default="CNY")
    cost_basis = Varchar(length=12, null=True, default=None)
    acquired_on = Date(null=True, default=None)
    warranty_until = Date(null=True, default=None)
    supplier = Varchar(length=120)
    class_code = Varchar(length=16)
    class_edition = Varchar(length=24)

    asset_tag_is_plain = Check("tag = upper(tag) AND tag ~ '^[A-Z0-9][A-Z0-9-]{1,31}$'")
    asset_tag_is_unique = Unique(["tag"])
    asset_serial_trust_is_known = Check("serial_trust IN ('ok','junk','none')")
    asset_condition_is_known = Check(
        "condition IN ('ok','degraded','broken','incomplete','unknown')"
    )
    asset_id_school = Unique(["id", "school"])
    asset_cost_is_not_negative = Check("cost >= 0")
    asset_cost_basis_is_known = Check("cost_basis IN ('invoice','market','depreciated')")
    asset_cost_has_a_basis = Check("(cost IS NULL) = (cost_basis IS NULL)")
    asset_currency_is_a_code = Check("currency ~ '^[A-Z]{3}$'")
    asset_warranty_ends_after_it_begins = Check("warranty_until >= acquired_on")
    asset_class_has_an_edition = Check("(class_code = '') = (class_edition = '')")
    asset_class_code_is_plain = Check("class_code ~ '^([A-Z]?[0-9]{1,15})?$'")


class AssetNumber(Table, tablename="asset_number"):
    """A number that a school gave an asset in books of its own; ``folded`` is how it is compared."""

    id = BigSerial(primary_key=True)
    asset = ForeignKey(Asset, null=False, index=True, on_delete=OnDelete.restrict)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    number = Varchar(length=60)
    folded = Varchar(length=60)

    asset_number_is_given = Check("btrim(number) <> '' AND btrim(folded) <> ''")
    asset_number_once_a_school = Unique(["school", "folded"])


class AssetStep(Table, tablename="asset_step"):
    """One step of an asset's life: append-only, each step one that exists."""

    id = BigSerial(primary_key=True)
    asset = ForeignKey(Asset, null=False, index=True, on_delete=OnDelete.restrict)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    from_state = Varchar(length=20)
    to_state = Varchar(length=20)
    at = Timestamptz()
    by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    reason = Varchar(length=400)


class AssetWipe(Table, tablename="asset_wipe"):
    """One try to clear the data of an asset: by whom, how, when, and how it ended; append-only."""

    id = BigSerial(primary_key=True)
    asset = ForeignKey(Asset, null=False, index=True, on_delete=OnDelete.restrict)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    method = Varchar(length=16)
    result = Varchar(length=8)
    wiped_on = Date()
    done_by = Varchar(length=120)
    # With which program or device.
    tool = Varchar(length=120)
    disk_serial = Varchar(length=120)
    note = Varchar(length=400)
    recorded_by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    recorded_at = Timestamptz()

    asset_wipe_method_is_known = Check(
        "method IN ('overwritten','secure_erase','factory_reset','destroyed','no_carrier')"
    )
    asset_wipe_result_is_known = Check("result IN ('passed','failed')")
    asset_wipe_has_a_doer = Check("btrim(done_by) <> ''")


class LabelCode(Table, tablename="label_code"):
    """A printed random code: unclaimed until linked to an asset, and never deleted."""

    code = Varchar(length=16, primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    asset = ForeignKey(Asset, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    batch = UUID(null=True, default=None, index=True)
    created_at = Timestamptz()
    linked_at = Timestamptz(null=True, default=None)
