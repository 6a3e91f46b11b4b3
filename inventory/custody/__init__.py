"""Custody: who has an asset now, and who had it before."""

from inventory.custody.listing import (
    CustodyFilters,
    CustodyView,
    count_overdue,
    find_candidates,
    find_custody,
    find_mine,
    of_asset,
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
    "find_custody",
    "find_mine",
    "hand_out",
    "of_asset",
    "take_back",
]
