"""Due times: spread, steady over restarts, never made up, ever rarer for the dead."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from monitoring.polling.scheduler import LONGEST_SILENCE_SECONDS, after_failure, next_due

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize("interval", [10, 60, 120, 3600])
def test_a_turn_comes_within_one_interval_and_the_next_one_an_interval_later(
    interval: int,
) -> None:
    first = next_due(7, interval, NOON)
    assert timedelta(0) < first - NOON <= timedelta(seconds=interval)
    assert next_due(7, interval, first) - first == timedelta(seconds=interval)


def test_a_device_keeps_its_phase_whenever_it_is_asked() -> None:
    phases = {
        next_due(7, 60, NOON + timedelta(seconds=s)).timestamp() % 60 for s in range(0, 500, 7)
    }
    assert len(phases) == 1


def test_due_times_of_many_devices_are_spread_evenly() -> None:
    turns = [next_due(device, 60, NOON) for device in range(1, 6_001)]
    seconds = Counter(turn.replace(microsecond=0) for turn in turns)
    assert len(seconds) == 60
    assert max(seconds.values()) < 200
    assert len(set(turns)) > 5_000, "nor do those of one second begin in one instant"


def test_visits_that_were_missed_are_skipped() -> None:
    late = NOON + timedelta(hours=5)
    assert next_due(7, 60, late) - late <= timedelta(seconds=60)


def test_a_dead_device_is_asked_ever_more_rarely_up_to_ten_minutes() -> None:
    waits = [
        (after_failure(7, failures, 60, NOON) - NOON).total_seconds() for failures in range(1, 12)
    ]
    assert waits[:2] == [30, 30]
    assert all(0.9 * 60 * 2**n <= wait <= 1.1 * 60 * 2**n for n, wait in enumerate(waits[2:5]))
    assert max(waits) <= LONGEST_SILENCE_SECONDS * 1.1


def test_devices_that_died_together_do_not_come_back_together() -> None:
    assert len({after_failure(device, 6, 60, NOON) for device in range(200)}) > 150
