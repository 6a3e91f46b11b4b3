"""Repairs: from "it does not work" to a closed job card, with what was found, done and spent."""

from inventory.repairs.entries import (
    NewEntry,
    add_photos,
    comment,
    create_entry,
    list_entries,
    may_work_on,
)
from inventory.repairs.history import list_history
from inventory.repairs.lists import (
    WorkOrderFilter,
    list_most_urgent,
    list_of_asset,
    list_work_orders,
)
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
    store_drafts,
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
    actions_for,
    assign,
    cancel,
    complete,
    find_assignees,
    resume,
    take,
    wait_for_parts,
)
from inventory.repairs.views import WorkOrder, WorkOrderEntry, get_work_order

__all__ = [
    "PHOTOS_PER_ENTRY",
    "Action",
    "Candidate",
    "NewEntry",
    "PhotoDraft",
    "ReportableAsset",
    "Reported",
    "StoredPhoto",
    "WorkOrder",
    "WorkOrderEntry",
    "WorkOrderFilter",
    "actions_for",
    "add_photos",
    "assign",
    "cancel",
    "comment",
    "complete",
    "create_entry",
    "find_assignees",
    "find_drafts",
    "get_draft",
    "get_photo",
    "get_reportable",
    "get_work_order",
    "list_entries",
    "list_history",
    "list_most_urgent",
    "list_of_asset",
    "list_work_orders",
    "may_work_on",
    "open_work_order",
    "report_fault",
    "resume",
    "set_usable",
    "store_drafts",
    "store_photos",
    "take",
    "take_drafts",
    "too_many_photos",
    "wait_for_parts",
]
