"""Donations: a gift with its donor's terms, its lines, and what became of them."""

from inventory.donations.reading import find_donations, get_donation
from inventory.donations.shapes import (
    Donation,
    DonationEdit,
    DonationFacts,
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
    add_line,
    create_donation,
    edit_donation,
    edit_line,
    receive_line,
)

__all__ = [
    "Donation",
    "DonationEdit",
    "DonationFacts",
    "DonationLine",
    "DonationRow",
    "LineEdit",
    "NewDonation",
    "NewLine",
    "Receipt",
    "StateCount",
    "acknowledge",
    "add_line",
    "create_donation",
    "edit_donation",
    "edit_line",
    "find_donations",
    "get_donation",
    "receive_line",
]
