"""Thresholds with hysteresis, and episodes that begin once and end once."""

import msgspec
import pytest

from monitoring.assessing import Before, assess
from monitoring.profiles import Profile, Rule, profile_named
from monitoring.readings import LONGEST_INSTANCE, Reading, State, without_repeats
from monitoring.rules import Finding, find, judge
from monitoring.visits import Uptime, Visit

LOW = Rule(
    name="supply_low",
    metric="supply_level",
    severity=State.warning,
    raise_below=10,
    clear_above=15,
)
FULL = Rule(
    name="disk_full",
    metric="disk_used",
    severity=State.warning,
    raise_above=92,
    clear_below=88,
    after=3,
)


def toner(value: object) -> list[Reading]:
    return [Reading("supply_level", "Black", value, "percent")]  # type: ignore[arg-type]


def with_rules(*rules: Rule) -> Profile:
    printer = profile_named("printer")
    assert printer is not None
    return msgspec.structs.replace(printer, rule=list(rules))


@pytest.mark.parametrize(
    ("value", "finding"),
    [
        (0, Finding.fault),
        (10, Finding.fault),
        (10.1, Finding.between),
        (15, Finding.fine),
        (100, Finding.fine),
        ("some", Finding.fine),
        ("unknown", Finding.between),
        (None, Finding.between),
    ],
)
def test_between_the_bounds_nothing_changes(value: object, finding: Finding) -> None:
    assert find(LOW, toner(value)[0]) is finding


def test_a_value_that_swings_inside_the_gap_raises_once() -> None:
    profile, open_places = with_rules(LOW), set()
    raised = cleared = 0
    for value in (9, 11, 9, 12, 10, 14, 8):
        judgement = judge(profile, toner(value), open_places=open_places, pending={})
        raised += len(judgement.raised)
        cleared += len(judgement.cleared)
        open_places = (open_places | set(judgement.raised)) - judgement.cleared
    assert (raised, cleared) == (1, 0)
    judgement = judge(profile, toner(95), open_places=open_places, pending={})
    assert judgement.cleared == {("supply_low", "Black")}


def test_a_fault_counts_after_so_many_visits_in_a_row() -> None:
    profile, pending = with_rules(FULL), {}
    for value, expected in ((95, 0), (95, 0), (50, 0), (95, 0), (95, 0), (95, 1)):
        reading = Reading("disk_used", "C:", value, "percent")
        judgement = judge(profile, [reading], open_places=set(), pending=pending)
        assert len(judgement.raised) == expected
        pending = judgement.pending


def test_a_part_that_is_not_there_any_more_neither_raises_nor_clears() -> None:
    judgement = judge(with_rules(LOW), [], open_places={("supply_low", "Black")}, pending={})
    assert not judgement.cleared


def test_an_unknown_state_is_no_fault_and_no_recovery() -> None:
    rule = Rule(
        name="battery_bad",
        metric="battery_status",
        severity=State.critical,
        raise_state=State.critical,
    )
    for state, finding in (
        (State.critical, Finding.fault),
        (State.warning, Finding.fine),
        (State.unknown, Finding.between),
    ):
        assert find(rule, Reading("battery_status", value="x", state=state)) is finding


def test_a_visit_is_assessed_whole() -> None:
    profile = profile_named("printer")
    assert profile is not None
    readings = [Reading("uptime", value=5, unit="seconds"), *toner(6)]
    visit = Visit("printer", {}, readings, Uptime(500, "x"), at=1_000.0)
    first = assess(profile, Before(), visit, device_name="P-1")
    (finding,) = first.raised
    assert str(finding.message) == "P-1: Black is running out (6 % left)"
    again = assess(
        profile,
        Before(open_places=[("supply_low", "Black")]),
        visit,
        device_name="P-1",
    )
    assert not again.raised


def test_words_in_an_alert_are_for_people() -> None:
    profile = profile_named("printer")
    assert profile is not None
    jam = Reading("printer_faults", value="jammed", state=State.critical)
    before = Before(pending=[("printer_fault", "", 2)])
    found = assess(profile, before, Visit("printer", {}, [jam], at=1.0), device_name="P-1")
    assert str(found.raised[0].message) == "P-1 reports: paper jam"


def test_a_name_without_end_is_cut_to_what_a_row_can_hold() -> None:
    endless = "磁盘" * 5000
    kept = without_repeats([Reading("disk_used", endless, 10), Reading("disk_used", endless, 20)])
    assert [(len(one.instance), one.value) for one in kept] == [(LONGEST_INSTANCE, 10)]
