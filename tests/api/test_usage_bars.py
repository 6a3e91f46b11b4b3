"""Bars of use: never more than can be told apart, and the hours all there."""

from datetime import date, timedelta

import pytest

from api.monitoring.usage.bars import BY_DAY, BY_MONTH, BY_WEEK, MOST_BARS, bars_of
from core.errors import Message
from monitoring.usage.report import DayOfUse


@pytest.mark.parametrize(
    ("days", "title"),
    [
        (0, BY_DAY),
        (1, BY_DAY),
        (120, BY_DAY),
        (121, BY_WEEK),
        (731, BY_WEEK),
        (834, BY_WEEK),
        (835, BY_MONTH),
        (3653, BY_MONTH),
    ],
)
def test_any_period_is_drawn_with_few_bars_and_all_its_hours(days: int, title: Message) -> None:
    used = [DayOfUse(date(2017, 1, 4) + timedelta(days=n), n % 7 + 0.5) for n in range(days)]
    bars = bars_of(used)
    assert bars.title == title
    assert len(bars.labels) == len(bars.hours) <= MOST_BARS + 1
    assert sum(bars.hours) == pytest.approx(sum(one.hours for one in used))


def test_a_week_is_called_by_its_monday_and_a_month_by_its_number() -> None:
    days = [DayOfUse(date(2026, 1, 1) + timedelta(days=n), 1) for n in range(200)]
    assert bars_of(days).labels[:2] == ["2025-12-29", "2026-01-05"]
    long = [DayOfUse(date(2023, 12, 31) + timedelta(days=n), 1) for n in range(1000)]
    assert bars_of(long).labels[:2] == ["2023-12", "2024-01"]
    assert bars_of(long).hours[:2] == [1, 31]
