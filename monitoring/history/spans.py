"""How much time a chart shows, and from which table it is drawn so that it has a few hundred moments."""

from datetime import UTC, datetime, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

import msgspec

from core.errors import Invalid, say
from core.settings import Settings

Span = Literal["day", "week", "month", "year"]
Source = Literal["samples", "hours", "days"]
SPANS: tuple[Span, ...] = get_args(Span)
LENGTHS: dict[Span, timedelta] = {
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=30),
    "year": timedelta(days=365),
}
LONGEST = timedelta(days=3660)
# The longest spans that are drawn from samples and from hours.
SAMPLES_UP_TO = timedelta(days=2)
HOURS_UP_TO = timedelta(days=62)
MOST_MOMENTS = 400
MINUTE = 60
STEPS: dict[Source, int] = {"samples": 5 * MINUTE, "hours": 60 * MINUTE, "days": 24 * 60 * MINUTE}
Unit = Literal["hour", "day", "month"]


class Window(msgspec.Struct, frozen=True):
    """From when to when, by the clock of the device's school."""

    since: datetime
    until: datetime
    zone: str

    @property
    def length(self) -> timedelta:
        return self.until - self.since

    @property
    def unit(self) -> Unit:
        """What a bar of a meter's growth stands for."""
        if self.length <= SAMPLES_UP_TO:
            return "hour"
        return "day" if self.length <= HOURS_UP_TO else "month"

    def local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.zone))


def window(
    span: Span, now: datetime, zone: str, *, since: datetime | None, until: datetime | None
) -> Window:
    """The span up to now, or what was asked for; Invalid if that is no time or too long.

    A time without an offset is one of the school's clock.
    """
    end = _aware(until, zone) or now
    try:
        begin = _aware(since, zone) or end - LENGTHS[span]
    except OverflowError:
        begin = end
    if begin >= end:
        raise Invalid.of("since", say("The beginning must come before the end"), code="since")
    if end - begin > LONGEST or end.year - begin.year > LONGEST.days // 365:
        raise Invalid.of("since", say("Ten years at most"), code="too_long")
    return Window(begin.astimezone(UTC), end.astimezone(UTC), zone)


def _aware(at: datetime | None, zone: str) -> datetime | None:
    return at.replace(tzinfo=ZoneInfo(zone)) if at is not None and at.tzinfo is None else at


def source_of(asked: Window, now: datetime, settings: Settings) -> Source:
    """The finest table that still has the window's beginning, and is not too fine for it."""
    age_days = (now - asked.since).days
    if asked.length <= SAMPLES_UP_TO and age_days < settings.keep_samples_days:
        return "samples"
    if asked.length <= HOURS_UP_TO and age_days < settings.keep_hours_days:
        return "hours"
    return "days"


def step_of(asked: Window, source: Source) -> int:
    """Seconds from one moment of the chart to the next: whole steps of the source."""
    least = STEPS[source]
    steps = -(-asked.length.total_seconds() // (least * MOST_MOMENTS))
    return int(max(steps, 1) * least)
