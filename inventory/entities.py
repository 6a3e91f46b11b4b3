"""What people call the rows of this package's tables (see core/entity.py)."""

from core.entity import Entity
from core.errors import say
from inventory.code_words import CODES
from inventory.column_words import COLUMNS
from inventory.tables import (
    Asset,
    AssetModel,
    AssetNumber,
    AssetValue,
    AssetWipe,
    Attachment,
    BorrowerGroup,
    Certificate,
    CollectorKey,
    Custody,
    CustodyRenewal,
    CustodySignature,
    CustomChoice,
    CustomField,
    Disposal,
    DisposalLine,
    DisposalRule,
    Donation,
    DonationLine,
    DonationReceipt,
    Donor,
    FunctionRoom,
    Guest,
    HandOver,
    Hold,
    ImportJob,
    KitPart,
    LabelCode,
    LendingRule,
    MachineReading,
    MaintenancePlan,
    PartCode,
    RoomStandard,
    RoomStandardItem,
    Shortage,
    StockBalance,
    StockMinimum,
    StockReservation,
    Transfer,
    TransferExtra,
    TransferLine,
    TransferSignature,
    VisitorReport,
    WipeVerification,
    WorkOrder,
    WorkOrderEntry,
    WorkOrderPhoto,
)

__all__ = ["ASSET", "CODES", "COLUMNS", "ENTITIES", "OF_ASSET"]

_ASSET = "concat_ws(' ', {a}.tag, coalesce(nullif({a}.name, ''), concat_ws(' ', m.brand, m.name)))"
OF_ASSET = "JOIN asset a ON a.id = t.asset JOIN asset_model m ON m.id = a.model"
ASSET = _ASSET.format(a="a")
_ORDER = "o.id || ' · ' || a.tag"
_ORDER_OF_ENTRY = "JOIN work_order o ON o.id = {entry}.work_order JOIN asset a ON a.id = o.asset"

ENTITIES = (
    Entity(Donor, say("Donor"), row_name="t.name", codes={"kind": "donor_kind"}),
    Entity(Donation, say("Donation"), row_name="t.title"),
    Entity(
        DonationLine,
        say("Donation line"),
        row_name="concat_ws(' ', d.title, '·', nullif(m.brand, ''), m.name)",
        joins="JOIN donation d ON d.id = t.donation JOIN asset_model m ON m.id = t.model",
    ),
    Entity(
        DonationReceipt,
        say("Receipt"),
        row_name="concat_ws(' ', d.title, '·', nullif(m.brand, ''), m.name)",
        joins="JOIN donation_line l ON l.id = t.donation_line JOIN donation d ON d.id = l.donation"
        " JOIN asset_model m ON m.id = l.model",
    ),
    Entity(
        Asset,
        say("Asset"),
        row_name=_ASSET.format(a="t"),
        joins="JOIN asset_model m ON m.id = t.model",
        codes={
            "lifecycle": "lifecycle",
            "condition": "condition",
            "serial_trust": "serial_trust",
            "cost_basis": "cost_basis",
        },
    ),
    Entity(AssetNumber, say("Number of the school"), row_name="t.number"),
    Entity(
        CustomField,
        say("Custom field"),
        row_name="t.name",
        codes={"kind": "custom_field_kind", "asset_kind": "asset_category"},
    ),
    Entity(CustomChoice, say("Choice of a field"), row_name="t.label"),
    Entity(
        AssetValue,
        say("Value of a custom field"),
        row_name="concat_ws(' · ', a.tag, f.name)",
        joins="JOIN asset a ON a.id = t.asset JOIN custom_field f ON f.id = t.field",
        codes={"kind": "custom_field_kind"},
    ),
    Entity(
        AssetModel,
        say("Model"),
        row_name="concat_ws(' ', nullif(t.brand, ''), t.name)",
        codes={"kind": "asset_category"},
    ),
    Entity(
        AssetWipe,
        say("Wipe"),
        row_name=ASSET,
        joins=OF_ASSET,
        codes={"method": "wipe_method", "result": "wipe_result"},
    ),
    Entity(
        WipeVerification,
        say("Verification of a wipe"),
        row_name=ASSET,
        joins=OF_ASSET,
        codes={"result": "wipe_verification"},
    ),
    Entity(
        Certificate,
        say("Certificate of a disposal or a wipe"),
        row_name="coalesce(d.number, a.tag)",
        joins="LEFT JOIN disposal d ON d.id = t.disposal LEFT JOIN asset_wipe w ON w.id = t.wipe"
        " LEFT JOIN asset a ON a.id = w.asset",
    ),
    Entity(LabelCode, say("Label"), row_name="t.code"),
    Entity(
        CollectorKey,
        say("Collecting file"),
        row_name="to_char(t.made_at AT TIME ZONE s.zone, 'YYYY-MM-DD HH24:MI')",
        joins="JOIN school s ON s.id = t.school",
    ),
    Entity(MachineReading, say("Reading of a machine"), row_name=ASSET, joins=OF_ASSET),
    Entity(
        Custody,
        say("Custody"),
        row_name=ASSET,
        joins=OF_ASSET,
        codes={"condition_out": "condition", "condition_in": "condition"},
    ),
    Entity(VisitorReport, say("Report by a visitor"), row_name=ASSET, joins=OF_ASSET),
    Entity(
        CustodyRenewal,
        say("Renewal"),
        row_name=ASSET,
        joins="JOIN custody c ON c.id = t.custody JOIN asset a ON a.id = c.asset"
        " JOIN asset_model m ON m.id = a.model",
    ),
    Entity(
        Shortage,
        say("Missing parts"),
        row_name=ASSET,
        joins=OF_ASSET,
        codes={"resolved_as": "resolved_as"},
    ),
    Entity(CustodySignature, say("Signature"), row_name="t.signer"),
    Entity(
        HandOver,
        say("Hand-over"),
        row_name="to_char(t.at AT TIME ZONE s.zone, 'YYYY-MM-DD HH24:MI')",
        joins="JOIN school s ON s.id = t.school",
        is_audited=False,
    ),
    Entity(
        Hold,
        say("Hold"),
        row_name="coalesce(a.tag, room.name, t.quantity || ' × ' || model_title(m.brand, m.name))",
        joins="LEFT JOIN asset a ON a.id = t.asset LEFT JOIN place room ON room.id = t.place"
        " LEFT JOIN asset_model m ON m.id = t.model",
        codes={"kind": "hold_kind", "closed_as": "hold_end"},
    ),
    Entity(
        LendingRule,
        say("Lending of a model"),
        row_name="model_title(m.brand, m.name)",
        joins="JOIN asset_model m ON m.id = t.model",
    ),
    Entity(
        Disposal,
        say("Disposal"),
        row_name="t.number",
        codes={"end_state": "disposal_end", "state": "disposal_state", "way": "disposal_way"},
    ),
    Entity(
        DisposalLine,
        say("Thing of a disposal"),
        row_name=f"concat_ws(' · ', w.number, {ASSET})",
        joins=f"JOIN disposal w ON w.id = t.disposal {OF_ASSET}",
        codes={"outcome": "disposal_outcome"},
    ),
    Entity(
        DisposalRule,
        say("What the school asks before a disposal"),
        row_name="s.code",
        joins="JOIN school s ON s.id = t.school",
    ),
    Entity(
        MaintenancePlan,
        say("Maintenance plan"),
        row_name="t.title",
        codes={"kind": "asset_category", "state": "plan_state"},
    ),
    Entity(
        RoomStandard,
        say("List of what a room should hold"),
        row_name="t.title",
        codes={"room_kind": "room_kind"},
    ),
    Entity(
        RoomStandardItem,
        say("Line of what a room should hold"),
        row_name="concat_ws(' · ', r.title, t.what)",
        joins="JOIN room_standard r ON r.id = t.standard",
        codes={"kind": "asset_category"},
    ),
    Entity(
        FunctionRoom,
        say("Function room"),
        row_name="pp.path",
        joins="JOIN place_path pp ON pp.place = t.place",
    ),
    Entity(
        Transfer,
        say("Transfer"),
        row_name="t.number",
        codes={"kind": "transfer_kind", "state": "transfer_state"},
    ),
    Entity(
        TransferLine,
        say("Thing of a transfer"),
        row_name=f"concat_ws(' · ', w.number, {ASSET})",
        joins=f"JOIN transfer w ON w.id = t.transfer {OF_ASSET}",
        codes={
            "outcome": "transfer_outcome",
            "condition_out": "condition",
            "condition_in": "condition",
        },
    ),
    Entity(
        TransferExtra,
        say("What came beside a transfer"),
        row_name="concat_ws(' · ', w.number, t.given)",
        joins="JOIN transfer w ON w.id = t.transfer",
        codes={"resolved_as": "transfer_extra_end"},
    ),
    Entity(
        TransferSignature,
        say("Signature"),
        row_name="concat_ws(' · ', w.number, t.signer)",
        joins="JOIN transfer w ON w.id = t.transfer",
        codes={"side": "transfer_side"},
    ),
    Entity(
        BorrowerGroup,
        say("Class or group"),
        row_name="borrower_group_title(t.name, t.year, s.zone)",
        joins="JOIN school s ON s.id = t.school",
    ),
    # Without a history: a name that is erased would live on in it.
    Entity(Guest, say("Guest"), row_name="nullif(t.name, '')", is_audited=False),
    Entity(
        WorkOrder,
        say("Work order"),
        row_name="t.id || ' · ' || a.tag",
        joins="JOIN asset a ON a.id = t.asset",
        codes={
            "state": "work_order_state",
            "severity": "severity",
            "source": "work_order_source",
            "asset_state_before": "lifecycle",
        },
    ),
    Entity(
        WorkOrderEntry,
        say("Work order entry"),
        row_name=_ORDER,
        joins=_ORDER_OF_ENTRY.format(entry="t"),
        codes={"sign_off": "sign_off"},
    ),
    Entity(
        StockBalance,
        say("Part in stock"),
        row_name="concat_ws(' · ', model_title(m.brand, m.name), p.name)",
        joins="JOIN asset_model m ON m.id = t.model JOIN place p ON p.id = t.place",
        is_audited=False,
    ),
    Entity(
        StockReservation,
        say("Reserved parts"),
        row_name="model_title(m.brand, m.name)",
        joins="JOIN stock_balance b ON b.id = t.balance JOIN asset_model m ON m.id = b.model",
    ),
    Entity(
        StockMinimum,
        say("Minimum of a part"),
        row_name="model_title(m.brand, m.name)",
        joins="JOIN asset_model m ON m.id = t.model",
    ),
    Entity(PartCode, say("Code of a part"), row_name="t.code"),
    Entity(
        WorkOrderPhoto,
        say("Photo"),
        row_name=_ORDER,
        joins="JOIN work_order_entry e ON e.id = t.entry " + _ORDER_OF_ENTRY.format(entry="e"),
    ),
    Entity(
        Attachment,
        say("Photo or document"),
        row_name="concat_ws(' · ', coalesce(a.tag, model_title(m.brand, m.name), d.title, k.part, x.number),"
        " nullif(t.title, ''), nullif(t.file_name, ''))",
        joins="LEFT JOIN asset a ON a.id = t.asset LEFT JOIN asset_model m ON m.id = t.model"
        " LEFT JOIN donation d ON d.id = t.donation LEFT JOIN kit_part k ON k.id = t.kit_part"
        " LEFT JOIN disposal x ON x.id = t.disposal",
        codes={"kind": "attachment_kind"},
    ),
    Entity(KitPart, say("Part of a kit"), row_name="t.part", is_audited=False),
    Entity(ImportJob, say("Import"), row_name="t.file_name", codes={"state": "import_state"}),
)
