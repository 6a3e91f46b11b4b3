"""What no device can mean: the least and the most of each unit, for every profile at once.

A reading outside of them is left out, as if the agent had not given it: never rounded into range.
Agents say "not known" by the greatest or least number of a type, or by what the unit cannot be.
"""

from monitoring.decoding.metrics import METRICS
from monitoring.decoding.readings import Reading

DAY_MINUTES = 24 * 60
DAY_SECONDS = 24 * 3600

Bounds = tuple[float, float]

UNIT_BOUNDS: dict[str, Bounds] = {
    "percent": (0, 100),
    "celsius": (-60, 200),
    "volts": (-1_000, 1_000),
    "amperes": (-1_000, 5_000),
    "milliamperes": (0, 1_000),
    "watts": (-1_000_000, 1_000_000),
    "hertz": (0, 100_000_000),
    "decibel_milliwatts": (-60, 20),
    "minutes": (0, 7 * DAY_MINUTES),
    "seconds": (0, 2**31 - 2),  # uptimes; 2^31 - 1 is "not known"
    "milliseconds": (0, 3_600_000),
    "hours": (0, 1_000_000),
    "days": (-36_500, 36_500),
    "pages": (0, 1_000_000_000),
    "impressions": (0, 1_000_000_000),
    "sheets": (0, 1_000_000),
    "grams": (0, 1_000_000),
    "millilitres": (0, 1_000_000),
    "metres": (0, 1_000_000),
    "items": (0, 1_000_000),
    "count": (0, 1_000_000_000),
    "per_second": (0, 10**12),
    "bits_per_second": (0, 10**14),
    "bytes": (0, 2**62),
    "revolutions": (0, 60_000),
    "cubic_metres_a_minute": (0, 100_000),
}

# Where the thing itself has other bounds than its unit.
METRIC_BOUNDS: dict[str, Bounds] = {
    "output_load": (0, 200),  # RFC 1628: an overload is more than the whole
    "wifi_power": (-60, 40),  # what an antenna's gain is added to
    "on_battery": (0, 7 * DAY_SECONDS),
    "input_voltage": (0, 700),
    "output_voltage": (0, 700),
    "bypass_voltage": (0, 700),
    "input_frequency": (0, 100),
    "output_frequency": (0, 100),
    "load_average": (0, 100_000),
    "wifi_channel": (0, 1_000),
}

# Of values without a unit: the ends of Integer32, Unsigned32, Counter64 and their like.
SENTINELS = {2**31 - 1, -(2**31), 2**32 - 1, 2**63 - 1, -(2**63), 2**64 - 1}


def bounds_of(metric: str, unit: str | None) -> Bounds | None:
    """The least and the most of a metric in that unit; None where only sentinels are refused."""
    known = METRICS.get(metric)
    if known is not None and known.counter_bits:
        return 0, 2**known.counter_bits - 1
    return METRIC_BOUNDS.get(metric) or (UNIT_BOUNDS.get(unit) if unit else None)


def is_possible(reading: Reading) -> bool:
    """Whether a device can mean it; words always, numbers within the bounds."""
    number = reading.number
    if number is None:
        return True
    bounds = bounds_of(reading.metric, reading.unit)
    if bounds is None:
        return reading.value not in SENTINELS
    return bounds[0] <= number <= bounds[1]
