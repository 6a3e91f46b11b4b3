"""Disposals: how things leave the books, proposed by one person and approved by another."""

from inventory.disposals.deciding import approve_disposal, refuse_disposal, withdraw_disposal
from inventory.disposals.proposing import check_proposed, leave_out, propose_disposal
from inventory.disposals.reading import (
    count_to_approve,
    find_disposal_of,
    find_proposed,
    get_certificate,
    get_disposal,
    list_disposals,
    list_due_ends,
    list_of_donation,
)
from inventory.disposals.rules import list_rules, write_rule
from inventory.disposals.shapes import (
    Disposal,
    DisposalFilters,
    DisposalLine,
    DisposalOutcome,
    DisposalRow,
    DisposalRule,
    DisposalState,
    DisposalView,
    DueEnd,
    End,
    EndOfDonation,
    NewDisposal,
    Refusal,
    RuleFacts,
)

__all__ = [
    "Disposal",
    "DisposalFilters",
    "DisposalLine",
    "DisposalOutcome",
    "DisposalRow",
    "DisposalRule",
    "DisposalState",
    "DisposalView",
    "DueEnd",
    "End",
    "EndOfDonation",
    "NewDisposal",
    "Refusal",
    "RuleFacts",
    "approve_disposal",
    "check_proposed",
    "count_to_approve",
    "find_disposal_of",
    "find_proposed",
    "get_certificate",
    "get_disposal",
    "leave_out",
    "list_disposals",
    "list_due_ends",
    "list_of_donation",
    "list_rules",
    "propose_disposal",
    "refuse_disposal",
    "withdraw_disposal",
    "write_rule",
]
