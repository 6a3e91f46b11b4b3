"""One value of one visit, as every profile gives it."""

from collections.abc import Iterable
from enum import StrEnum

import msgspec

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
