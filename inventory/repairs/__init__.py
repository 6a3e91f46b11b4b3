"""Repairs: from "it does not work" to a closed job card, with what was found, done and spent."""

from inventory.repairs.entries import (
    NewEntry,
    add_photos,
    comment,
    create_entry,
    list_entries,
    may_work_on,
)
from inventory.repairs.fixing import Fix, find_reported, fix, fix_asset
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
from inventory.repairs.part_uses import PartUse
from inventory.repairs.parts import (
    OrderPart,
    PartReservation,
    PartReturn,
    list_parts,
    reserve_part,
    return_part,
)
from inventory.repairs.photos import get_photo
from inventory.repairs.precedents import find_precedents, find_repeated, list_precedents
from inventory.repairs.sign_offs import (
    EntriesToSignOff,
    ProposedEntry,
    SentBack,
    count_to_sign_off,
    list_sent_back,
    list_to_sign_off,
    send_back,
    sign_off,
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
    "Action",
    "Candidate",
    "EntriesToSignOff",
    "Fix",
    "NewEntry",
    "OrderPart",
    "PartReservation",
    "PartReturn",
    "PartUse",
    "ProposedEntry",
    "ReportableAsset",
    "Reported",
    "SentBack",
    "WorkOrder",
    "WorkOrderEntry",
    "WorkOrderFilter",
    "actions_for",
    "add_photos",
    "assign",
    "cancel",
    "comment",
    "complete",
    "count_to_sign_off",
    "create_entry",
    "find_assignees",
    "find_precedents",
    "find_repeated",
    "find_reported",
    "fix",
    "fix_asset",
    "get_photo",
    "get_reportable",
    "get_work_order",
    "list_entries",
    "list_history",
    "list_most_urgent",
    "list_of_asset",
    "list_parts",
    "list_precedents",
    "list_sent_back",
    "list_to_sign_off",
    "list_work_orders",
    "may_work_on",
    "open_work_order",
    "report_fault",
    "reserve_part",
    "resume",
    "return_part",
    "send_back",
    "set_usable",
    "sign_off",
    "take",
    "wait_for_parts",
]
