"""Photographs and papers in the object store: stored before their rows, waiting for a form, swept."""

from inventory.photos.drafts import (
    PhotoDraft,
    find_drafts,
    get_draft,
    store_drafts,
    take_drafts,
)
from inventory.photos.storing import PHOTOS_PER_FORM, store_photos, too_many_photos

__all__ = [
    "PHOTOS_PER_FORM",
    "PhotoDraft",
    "find_drafts",
    "get_draft",
    "store_drafts",
    "store_photos",
    "take_drafts",
    "too_many_photos",
]
