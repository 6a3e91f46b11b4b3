"""Counters that grow, run over, are reset, or lie."""

import pytest

from monitoring.decoding.readings import Reading
from monitoring.polling.counters import counts_of, rate, rates

GIGABIT_OCTETS = 125_000_000


@pytest.mark.parametrize(
    ("before", "now", "bits", "rebooted", "expected"),
    [
        (1_000, 61_000, 64, False, 1_000),
        (1_000, 61_000, 32, False, 1_000),
        (1_000, 1_000, 64, False, 0),
        (10**12, 500, 64, False, None),  # 64 bits do not run over in our lives: a reset
        (2**32 - 1_000, 59_000, 32, False, 1_000),  # ran over
        (2**32 - 1_000, 59_000, 32, True, None),  # or the device was started again
        (1_000, 500, 32, False, 4_294_966_796 / 60),  # possible at a gigabit
        (0, 10**12, 64, False, None),  # faster than the port
    ],
)
def test_growth_a_second(
    before: int, now: int, bits: int, rebooted: bool, expected: float | None
) -> None:
    found = rate(before, now, elapsed=60, bits=bits, rebooted=rebooted, most=GIGABIT_OCTETS)
    assert found == (None if expected is None else pytest.approx(expected))


def test_a_slow_port_cannot_have_run_over() -> None:
    assert rate(1_000, 500, elapsed=60, bits=32, rebooted=False, most=12_500_000) is None


def test_no_time_no_rate() -> None:
    assert rate(1, 2, elapsed=0, bits=64, rebooted=False, most=1e9) is None


def test_a_reset_begins_anew_and_the_next_visit_has_a_rate_again() -> None:
    def port(count: int) -> list[Reading]:
        return [Reading("if_in_octets", "Gi0/1", count, "bytes")]

    after_reset = counts_of(port(100))
    assert rates(counts_of(port(10**9)), port(100), elapsed=60, rebooted=False) == []
    (found,) = rates(after_reset, port(7_600), elapsed=60, rebooted=False)
    assert (found.metric, found.value, found.unit) == ("if_in_rate", 1_000.0, "bits_per_second")


def test_what_was_dropped_is_told_apart_from_errors() -> None:
    before = {("if_in_discards", "1"): 0, ("if_out_discards", "1"): 10, ("if_in_errors", "1"): 5}
    now = [
        Reading("if_in_discards", "1", 30),
        Reading("if_out_discards", "1", 40),
        Reading("if_in_errors", "1", 5),
    ]
    found = {r.metric: r.value for r in rates(before, now, elapsed=60, rebooted=False)}
    assert found == {"if_discard_rate": 1.0, "if_error_rate": 0.0}


@pytest.mark.parametrize("status", ["down", "disabled", "not_present", "lower_layer_down"])
def test_a_port_without_a_link_has_no_rate(status: str) -> None:
    before = {("if_in_octets", "1"): 0, ("if_in_octets", "2"): 0}
    now = [
        Reading("if_status", "1", status),
        Reading("if_in_octets", "1", 600),
        Reading("if_status", "2", "up"),
        Reading("if_in_octets", "2", 600),
    ]
    found = rates(before, now, elapsed=60, rebooted=False)
    assert [(r.metric, r.instance) for r in found] == [("if_in_rate", "2")]


def test_errors_of_both_directions_are_one_rate() -> None:
    before = {("if_in_errors", "Gi0/1"): 0, ("if_out_errors", "Gi0/1"): 0}
    now = [Reading("if_in_errors", "Gi0/1", 60), Reading("if_out_errors", "Gi0/1", 120)]
    (found,) = rates(before, now, elapsed=60, rebooted=False)
    assert (found.metric, found.value) == ("if_error_rate", 3.0)


@pytest.mark.parametrize(
    ("story", "before", "now", "elapsed", "bits", "rebooted", "expected"),
    [
        ("a quiet port", 500, 500, 60, 64, False, 0),
        ("the very wrap", 2**32 - 1, 0, 1, 32, False, 1),
        ("a wrap of a busy gigabit in a minute", 2**32 - 10**9, 10**9, 60, 32, False, 2e9 / 60),
        ("a fall that a wrap would have to be faster than the port for",
         3_000_000_000, 1_000, 5, 32, False, None),
        ("a fall to nothing after the counters were cleared by hand",
         100_000, 0, 60, 32, False, (2**32 - 100_000) / 60),  # within a gigabit: nobody can tell
        ("the same on a line of 10 Mbit/s", 100_000, 0, 60, 32, True, None),
        ("a 64-bit counter after new firmware", 2**63, 12, 60, 64, False, None),
        ("a 64-bit counter with its highest bit", 2**63, 2**63 + 600, 60, 64, False, 10),
        ("a new count after a reboot that came further than the old one",
         1_000, 61_000, 60, 64, True, None),
        ("two visits at one moment", 1, 2, 0, 64, False, None),
        ("our clock was set back", 1, 2, -5, 64, False, None),
        ("a visit after a week", 0, 604_800_000, 604_800, 64, False, 1_000),
    ],
)  # fmt: skip
def test_stories_of_counters(
    story: str, before: int, now: int, elapsed: float, bits: int, rebooted: bool,
    expected: float | None,
) -> None:  # fmt: skip
    found = rate(before, now, elapsed=elapsed, bits=bits, rebooted=rebooted, most=GIGABIT_OCTETS)
    assert found == (None if expected is None else pytest.approx(expected)), story


@pytest.mark.parametrize(
    ("metric", "bits", "speed", "rebooted", "told"),
    [
        ("if_in_octets", 64, 10**9, False, False),
        ("if_in_octets_32", 32, 10**9, False, True),
        ("if_in_octets_32", 32, 10**7, False, False),  # too much for ten megabits
        ("if_in_octets_32", 32, 10**9, True, False),
        ("if_in_octets_32", 32, None, False, True),  # the port does not say how fast it is
    ],
)
def test_a_fall_is_a_rate_only_where_it_can_be_a_wrap(
    metric: str, bits: int, speed: int | None, rebooted: bool, told: bool
) -> None:
    before = {(metric, "eth0"): 2**bits - 1_000}
    now = [Reading(metric, "eth0", 3 * 10**9 if speed == 10**7 else 59_000, "bytes")]
    now += [Reading("if_speed", "eth0", speed, "bits_per_second")] if speed else []
    found = rates(before, now, elapsed=60, rebooted=rebooted)
    assert [r.metric for r in found] == (["if_in_rate"] if told else [])
