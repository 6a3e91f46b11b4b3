"""Wipes as those see them who verify them: another person than who recorded one looks at it."""

from inventory.wipes.reading import count_waiting, get_certificate, get_wipe, list_wipes
from inventory.wipes.shapes import (
    NewVerification,
    WipeCertificate,
    WipeFilters,
    WipeRow,
    WipeView,
)
from inventory.wipes.verifying import check_verifications, verify_wipes

__all__ = [
    "NewVerification",
    "WipeCertificate",
    "WipeFilters",
    "WipeRow",
    "WipeView",
    "check_verifications",
    "count_waiting",
    "get_certificate",
    "get_wipe",
    "list_wipes",
    "verify_wipes",
]
