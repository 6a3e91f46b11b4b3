"""Reboots, wraps, sleeping machines: what an uptime means after the one before it."""

import pytest

from monitoring.polling.counters import WRAP_TICKS, Known, Uptime, follow

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


ENGINE_DAY = 86_400  # in seconds


@pytest.mark.parametrize(
    ("ticks", "engine_seconds", "seconds"),
    [
        (DAY, None, 86_400),
        (DAY, ENGINE_DAY, 86_400),
        (DAY, ENGINE_DAY + 5, 86_400),  # the two were asked one after the other
        # As long as agents have been seen to run: one wrap in 985 days, three in 1,922.
        (4_215_375_667, 85_103_429, 85_103_429.63),
        (3_722_050_112, 166_069_520, 166_069_519.96),
        (DAY, 500 * ENGINE_DAY, 86_400),  # far apart and by no whole wrap: then neither is sure
        (500 * DAY // 100, 3_600, 432_000.0),  # the engine was started after the counter
        (DAY, -1, 86_400),
    ],
)
def test_the_time_of_the_engine_tells_how_often_the_uptime_ran_over(
    ticks: int, engine_seconds: int | None, seconds: float
) -> None:
    uptime = Uptime(ticks, AGENT, engine_seconds)
    assert uptime.seconds == pytest.approx(seconds, abs=0.1)
    assert follow(None, uptime, at=1000.0).known.seconds == uptime.seconds


def test_a_wrapped_uptime_goes_on_from_where_the_engine_put_it() -> None:
    first = follow(None, Uptime(DAY, AGENT, (WRAP_TICKS + DAY) // 100), at=0.0)
    later = follow(first.known, Uptime(DAY + 6_000, AGENT), at=60.0)
    assert not later.rebooted
    assert later.known.seconds == pytest.approx((WRAP_TICKS + DAY) / 100 + 60, abs=1)


@pytest.mark.parametrize(
    ("story", "steps", "reboots"),
    [
        # (seconds since the step before, ticks, source)
        ("the agent was restarted, the machine was not",
         [(0, DAY, HOST), (60, DAY + 6_000, HOST)], 0),
        ("the machine's uptime was not given once, and the agent's stands in for it",
         [(0, DAY, HOST), (60, 900, AGENT), (60, DAY + 12_000, HOST)], 0),
        ("a wrap in the night while nobody asked",
         [(0, WRAP_TICKS - HOUR, AGENT), (8 * 3_600, 7 * HOUR, AGENT)], 0),
        ("a wrap, then a reboot",
         [(0, WRAP_TICKS - HOUR, AGENT), (7_200, HOUR, AGENT), (3_600, 6_000, AGENT)], 1),
        ("two reboots",
         [(0, DAY, HOST), (3_600, HOUR // 2, HOST), (3_600, HOUR // 4, HOST)], 2),
        ("asleep for a night: the counter stood still",
         [(0, DAY, HOST), (10 * 3_600, DAY + 60_000, HOST)], 0),
        ("two visits in one second", [(0, DAY, HOST), (0, DAY, HOST)], 0),
        ("our clock was set back", [(0, DAY, HOST), (-30, DAY + 3_000, HOST)], 0),
    ],
)  # fmt: skip
def test_stories_of_machines(story: str, steps: list[tuple[float, int, str]], reboots: int) -> None:
    known, at, found = None, 1_000_000.0, 0
    for elapsed, ticks, source in steps:
        at += elapsed
        followed = follow(known, Uptime(ticks, source), at)
        found += followed.rebooted
        known = followed.known
    assert found == reboots, story
