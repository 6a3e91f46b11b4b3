"""When devices ought to be on."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from monitoring.alerting.expected_hours import Span, is_expected

SHANGHAI = ZoneInfo("Asia/Shanghai")
LESSONS = [Span(day, time(8), time(17, 30)) for day in range(1, 6)]
NIGHT = [Span(7, time(22), time(6))]  # Sunday evening to Monday morning
ALWAYS = [Span(day, time(0), time(0)) for day in range(1, 8)]


@pytest.mark.parametrize(
    ("spans", "at", "expected"),
    [
        (LESSONS, "2026-11-23T00:00+00:00", True),  # Monday 08:00 in Shanghai
        (LESSONS, "2026-11-22T23:59+00:00", False),
        (LESSONS, "2026-11-23T09:29+00:00", True),
        (LESSONS, "2026-11-23T09:30+00:00", False),
        (LESSONS, "2026-11-21T04:00+00:00", False),  # Saturday
        (LESSONS, "2026-11-22T16:30+00:00", False),  # Monday 00:30 there, Sunday in UTC
        (NIGHT, "2026-11-22T14:00+00:00", True),
        (NIGHT, "2026-11-22T21:59+00:00", True),  # Monday 05:59
        (NIGHT, "2026-11-22T22:00+00:00", False),
        (NIGHT, "2026-11-21T21:00+00:00", False),  # Sunday 05:00
        (NIGHT, "2026-11-23T14:00+00:00", False),  # Monday 22:00
        (ALWAYS, "2026-11-23T16:00+00:00", True),
        ([], "2026-11-23T04:00+00:00", False),
    ],
)
def test_hours_are_by_the_schools_clock(spans: list[Span], at: str, expected: bool) -> None:
    assert is_expected(spans, datetime.fromisoformat(at), SHANGHAI) is expected
