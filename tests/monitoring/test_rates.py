"""Counters that grow, run over, are reset, or lie."""

import pytest

from monitoring.rates import counts_of, rate, rates
from monitoring.readings import Reading

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


def test_errors_of_both_directions_are_one_rate() -> None:
    before = {("if_in_errors", "Gi0/1"): 0, ("if_out_errors", "Gi0/1"): 0}
    now = [Reading("if_in_errors", "Gi0/1", 60), Reading("if_out_errors", "Gi0/1", 120)]
    (found,) = rates(before, now, elapsed=60, rebooted=False)
    assert (found.metric, found.value) == ("if_error_rate", 3.0)
