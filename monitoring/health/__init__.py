"""Whether monitoring itself is well: what its workers count, and what that means in words."""

from monitoring.health.checks import Check, HealthVerdict, examine
from monitoring.health.state import MonitoringState, look

__all__ = ["Check", "HealthVerdict", "MonitoringState", "examine", "look"]
