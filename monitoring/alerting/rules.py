"""Thresholds with hysteresis: from readings to findings, pure and without memory of its own."""

from collections.abc import Callable, Collection, Mapping
from enum import Enum

import msgspec

from monitoring.decoding.readings import Reading, State, at_least, worst
from monitoring.profiles import Profile, Rule

AlertKey = tuple[str, str]  # rule and instance: what an episode of trouble is known by


class Evaluation(Enum):
    """What one reading says about one rule."""

    fault = "fault"
    fine = "fine"
    between = "between"  # inside the hysteresis, or without a value: nothing changes


class Judgement(msgspec.Struct, frozen=True):
    """What a visit changes: episodes to raise and to clear, and what is to be remembered of it."""

    raised: dict[AlertKey, tuple[Rule, Reading]]
    cleared: set[AlertKey]
    pending: dict[AlertKey, int]


def judge(
    profile: Profile,
    readings: list[Reading],
    *,
    open_keys: set[AlertKey],
    pending: Mapping[AlertKey, int],
    switched_off: Collection[str] = (),
) -> Judgement:
    """Hold the readings against the profile's rules, given the episodes that are open.

    What is open of a rule that was ``switched_off`` since is cleared.
    """
    raised: dict[AlertKey, tuple[Rule, Reading]] = {}
    cleared = {key for key in open_keys if key[0] in switched_off}
    remembered: dict[AlertKey, int] = {}
    by_metric: dict[str, list[Reading]] = {}
    for reading in readings:
        by_metric.setdefault(reading.metric, []).append(reading)
    for rule in profile.rule:
        for reading in by_metric.get(rule.metric, ()):
            key = (rule.name, reading.instance)
            is_open = key in open_keys
            history = _history(rule, reading, pending.get(key, 0), is_open=is_open)
            enough = history.bit_count() >= rule.after
            if enough and is_open:
                cleared.add(key)
            elif enough:
                raised[key] = (rule, reading)
            # What was raised may be held back by a maintenance window: then the next visit knows.
            if history and not (enough and (is_open or rule.within == 1)):
                remembered[key] = history << 1 | is_open
    return Judgement(raised, cleared, remembered)


def _history(rule: Rule, reading: Reading, remembered: int, *, is_open: bool) -> int:
    """The last visits as bits, the latest lowest: 1 for each that speaks against what is open.

    The lowest bit of what is remembered says whether an episode was open; with the episode changes what
    speaks against it, so the bits begin anew.
    """
    before = remembered >> 1 if remembered & 1 == is_open else 0
    differs = find(rule, reading) is (Evaluation.fine if is_open else Evaluation.fault)
    return (before << 1 | differs) & ((1 << rule.within) - 1)


def with_states_of(
    changed: Profile, readings: list[Reading], *, instead_of: Profile
) -> list[Reading]:
    """The readings as grave as ``changed`` has it, where they were judged by another profile."""
    return with_states(changed, [_without_state(instead_of, reading) for reading in readings])


def _without_state(profile: Profile, reading: Reading) -> Reading:
    (judged,) = with_states(profile, [msgspec.structs.replace(reading, state=State.ok)])
    by_rules = judged.state
    if by_rules is State.ok or reading.state is not by_rules:
        return reading
    return msgspec.structs.replace(reading, state=State.ok)


def find(rule: Rule, reading: Reading) -> Evaluation:
    """What the reading says: a fault beyond the outer bound, fine beyond the inner one."""
    if rule.raise_state is not None:
        if reading.state is State.unknown:
            return Evaluation.between
        return Evaluation.fault if at_least(reading.state, rule.raise_state) else Evaluation.fine
    value = reading.number
    if value is None:
        # "some left" is an answer too: what is not counted is not short.
        return Evaluation.fine if reading.value == "some" else Evaluation.between
    return _by_bounds(rule, value)


def with_states(profile: Profile, readings: list[Reading]) -> list[Reading]:
    """The readings, each as grave as the gravest rule that it breaks by itself."""
    by_metric: dict[str, list[Rule]] = {}
    for rule in profile.rule:
        if rule.raise_state is None:
            by_metric.setdefault(rule.metric, []).append(rule)
    return [
        _with_state(by_metric[reading.metric], reading) if reading.metric in by_metric else reading
        for reading in readings
    ]


def _by_bounds(rule: Rule, value: float) -> Evaluation:
    bounds: list[tuple[float | None, Callable[[float, float], bool], Evaluation]] = [
        (rule.raise_above, float.__ge__, Evaluation.fault),
        (rule.raise_below, float.__le__, Evaluation.fault),
        (rule.clear_below, float.__le__, Evaluation.fine),
        (rule.clear_above, float.__ge__, Evaluation.fine),
    ]
    for bound, reaches, finding in bounds:
        if bound is not None and reaches(value, float(bound)):
            return finding
    return Evaluation.between


def _with_state(its_rules: list[Rule], reading: Reading) -> Reading:
    broken = [rule.severity for rule in its_rules if find(rule, reading) is Evaluation.fault]
    if not broken:
        return reading
    state = worst(reading.state, *broken)
    return reading if state is reading.state else msgspec.structs.replace(reading, state=state)
