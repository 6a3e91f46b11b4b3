"""Donations: a gift with its donor's terms, its lines, and what became of them."""

from inventory.donations.attaching import attach_assets, check_attach, check_detach, detach_assets
from inventory.donations.reading import get_donation, list_donations
from inventory.donations.receiving import receive_line, undo_receipt
from inventory.donations.shapes import (
    Donation,
    DonationEdit,
    DonationFacts,
    DonationFilters,
    DonationLine,
    DonationRow,
    LineEdit,
    NewDonation,
    NewLine,
    Receipt,
    ReceiptRow,
    StateCount,
)
from inventory.donations.writing import (
    acknowledge,
    create_donation,
    create_line,
    update_donation,
    update_line,
)

__all__ = [
    "Donation",
    "DonationEdit",
    "DonationFacts",
    "DonationFilters",
    "DonationLine",
    "DonationRow",
    "LineEdit",
    "NewDonation",
    "NewLine",
    "Receipt",
    "ReceiptRow",
    "StateCount",
    "acknowledge",
    "attach_assets",
    "check_attach",
    "check_detach",
    "create_donation",
    "create_line",
    "detach_assets",
    "get_donation",
    "list_donations",
    "receive_line",
    "undo_receipt",
    "update_donation",
    "update_line",
]
