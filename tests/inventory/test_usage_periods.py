"""The days of a report."""

from datetime import UTC, date, datetime, timedelta

import pytest

from core import clock
from core.errors import Invalid
from inventory.usage import ZONE, Period, chosen_period, preset_period
from inventory.usage.periods import Preset


@pytest.mark.parametrize(
    ("preset", "today", "first_day"),
    [
        ("month", date(2026, 3, 10), date(2026, 2, 9)),
        ("year", date(2026, 3, 10), date(2025, 3, 11)),
        ("term", date(2026, 1, 31), date(2025, 9, 1)),
        ("term", date(2026, 2, 1), date(2026, 2, 1)),
        ("term", date(2026, 8, 31), date(2026, 2, 1)),
        ("term", date(2026, 9, 1), date(2026, 9, 1)),
    ],
)
def test_a_preset_ends_today_by_the_clock_of_the_school(
    monkeypatch: pytest.MonkeyPatch, preset: Preset, today: date, first_day: date
) -> None:
    # In Shanghai a new day has begun already, in Urumqi it has not.
    at = datetime(today.year, today.month, today.day, 17, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: at)
    urumqi = "Asia/Urumqi"
    assert preset_period(preset, urumqi) == Period(first_day, today, urumqi)
    assert preset_period(preset, ZONE).last_day == today + timedelta(days=1)
    assert chosen_period(None, None, urumqi).last_day == today


def test_days_begin_at_midnight_by_the_clock_of_the_period() -> None:
    period = Period(date(2026, 3, 2), date(2026, 3, 4))
    assert period.starts_at == datetime(2026, 3, 1, 16, tzinfo=UTC)
    assert period.ends_at == datetime(2026, 3, 4, 16, tzinfo=UTC)
    assert len(period.days) == 3
    elsewhere = Period(date(2026, 3, 2), date(2026, 3, 4), "Asia/Urumqi")
    assert elsewhere.starts_at == datetime(2026, 3, 1, 18, tzinfo=UTC)


def test_without_days_it_is_the_last_thirty() -> None:
    period = chosen_period(None, None, ZONE)
    assert period.last_day == clock.today(ZONE)
    assert len(period.days) == 30


@pytest.mark.parametrize(
    ("first", "last", "code"), [(5, 6, "upside_down"), (-1, None, "future"), (2000, 0, "too_long")]
)
def test_days_that_make_no_period_are_refused(first: int, last: int | None, code: str) -> None:
    today = clock.today(ZONE)
    first_day = today - timedelta(days=first)
    last_day = today + timedelta(days=9) if last is None else today - timedelta(days=last)
    with pytest.raises(Invalid) as refused:
        chosen_period(first_day, last_day, ZONE)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("first_day", "last_day"), [(date.min, None), (None, date.min), (date.min, date.min)]
)
def test_the_first_days_of_the_calendar_are_refused(
    first_day: date | None, last_day: date | None
) -> None:
    with pytest.raises(Invalid) as refused:
        chosen_period(first_day, last_day, ZONE)
    assert refused.value.code == "too_early"
