"""Visitors: what a label shows to somebody without an account, and what they report by it."""

from inventory.visitors.reporting import report_as_visitor
from inventory.visitors.reports import (
    VisitorReport,
    VisitorReportFilters,
    accept,
    count_waiting,
    dismiss,
    find_contacts,
    list_visitor_reports,
)
from inventory.visitors.things import Thing, find_thing, open_picture

__all__ = [
    "Thing",
    "VisitorReport",
    "VisitorReportFilters",
    "accept",
    "count_waiting",
    "dismiss",
    "find_contacts",
    "find_thing",
    "list_visitor_reports",
    "open_picture",
    "report_as_visitor",
]
