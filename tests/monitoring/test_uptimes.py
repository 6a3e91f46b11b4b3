"""Reboots, wraps, sleeping machines: what an uptime means after the one before it."""

import pytest

from monitoring.uptimes import WRAP_TICKS, Known, follow
from monitoring.visits import Uptime

HOST = "1.3.6.1.2.1.25.1.1.0"
AGENT = "1.3.6.1.2.1.1.3.0"
HOUR, DAY = 360_000, 8_640_000  # in hundredths of a second
YEAR_AND_MORE = WRAP_TICKS - HOUR


@pytest.mark.parametrize(
    ("before", "elapsed", "now", "rebooted", "seconds"),
    [
        (DAY, 60, DAY + 6_000, False, 86_460),
        (DAY, 60, DAY + 5_500, False, 86_455),  # an agent that answers from a cache
        (DAY, 5, DAY - 100, False, 86_400),  # even one that went back a little
        (DAY, 60, 1_000, True, 10),
        (DAY, 7_200, 120_000, True, 1_200),
        (1_000, 7_200, 300_000, True, 3_000),  # it rose, but by less than it must have
        (YEAR_AND_MORE, 7_200, HOUR, False, (WRAP_TICKS + HOUR) / 100),  # ran over after 497 days
        (YEAR_AND_MORE, 60, 500, True, 5),  # a reboot just before the wrap was due
        (DAY, 60, DAY + HOUR, False, 90_000),  # the clock was set forward
        (DAY, 0, DAY, False, 86_400),
    ],
)
def test_an_uptime_goes_on_wraps_or_begins_anew(
    before: int, elapsed: float, now: int, rebooted: bool, seconds: float
) -> None:
    known = Known(before, HOST, before / 100, at=1000.0)
    followed = follow(known, Uptime(now, HOST), at=1000.0 + elapsed)
    assert followed.rebooted is rebooted
    assert followed.known.seconds == pytest.approx(seconds, abs=0.01)
    assert followed.known.ticks == now


def test_our_seconds_go_on_past_every_wrap() -> None:
    known, ticks, at = Known(0, AGENT, 0.0, 0.0), 0, 0.0
    for _ in range(40):
        ticks, at = (ticks + 300 * DAY // 10) % WRAP_TICKS, at + 300 * 8_640
        followed = follow(known, Uptime(ticks, AGENT), at)
        assert not followed.rebooted
        known = followed.known
    assert known.seconds == pytest.approx(at)


def test_another_source_is_a_new_count_and_no_reboot() -> None:
    followed = follow(Known(DAY, HOST, 86_400, 0.0), Uptime(500, AGENT), 60.0)
    assert not followed.rebooted
    assert followed.known.seconds == 5
