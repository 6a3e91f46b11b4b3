"""Expected hours: when a silent device is a fault, and when it is only switched off."""

from monitoring.expected_hours.spans import Span, is_expected, spans_from_json

__all__ = ["Span", "is_expected", "spans_from_json"]
