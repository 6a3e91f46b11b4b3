"""Times of the week by a school's clock, also on the days on which clocks are changed."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.weekly_times import EVERY_DAY, Hours, covers, last_time, spans

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
BEGIN = datetime(2026, 3, 20, tzinfo=UTC)
# Of the year 2026 there: 02:00 to 03:00 is left out, and comes twice.
FORWARD, BACK = "2026-03-29", "2026-10-25"


def in_shanghai(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}:00+08:00")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}:00+00:00")


@pytest.mark.parametrize(
    ("days", "from_time", "to_time", "expected"),
    [
        ([2], time(8), time(10), [("03-03T08:00", "03-03T10:00")]),
        # Over midnight: the one that began on Sunday is still there on Monday.
        ([7], time(22), time(9), [("03-02T00:00", "03-02T09:00")]),
        ([1], time(0), time(0), [("03-02T00:00", "03-03T00:00")]),
        (
            [1, 2],
            time(12),
            time(13),
            [("03-02T12:00", "03-02T13:00"), ("03-03T12:00", "03-03T13:00")],
        ),
        # Days that touch are one span.
        ([1, 2], time(0), time(0), [("03-02T00:00", "03-04T00:00")]),
        ([5], time(1), time(2), []),
        ([], time(1), time(2), []),
    ],
)
def test_spans_are_cut_where_the_question_ends(
    days: list[int], from_time: time, to_time: time, expected: list[tuple[str, str]]
) -> None:
    # Monday 2 March 2026 and the Tuesday after it.
    since, until = in_shanghai("03-02T00:00"), in_shanghai("03-04T00:00")
    found = spans(Hours(days, from_time, to_time), since, until, SHANGHAI)
    assert found == [(in_shanghai(begin), in_shanghai(end)) for begin, end in expected]


@pytest.mark.parametrize(
    ("day", "from_time", "to_time", "begin", "end"),
    [
        # Nights of nine and of eleven hours.
        ("2026-03-28", time(21), time(7), "2026-03-28T20:00", "2026-03-29T05:00"),
        ("2026-10-24", time(21), time(7), "2026-10-24T19:00", "2026-10-25T06:00"),
        # It begins within the hour that is left out: as if the clock had not been changed yet.
        (FORWARD, time(2, 30), time(4), "2026-03-29T01:30", "2026-03-29T02:00"),
        # It ends within the hour that comes twice: the first time.
        (BACK, time(1), time(2, 30), "2026-10-24T23:00", "2026-10-25T00:30"),
        # It is over that hour, so it is longer by one.
        (BACK, time(2), time(3), "2026-10-25T00:00", "2026-10-25T02:00"),
    ],
)
def test_the_days_on_which_clocks_are_changed(
    day: str, from_time: time, to_time: time, begin: str, end: str
) -> None:
    weekday = datetime.fromisoformat(day).isoweekday()
    hours = Hours([weekday], from_time, to_time)
    midnight = datetime.fromisoformat(day).replace(tzinfo=BERLIN).astimezone(UTC)
    found = spans(hours, midnight, utc(end), BERLIN)
    assert found == [(utc(begin), utc(end))]
    assert covers(hours, utc(begin), BERLIN)
    assert not covers(hours, utc(end), BERLIN)


@pytest.mark.parametrize(
    ("weekdays", "at", "now", "expected"),
    [
        (EVERY_DAY, time(7), "2026-11-30T06:59", "2026-11-29T07:00"),
        (EVERY_DAY, time(7), "2026-11-30T07:00", "2026-11-30T07:00"),
        # On Monday before the time it is that of a week ago.
        ({1}, time(7), "2026-11-30T06:59", "2026-11-23T07:00"),
        ({1}, time(7), "2026-12-06T23:00", "2026-11-30T07:00"),
        # Before and after midnight.
        ({7}, time(23, 50), "2026-11-30T00:05", "2026-11-29T23:50"),
    ],
)
def test_the_last_time_of_the_week(weekdays: set[int], at: time, now: str, expected: str) -> None:
    asked = datetime.fromisoformat(now).replace(tzinfo=SHANGHAI)
    assert last_time(weekdays, at, asked, SHANGHAI).isoformat() == f"{expected}:00+08:00"


def test_no_weekday_has_no_last_time() -> None:
    with pytest.raises(ValueError, match="weekday"):
        last_time([], time(7), utc("2026-11-30T00:00"), SHANGHAI)


@given(
    st.sets(st.integers(1, 7)),
    st.times(),
    st.times(),
    st.integers(0, 200 * 24 * 60).map(lambda minutes: BEGIN + timedelta(minutes=minutes)),
)
def test_a_moment_is_covered_when_a_span_holds_it(
    days: set[int], from_time: time, to_time: time, at: datetime
) -> None:
    hours = Hours(days, from_time, to_time)
    around = spans(hours, utc("2026-03-10T00:00"), utc("2026-11-10T00:00"), BERLIN)
    assert covers(hours, at, BERLIN) is any(begin <= at < end for begin, end in around)
