"""Alerts: episodes of faults, from visits, traps and forecasts to the people who mend them."""

from monitoring.alerting.alerts.actions import acknowledge, acknowledge_many, clear_by_hand
from monitoring.alerting.alerts.findings import AlertSeverity, DeviceChanges, Finding
from monitoring.alerting.alerts.resolution import resolve_stale
from monitoring.alerting.alerts.store import (
    apply_changes,
    clear_alert,
    end_all,
    open_keys,
    raise_alert,
)
from monitoring.alerting.alerts.views import (
    Alert,
    AlertFilter,
    AlertState,
    get_alert,
    list_alerts,
    most_urgent,
)

__all__ = [
    "Alert",
    "AlertFilter",
    "AlertSeverity",
    "AlertState",
    "DeviceChanges",
    "Finding",
    "acknowledge",
    "acknowledge_many",
    "apply_changes",
    "clear_alert",
    "clear_by_hand",
    "end_all",
    "get_alert",
    "list_alerts",
    "most_urgent",
    "open_keys",
    "raise_alert",
    "resolve_stale",
]
