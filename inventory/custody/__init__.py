"""Custody: who has an asset now, and who had it before."""

from inventory.custody.due import Due
from inventory.custody.hand_overs import HandOver, NewSignature, get_hand_over, sign
from inventory.custody.listing import (
    CustodyFilters,
    CustodyView,
    count_overdue,
    find_candidates,
    list_custody,
    list_of_asset,
    list_own,
)
from inventory.custody.moving import check_hand_out, hand_out
from inventory.custody.renewing import Renewal, check_renew, list_renewals, renew, renew_own
from inventory.custody.returning import ReturnedRow, check_take_back, take_back
from inventory.custody.shapes import Custody
from inventory.custody.shortages import (
    Resolution,
    Shortage,
    get_shortage,
    list_shortages,
    resolve_shortage,
)
from inventory.holders import Holder

__all__ = [
    "Custody",
    "CustodyFilters",
    "CustodyView",
    "Due",
    "HandOver",
    "Holder",
    "NewSignature",
    "Renewal",
    "Resolution",
    "ReturnedRow",
    "Shortage",
    "check_hand_out",
    "check_renew",
    "check_take_back",
    "count_overdue",
    "find_candidates",
    "get_hand_over",
    "get_shortage",
    "hand_out",
    "list_custody",
    "list_of_asset",
    "list_own",
    "list_renewals",
    "list_shortages",
    "renew",
    "renew_own",
    "resolve_shortage",
    "sign",
    "take_back",
]
