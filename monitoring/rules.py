"""Thresholds with hysteresis: from readings to findings, pure and without memory of its own."""

from collections.abc import Callable, Mapping
from enum import Enum

import msgspec

from monitoring.profiles import Profile, Rule
from monitoring.readings import Reading, State, at_least, worst

Place = tuple[str, str]  # rule and instance: where an episode of trouble is kept


class Finding(Enum):
    """What one reading says about one rule."""

    fault = "fault"
    fine = "fine"
    between = "between"  # inside the hysteresis, or without a value: nothing changes


class Judgement(msgspec.Struct, frozen=True):
    """What a visit changes: episodes to raise and to clear, and the counts to remember.

    ``pending`` counts visits in a row that agree but are not yet enough.
    """

    raised: dict[Place, tuple[Rule, Reading]]
    cleared: set[Place]
    pending: dict[Place, int]


def judge(
    profile: Profile,
    readings: list[Reading],
    *,
    open_places: set[Place],
    pending: Mapping[Place, int],
) -> Judgement:
    """Hold the readings against the profile's rules, given the episodes that are open."""
    raised: dict[Place, tuple[Rule, Reading]] = {}
    cleared: set[Place] = set()
    counts: dict[Place, int] = {}
    for rule in profile.rule:
        for reading in (r for r in readings if r.metric == rule.metric):
            place = (rule.name, reading.instance)
            is_open = place in open_places
            if find(rule, reading) is not (Finding.fine if is_open else Finding.fault):
                continue
            count = pending.get(place, 0) + 1
            if count < rule.after:
                counts[place] = count
            elif is_open:
                cleared.add(place)
            else:
                raised[place] = (rule, reading)
    return Judgement(raised, cleared, counts)


def find(rule: Rule, reading: Reading) -> Finding:
    """What the reading says: a fault beyond the outer bound, fine beyond the inner one."""
    if rule.raise_state is not None:
        if reading.state is State.unknown:
            return Finding.between
        return Finding.fault if at_least(reading.state, rule.raise_state) else Finding.fine
    value = reading.number
    if value is None:
        # "some left" is an answer too: what is not counted is not short.
        return Finding.fine if reading.value == "some" else Finding.between
    return _by_bounds(rule, value)


def with_states(profile: Profile, readings: list[Reading]) -> list[Reading]:
    """The readings, each as grave as the gravest rule that it breaks by itself."""
    return [_with_state(profile, reading) for reading in readings]


def _by_bounds(rule: Rule, value: float) -> Finding:
    bounds: list[tuple[float | None, Callable[[float, float], bool], Finding]] = [
        (rule.raise_above, float.__ge__, Finding.fault),
        (rule.raise_below, float.__le__, Finding.fault),
        (rule.clear_below, float.__le__, Finding.fine),
        (rule.clear_above, float.__ge__, Finding.fine),
    ]
    for bound, reaches, finding in bounds:
        if bound is not None and reaches(value, float(bound)):
            return finding
    return Finding.between


def _with_state(profile: Profile, reading: Reading) -> Reading:
    broken = [
        rule.severity
        for rule in profile.rule
        if rule.metric == reading.metric
        and rule.raise_state is None
        and find(rule, reading) is Finding.fault
    ]
    state = worst(reading.state, *broken)
    return reading if state is reading.state else msgspec.structs.replace(reading, state=state)
