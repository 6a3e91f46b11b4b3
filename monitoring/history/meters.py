"""Metrics that only rise, such as pages printed: what counts of them is how much they grew."""

from monitoring.decoding.metrics import METRICS

METER_UNITS = ("pages", "impressions", "hours")
METERS = frozenset(
    name for name, metric in METRICS.items() if metric.is_stored and metric.unit in METER_UNITS
)
