"""Thresholds as a school sets them against a profile's rules, for a device or for all of a kind."""

from monitoring.thresholds.effective import Settings, settings_of

__all__ = ["Settings", "settings_of"]
