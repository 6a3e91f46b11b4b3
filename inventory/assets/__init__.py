"""Assets: one thing with a sticker each, from the day it comes to the day it goes."""

from inventory.assets.book_facts import BookFacts, CostBasis
from inventory.assets.change_of_school import change_school, check_change_of_school
from inventory.assets.counting import PlaceCount, count_place
from inventory.assets.filtering import AssetFilters, Custodial
from inventory.assets.history import Step, list_history, list_steps
from inventory.assets.lifecycle import (
    check_steps,
    record_step,
    take_step,
    take_steps,
)
from inventory.assets.listing import (
    count_assets,
    find_tags,
    list_assets,
    list_query,
)
from inventory.assets.locking import MOST_AT_ONCE, Locked, lock
from inventory.assets.moving import check_move, move_assets
from inventory.assets.reading import find_asset, find_by_tags, get_asset, no_such_asset
from inventory.assets.references import By, Meant, resolve, resolve_one
from inventory.assets.shapes import Asset, AssetRow, Condition, HolderKind, LifecycleState
from inventory.assets.transitions import NextStep, find_next_steps
from inventory.assets.wipes import (
    NewWipe,
    Wipe,
    WipeMethod,
    WipeResult,
    check_wipes,
    list_wipes,
    record_wipes,
)
from inventory.assets.writing import (
    AssetChanges,
    NewAsset,
    create_asset,
    update_asset,
)

__all__ = [
    "MOST_AT_ONCE",
    "Asset",
    "AssetChanges",
    "AssetFilters",
    "AssetRow",
    "BookFacts",
    "By",
    "Condition",
    "CostBasis",
    "Custodial",
    "HolderKind",
    "LifecycleState",
    "Locked",
    "Meant",
    "NewAsset",
    "NewWipe",
    "NextStep",
    "PlaceCount",
    "Step",
    "Wipe",
    "WipeMethod",
    "WipeResult",
    "change_school",
    "check_change_of_school",
    "check_move",
    "check_steps",
    "check_wipes",
    "count_assets",
    "count_place",
    "create_asset",
    "find_asset",
    "find_by_tags",
    "find_next_steps",
    "find_tags",
    "get_asset",
    "list_assets",
    "list_history",
    "list_query",
    "list_steps",
    "list_wipes",
    "lock",
    "move_assets",
    "no_such_asset",
    "record_step",
    "record_wipes",
    "resolve",
    "resolve_one",
    "take_step",
    "take_steps",
    "update_asset",
]
