"""Custody: who has an asset now, and who had it before."""

from inventory.custody.listing import (
    CustodyFilters,
    CustodyView,
    count_overdue,
    find_candidates,
    list_custody,
    list_of_asset,
    list_own,
)
from inventory.custody.moving import check_hand_out, check_take_back, hand_out, take_back
from inventory.custody.shapes import Custody, Holder

__all__ = [
    "Custody",
    "CustodyFilters",
    "CustodyView",
    "Holder",
    "check_hand_out",
    "check_take_back",
    "count_overdue",
    "find_candidates",
    "hand_out",
    "list_custody",
    "list_of_asset",
    "list_own",
    "take_back",
]
