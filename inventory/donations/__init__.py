"""Donations: a gift with its donor's terms, its lines, and what became of them."""

from inventory.donations.reading import get_donation, list_donations
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
    StateCount,
)
from inventory.donations.writing import (
    acknowledge,
    create_donation,
    create_line,
    receive_line,
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
    "StateCount",
    "acknowledge",
    "create_donation",
    "create_line",
    "get_donation",
    "list_donations",
    "receive_line",
    "update_donation",
    "update_line",
]
