"""Repairs: from "it does not work" to a closed job card, with what was found, done and spent."""

from inventory.repairs.entries import (
    NewEntry,
    add_entry,
    add_photos,
    comment,
    entries_of,
    may_work_on,
)
from inventory.repairs.history import history_of
from inventory.repairs.lists import WorkOrderFilter, list_work_orders, most_urgent, of_asset
from inventory.repairs.opening import (
    ReportableAsset,
    Reported,
    get_reportable,
    open_work_order,
    report_fault,
)
from inventory.repairs.outages import set_usable
from inventory.repairs.photo_drafts import (
    PhotoDraft,
    find_drafts,
    get_draft,
    keep_drafts,
    take_drafts,
)
from inventory.repairs.photos import (
    PHOTOS_PER_ENTRY,
    StoredPhoto,
    get_photo,
    store_photos,
    too_many_photos,
)
from inventory.repairs.transitions import (
    Action,
    Candidate,
    Condition,
    actions_for,
    assign,
    cancel,
    candidates,
    complete,
    resume,
    take,
    wait_for_parts,
)
from inventory.repairs.views import WorkOrder, WorkOrderEntry, get_work_order

__all__ = [
    "PHOTOS_PER_ENTRY",
    "Action",
    "Candidate",
    "Condition",
    "NewEntry",
    "PhotoDraft",
    "ReportableAsset",
    "Reported",
    "StoredPhoto",
    "WorkOrder",
    "WorkOrderEntry",
    "WorkOrderFilter",
    "actions_for",
    "add_entry",
    "add_photos",
    "assign",
    "cancel",
    "candidates",
    "comment",
    "complete",
    "entries_of",
    "find_drafts",
    "get_draft",
    "get_photo",
    "get_reportable",
    "get_work_order",
    "history_of",
    "keep_drafts",
    "list_work_orders",
    "may_work_on",
    "most_urgent",
    "of_asset",
    "open_work_order",
    "report_fault",
    "resume",
    "set_usable",
    "store_photos",
    "take",
    "take_drafts",
    "too_many_photos",
    "wait_for_parts",
]
