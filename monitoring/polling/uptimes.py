"""Uptimes that never wrap: reboots told from counters that run over after 497 days."""

import msgspec

WRAP_TICKS = 2**32
TICKS_A_SECOND = 100
# Agents answer from caches and clocks drift; a reboot takes longer than this.
TOLERANCE_SECONDS = 20.0
TOLERANCE_SHARE = 0.02


class Uptime(msgspec.Struct, frozen=True):
    """Hundredths of a second since the start, in 32 bits as the agent counts them, and by whom.

    ``engine_seconds``: for how long the agent's engine has been running, which no 32 bits of
    hundredths cut short.
    """

    ticks: int
    source: str
    engine_seconds: int | None = None

    @property
    def seconds(self) -> float:
        """With the wraps that the 32 bits have lost, where the engine's time tells of any.

        The two must agree but for whole wraps: on some agents they begin at different moments.
        """
        seconds = self.ticks / TICKS_A_SECOND
        if self.engine_seconds is None or self.engine_seconds <= seconds:
            return seconds
        expected = self.engine_seconds * TICKS_A_SECOND
        if _apart(expected, self.ticks) > TOLERANCE_SECONDS * TICKS_A_SECOND:
            return seconds
        wraps = round((expected - self.ticks) / WRAP_TICKS)
        return seconds + wraps * WRAP_TICKS / TICKS_A_SECOND


class Known(msgspec.Struct, frozen=True):
    """The uptime as last seen: the agent's 32 bits, our own seconds, and when (Unix time)."""

    ticks: int
    source: str
    seconds: float
    at: float


class Followed(msgspec.Struct, frozen=True):
    """The uptime now, and whether the device was started again since it was last seen."""

    known: Known
    rebooted: bool


def follow(previous: Known | None, uptime: Uptime, at: float) -> Followed:
    """Carry our uptime on from ``previous``; a value from another source begins a new count."""
    fresh = Known(uptime.ticks, uptime.source, uptime.seconds, at)
    if previous is None or previous.source != uptime.source:
        return Followed(fresh, rebooted=False)
    elapsed = max(at - previous.at, 0.0)
    tolerance = TOLERANCE_SECONDS + TOLERANCE_SHARE * elapsed
    expected = previous.ticks + round(elapsed * TICKS_A_SECOND)
    if _apart(expected, uptime.ticks) <= tolerance * TICKS_A_SECOND:
        grown = (uptime.ticks - previous.ticks) % WRAP_TICKS
        # A cached answer may be a little older than the one before: no time passed, no wrap.
        grown = 0 if grown > WRAP_TICKS // 2 else grown
        seconds = previous.seconds + grown / TICKS_A_SECOND
        return Followed(Known(uptime.ticks, uptime.source, seconds, at), rebooted=False)
    fell = uptime.ticks < previous.ticks
    too_young = uptime.ticks / TICKS_A_SECOND < elapsed - tolerance
    if fell or too_young:
        return Followed(fresh, rebooted=True)
    # It rose, only not by the time that passed: a clock was set, or the machine slept.
    grown_seconds = (uptime.ticks - previous.ticks) / TICKS_A_SECOND
    seconds = previous.seconds + grown_seconds
    return Followed(Known(uptime.ticks, uptime.source, seconds, at), rebooted=False)


def _apart(expected: int, ticks: int) -> int:
    """How far two counters are from each other on the circle of 32 bits."""
    apart = abs(expected - ticks) % WRAP_TICKS
    return min(apart, WRAP_TICKS - apart)
