"""Expected hours: when a silent device is a fault, and when it is only switched off."""

from monitoring.alerting.expected_hours.sets import (
    ExpectedHours,
    NewHours,
    by_times,
    create_hours,
    delete_hours,
    get_hours,
    give_to_device,
    give_to_place,
    hours_of,
    list_hours,
    update_hours,
)
from monitoring.alerting.expected_hours.spans import Span, is_expected, spans_from_json

__all__ = [
    "ExpectedHours",
    "NewHours",
    "Span",
    "by_times",
    "create_hours",
    "delete_hours",
    "get_hours",
    "give_to_device",
    "give_to_place",
    "hours_of",
    "is_expected",
    "list_hours",
    "spans_from_json",
    "update_hours",
]
