"""Discovery: searches of a school's networks, and what people decide about whom they find."""

from monitoring.discovery.candidates import (
    Candidate,
    CandidateFilter,
    Decision,
    count_certain,
    get_candidate,
    list_candidates,
)
from monitoring.discovery.decisions import (
    AddedAll,
    Choice,
    add_candidate,
    add_certain,
    ignore_candidate,
    take_back,
)
from monitoring.discovery.matching import Doubt, Key, Trust
from monitoring.discovery.scans import NetworkScan, cancel_scan, get_scan, list_scans, start_scan

__all__ = [
    "AddedAll",
    "Candidate",
    "CandidateFilter",
    "Choice",
    "Decision",
    "Doubt",
    "Key",
    "NetworkScan",
    "Trust",
    "add_candidate",
    "add_certain",
    "cancel_scan",
    "count_certain",
    "get_candidate",
    "get_scan",
    "ignore_candidate",
    "list_candidates",
    "list_scans",
    "start_scan",
    "take_back",
]
