"""Rows of the inventory; partial indexes and composite keys are in the raw migrations."""

from inventory.tables.assets import (
    Asset,
    AssetModel,
    AssetNumber,
    AssetStep,
    AssetWipe,
    Donation,
    DonationLine,
    DonationReceipt,
    Donor,
    LabelCode,
    Lifecycle,
    LifecycleTransition,
    NumberSeries,
)
from inventory.tables.attachments import Attachment
from inventory.tables.borrowers import BorrowerGroup, Guest
from inventory.tables.collector import CollectorKey, DiskReading, MachineReading
from inventory.tables.custody import (
    Custody,
    CustodyReminder,
    CustodyRenewal,
    CustodySignature,
    HandOver,
    Shortage,
)
from inventory.tables.custom_fields import AssetValue, CustomChoice, CustomField
from inventory.tables.disposals import Disposal, DisposalLine, DisposalRule
from inventory.tables.holds import CalendarFeed, Hold, LendingRule
from inventory.tables.imports import ImportFile, ImportJob, ImportMapping, ImportRow
from inventory.tables.kits import (
    KitCount,
    KitCountLine,
    KitGap,
    KitMove,
    KitPart,
    PartsList,
    PartsListLine,
)
from inventory.tables.lots import Lot, LotLoan, LotLoanReminder, LotLoanRenewal, LotMove
from inventory.tables.maintenance import MaintenancePlan
from inventory.tables.repairs import (
    PhotoDraft,
    WorkOrder,
    WorkOrderEntry,
    WorkOrderOutage,
    WorkOrderPhoto,
)
from inventory.tables.rooms import FunctionRoom, RoomStandard, RoomStandardItem, RoomTransfer
from inventory.tables.stock import (
    PartCode,
    StockBalance,
    StockMinimum,
    StockMove,
    StockReservation,
)
from inventory.tables.stocktakes import (
    Stocktake,
    StocktakeAsset,
    StocktakePhoto,
    StocktakeScan,
    StocktakeSignature,
)
from inventory.tables.transfers import Transfer, TransferExtra, TransferLine, TransferSignature
from inventory.tables.visitors import VisitorReport
from inventory.tables.wipes import Certificate, WipeVerification

__all__ = [
    "Asset",
    "AssetModel",
    "AssetNumber",
    "AssetStep",
    "AssetValue",
    "AssetWipe",
    "Attachment",
    "BorrowerGroup",
    "CalendarFeed",
    "Certificate",
    "CollectorKey",
    "Custody",
    "CustodyReminder",
    "CustodyRenewal",
    "CustodySignature",
    "CustomChoice",
    "CustomField",
    "DiskReading",
    "Disposal",
    "DisposalLine",
    "DisposalRule",
    "Donation",
    "DonationLine",
    "DonationReceipt",
    "Donor",
    "FunctionRoom",
    "Guest",
    "HandOver",
    "Hold",
    "ImportFile",
    "ImportJob",
    "ImportMapping",
    "ImportRow",
    "KitCount",
    "KitCountLine",
    "KitGap",
    "KitMove",
    "KitPart",
    "LabelCode",
    "LendingRule",
    "Lifecycle",
    "LifecycleTransition",
    "Lot",
    "LotLoan",
    "LotLoanReminder",
    "LotLoanRenewal",
    "LotMove",
    "MachineReading",
    "MaintenancePlan",
    "NumberSeries",
    "PartCode",
    "PartsList",
    "PartsListLine",
    "PhotoDraft",
    "RoomStandard",
    "RoomStandardItem",
    "RoomTransfer",
    "Shortage",
    "StockBalance",
    "StockMinimum",
    "StockMove",
    "StockReservation",
    "Stocktake",
    "StocktakeAsset",
    "StocktakePhoto",
    "StocktakeScan",
    "StocktakeSignature",
    "Transfer",
    "TransferExtra",
    "TransferLine",
    "TransferSignature",
    "VisitorReport",
    "WipeVerification",
    "WorkOrder",
    "WorkOrderEntry",
    "WorkOrderOutage",
    "WorkOrderPhoto",
]
