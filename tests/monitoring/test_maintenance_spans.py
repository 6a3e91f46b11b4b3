"""When a maintenance window is in force, once and every week."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from monitoring.alerting.maintenance.spans import Window, covers, spans

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}:00+08:00")


ONCE = Window(
    id=1,
    school_id=1,
    place_id=None,
    device_id=None,
    reason="New switch",
    starts_at=at("11-23T12:00"),
    ends_at=at("11-23T14:00"),
    weekdays=None,
    from_time=None,
    to_time=None,
)
WEEKLY = msgspec.structs.replace(
    ONCE,
    starts_at=at("11-16T00:00"),
    ends_at=None,
    weekdays=[1, 5],
    from_time=time(20),
    to_time=time(22),
)
NIGHTS = msgspec.structs.replace(WEEKLY, weekdays=[5, 6, 7], from_time=time(22), to_time=time(6))


@pytest.mark.parametrize(
    ("window", "since", "until", "expected"),
    [
        (ONCE, "11-23T00:00", "11-24T00:00", [("11-23T12:00", "11-23T14:00")]),
        (ONCE, "11-23T13:00", "11-23T13:30", [("11-23T13:00", "11-23T13:30")]),
        (ONCE, "11-23T14:00", "11-24T00:00", []),
        (ONCE, "11-22T00:00", "11-23T12:00", []),
        (
            WEEKLY,
            "11-20T00:00",
            "11-28T00:00",
            [
                ("11-20T20:00", "11-20T22:00"),
                ("11-23T20:00", "11-23T22:00"),
                ("11-27T20:00", "11-27T22:00"),
            ],
        ),
        # Not before it begins, even where the weekday fits.
        (WEEKLY, "11-09T00:00", "11-16T21:00", [("11-16T20:00", "11-16T21:00")]),
        # Three nights in a row, each over midnight; the last is cut by the question's end.
        (
            NIGHTS,
            "11-21T00:00",
            "11-22T23:00",
            [
                ("11-21T00:00", "11-21T06:00"),
                ("11-21T22:00", "11-22T06:00"),
                ("11-22T22:00", "11-22T23:00"),
            ],
        ),
        (NIGHTS, "11-23T06:00", "11-27T22:00", []),
    ],
)
def test_a_window_as_spans(
    window: Window, since: str, until: str, expected: list[tuple[str, str]]
) -> None:
    found = spans(window, at(since), at(until), SHANGHAI)
    assert found == [(at(begin), at(end)) for begin, end in expected]


def test_nights_that_touch_are_one_span() -> None:
    always = msgspec.structs.replace(
        WEEKLY, weekdays=[1, 2, 3, 4, 5, 6, 7], from_time=time(6), to_time=time(5, 59)
    )
    closed = msgspec.structs.replace(always, to_time=time(12), from_time=time(12, 0, 1))
    assert len(spans(always, at("11-17T00:00"), at("11-19T00:00"), SHANGHAI)) == 3
    assert len(spans(closed, at("11-17T00:00"), at("11-19T00:00"), SHANGHAI)) == 3


def test_what_was_cancelled_was_in_force_until_then() -> None:
    cancelled = msgspec.structs.replace(ONCE, cancelled_at=at("11-23T13:00"))
    assert covers(cancelled, at("11-23T12:59"), SHANGHAI)
    assert not covers(cancelled, at("11-23T13:00"), SHANGHAI)
    early = msgspec.structs.replace(ONCE, cancelled_at=at("11-22T13:00"))
    assert not spans(early, at("11-22T00:00"), at("11-24T00:00"), SHANGHAI)


@pytest.mark.parametrize(
    ("day", "weekday", "hours"),
    # Saturdays from 21:00 to 07:00 in 2026: an usual one, and those before the clocks change.
    [("03-21", 6, 10.0), ("03-28", 6, 9.0), ("10-24", 6, 11.0)],
)
def test_a_night_in_which_the_clocks_change_is_shorter_or_longer(
    day: str, weekday: int, hours: float
) -> None:
    night = msgspec.structs.replace(
        WEEKLY,
        starts_at=at("01-01T00:00"),
        weekdays=[weekday],
        from_time=time(21),
        to_time=time(7),
    )
    ((begin, end),) = spans(
        night, at(f"{day}T12:00"), at(f"{day}T12:00") + timedelta(days=2), BERLIN
    )
    assert (end - begin).total_seconds() / 3600 == hours
