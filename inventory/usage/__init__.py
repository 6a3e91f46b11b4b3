"""What becomes of the equipment: the inventory's part of the usage report, and its periods."""

from inventory.usage.counted import BY, By, ctes
from inventory.usage.periods import (
    LONGEST_PERIOD_DAYS,
    PRESETS,
    ZONE,
    Period,
    Preset,
    chosen_period,
    preset_period,
)

__all__ = [
    "BY",
    "LONGEST_PERIOD_DAYS",
    "PRESETS",
    "ZONE",
    "By",
    "Period",
    "Preset",
    "chosen_period",
    "ctes",
    "preset_period",
]
