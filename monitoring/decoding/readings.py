"""One value of one visit, as every profile gives it, and what no device can mean."""

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from monitoring.decoding.metrics import METRICS

Scalar = int | float | str | None

LONGEST_INSTANCE = 200


class State(StrEnum):
    """One scale for what all vendors call by many names."""

    ok = "ok"
    warning = "warning"
    critical = "critical"
    unknown = "unknown"


_GRAVITY = {State.ok: 0, State.unknown: 1, State.warning: 2, State.critical: 3}


class Reading(msgspec.Struct, frozen=True):
    """``metric`` of ``instance`` (a cartridge, a disk, a port; "" when there is but one).

    A ``value`` that is a word ("some", "on_battery") is a code from monitoring/decoding/metrics.py or the
    agent's own text; None means that the agent does not know.
    """

    metric: str
    instance: str = ""
    value: Scalar = None
    unit: str | None = None
    state: State = State.ok

    @property
    def number(self) -> float | None:
        """The value where it is a number."""
        return None if isinstance(self.value, str | None) else float(self.value)


def worst(*states: State) -> State:
    """The gravest of the states; ok when there are none."""
    return max(states, key=_GRAVITY.__getitem__, default=State.ok)


def gravest_first(found: Iterable[tuple[str, State]]) -> list[str]:
    """The words, each once, those of graver states before the others: an alert tells the first."""
    ordered = sorted(found, key=lambda one: -_GRAVITY[one[1]])
    return list(dict.fromkeys(word for word, _ in ordered))


def at_least(state: State, bar: State) -> bool:
    """Whether ``state`` is as grave as ``bar``; unknown is never a fault."""
    return state is not State.unknown and _GRAVITY[state] >= _GRAVITY[bar]


def without_repeats(readings: list[Reading]) -> list[Reading]:
    """The first reading of each metric and instance: profiles name the better source first.

    Instances are names that agents give, cut to what a row and its index can hold.
    """
    first: dict[tuple[str, str], Reading] = {}
    for reading in readings:
        instance = reading.instance[:LONGEST_INSTANCE]
        cut = msgspec.structs.replace(reading, instance=instance)
        first.setdefault((reading.metric, instance), cut)
    return list(first.values())


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
