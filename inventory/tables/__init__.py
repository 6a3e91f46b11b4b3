"""Rows of the inventory; partial indexes and composite keys are in the raw migrations."""

from inventory.tables.assets import (
    Asset,
    AssetModel,
    AssetNumber,
    AssetStep,
    AssetWipe,
    Custody,
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
from inventory.tables.custom_fields import AssetValue, CustomChoice, CustomField
from inventory.tables.imports import ImportJob, ImportRow
from inventory.tables.repairs import (
    PhotoDraft,
    WorkOrder,
    WorkOrderEntry,
    WorkOrderOutage,
    WorkOrderPhoto,
)

__all__ = [
    "Asset",
    "AssetModel",
    "AssetNumber",
    "AssetStep",
    "AssetValue",
    "AssetWipe",
    "Attachment",
    "Custody",
    "CustomChoice",
    "CustomField",
    "Donation",
    "DonationLine",
    "DonationReceipt",
    "Donor",
    "ImportJob",
    "ImportRow",
    "LabelCode",
    "Lifecycle",
    "LifecycleTransition",
    "NumberSeries",
    "PhotoDraft",
    "WorkOrder",
    "WorkOrderEntry",
    "WorkOrderOutage",
    "WorkOrderPhoto",
]
