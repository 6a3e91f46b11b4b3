"""Thresholds with hysteresis, and episodes that begin once and end once."""

import msgspec
import pytest

from monitoring.alerting.rules import Evaluation, find, judge, with_states
from monitoring.decoding.readings import LONGEST_INSTANCE, Reading, State, without_repeats
from monitoring.polling.counters import Uptime
from monitoring.polling.outcomes import Before, assess
from monitoring.polling.visit import Visit
from monitoring.profiles import Profile, Rule, profile_named

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
        (0, Evaluation.fault),
        (10, Evaluation.fault),
        (10.1, Evaluation.between),
        (15, Evaluation.fine),
        (100, Evaluation.fine),
        ("some", Evaluation.fine),
        ("unknown", Evaluation.between),
        (None, Evaluation.between),
    ],
)
def test_between_the_bounds_nothing_changes(value: object, finding: Evaluation) -> None:
    assert find(LOW, toner(value)[0]) is finding


def test_a_value_that_swings_inside_the_gap_raises_once() -> None:
    profile, open_keys = with_rules(LOW), set()
    raised = cleared = 0
    for value in (9, 11, 9, 12, 10, 14, 8):
        judgement = judge(profile, toner(value), open_keys=open_keys, pending={})
        raised += len(judgement.raised)
        cleared += len(judgement.cleared)
        open_keys = (open_keys | set(judgement.raised)) - judgement.cleared
    assert (raised, cleared) == (1, 0)
    judgement = judge(profile, toner(95), open_keys=open_keys, pending={})
    assert judgement.cleared == {("supply_low", "Black")}


def test_a_fault_counts_after_so_many_visits_in_a_row() -> None:
    profile, pending = with_rules(FULL), {}
    for value, expected in ((95, 0), (95, 0), (50, 0), (95, 0), (95, 0), (95, 1)):
        reading = Reading("disk_used", "C:", value, "percent")
        judgement = judge(profile, [reading], open_keys=set(), pending=pending)
        assert len(judgement.raised) == expected
        pending = judgement.pending


def run_through(rule: Rule, values: str, *, held_back: bool = False) -> str:
    """One letter a visit: what was said of F(ault), f(ine) or - (between)."""
    profile, pending, open_keys, said = with_rules(rule), {}, set(), ""
    for letter in values:
        value = {"F": 95, "f": 50, "-": 90}[letter]
        reading = Reading("disk_used", "C:", value, "percent")
        judgement = judge(profile, [reading], open_keys=open_keys, pending=pending)
        said += "R" if judgement.raised else "C" if judgement.cleared else "."
        if not held_back:
            open_keys = (open_keys | set(judgement.raised)) - judgement.cleared
        pending = judgement.pending
    return said


@pytest.mark.parametrize(
    ("after", "within", "visits", "said"),
    [
        (1, None, "FfFf", "RCRC"),
        (3, None, "FFFfff", "..R..C"),
        (3, None, "FFfFFfFFF", "........R"),
        (3, 5, "FfFfF", "....R"),
        (3, 5, "FffFfF", "......"),
        (3, 5, "F-F-F", "....R"),
        (3, 5, "FFFfFfFf", "..R....C"),
        (2, 4, "FfffFfff", "........"),
        (2, 4, "FffFFFFF", "...R...."),
        (3, 0, "FFF--f--ff-fff", "..R..........C"),
    ],
)
def test_so_many_of_the_last_visits_must_agree(
    after: int, within: int, visits: str, said: str
) -> None:
    rule = msgspec.structs.replace(FULL, after=after, within=within)
    assert run_through(rule, visits) == said


def test_what_is_held_back_is_found_again_by_every_visit_and_not_begun_anew() -> None:
    assert run_through(FULL, "FFFFFfF", held_back=True) == "..RRR.."


def test_nothing_is_remembered_of_a_device_in_order() -> None:
    reading = Reading("disk_used", "C:", 40, "percent")
    assert not judge(with_rules(FULL), [reading], open_keys=set(), pending={}).pending


def test_a_part_that_is_not_there_any_more_neither_raises_nor_clears() -> None:
    judgement = judge(with_rules(LOW), [], open_keys={("supply_low", "Black")}, pending={})
    assert not judgement.cleared


def test_an_unknown_state_is_no_fault_and_no_recovery() -> None:
    rule = Rule(
        name="battery_bad",
        metric="battery_status",
        severity=State.critical,
        raise_state=State.critical,
    )
    for state, finding in (
        (State.critical, Evaluation.fault),
        (State.warning, Evaluation.fine),
        (State.unknown, Evaluation.between),
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
        Before(open_keys=[("supply_low", "Black")]),
        visit,
        device_name="P-1",
    )
    assert not again.raised


def test_a_rule_that_was_switched_off_clears_what_it_raised() -> None:
    profile = profile_named("printer")
    assert profile is not None
    without = msgspec.structs.replace(
        profile, rule=[rule for rule in profile.rule if rule.name != "supply_low"]
    )
    visit = Visit("printer", {}, toner(6), at=1_000.0)
    before = Before(open_keys=[("supply_low", "Black"), ("unreachable", "")])
    assessment = assess(without, before, visit, device_name="P-1")
    assert assessment.cleared == [("supply_low", "Black")]
    assert not assessment.raised


def test_readings_are_as_grave_as_the_school_has_set_it() -> None:
    profile = profile_named("printer")
    assert profile is not None
    rules = [
        msgspec.structs.replace(rule, raise_below=3, clear_above=5)
        if rule.name == "supply_low"
        else rule
        for rule in profile.rule
    ]
    visit = Visit("printer", {}, with_states(profile, toner(6)), at=1_000.0)
    assert visit.readings[0].state is State.warning
    changed = msgspec.structs.replace(profile, rule=rules)
    assessment = assess(changed, Before(), visit, device_name="P-1")
    assert assessment.readings[0].state is State.ok
    assert not assessment.raised


def test_words_in_an_alert_are_for_people() -> None:
    profile = profile_named("printer")
    assert profile is not None
    jam = Reading("printer_faults", value="jammed", state=State.critical)
    before = Before(pending=[("printer_fault", "", 0b110)])
    found = assess(profile, before, Visit("printer", {}, [jam], at=1.0), device_name="P-1")
    assert str(found.raised[0].message) == "P-1 reports: paper jam"


def test_a_name_without_end_is_cut_to_what_a_row_can_hold() -> None:
    endless = "磁盘" * 5000
    kept = without_repeats([Reading("disk_used", endless, 10), Reading("disk_used", endless, 20)])
    assert [(len(one.instance), one.value) for one in kept] == [(LONGEST_INSTANCE, 10)]
