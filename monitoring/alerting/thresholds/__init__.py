"""Thresholds as a school sets them against a profile's rules, for a device or for all of a kind."""

from monitoring.alerting.thresholds.effective import Settings, settings_of
from monitoring.alerting.thresholds.setting import (
    HeldRule,
    RuleChange,
    put_back_for_device,
    put_back_for_profile,
    rules_of_device,
    rules_of_profile,
    set_for_device,
    set_for_profile,
)

__all__ = [
    "HeldRule",
    "RuleChange",
    "Settings",
    "put_back_for_device",
    "put_back_for_profile",
    "rules_of_device",
    "rules_of_profile",
    "set_for_device",
    "set_for_profile",
    "settings_of",
]
