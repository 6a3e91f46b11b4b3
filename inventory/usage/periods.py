"""The days that a report is about, by the calendar on the school's wall."""

from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from core import clock
from core.access import USUAL_ZONE
from core.errors import Invalid, say

# The clock by which days of use are added up; periods by another clock are read from sessions.
ZONE = USUAL_ZONE
LONGEST_PERIOD_DAYS = 3 * 366
EARLIEST = date(1980, 1, 1)
DAYS_OF_PRESET_MONTH = 30
DAYS_OF_PRESET_YEAR = 365
# The school year begins on 1 September and its second term on 1 February.
SECOND_TERM_MONTH, FIRST_TERM_MONTH = 2, 9

Preset = Literal["month", "term", "year"]
PRESETS: tuple[Preset, ...] = ("month", "term", "year")


class Period(msgspec.Struct, frozen=True):
    """From the first day to the last, both counted, by the clock of ``zone``."""

    first_day: date
    last_day: date
    zone: str = ZONE

    @property
    def starts_at(self) -> datetime:
        """Midnight before the first day."""
        return _midnight(self.first_day, self.zone)

    @property
    def ends_at(self) -> datetime:
        """Midnight after the last day."""
        return _midnight(self.last_day + timedelta(days=1), self.zone)

    @property
    def days(self) -> list[date]:
        count = (self.last_day - self.first_day).days + 1
        return [self.first_day + timedelta(days=n) for n in range(count)]


def preset_period(preset: Preset, zone: str) -> Period:
    """The last 30 days, the term so far, or the last 365 days; each up to today in ``zone``."""
    today = clock.today(zone)
    if preset == "term":
        return Period(_term_begin(today), today, zone)
    days = DAYS_OF_PRESET_MONTH if preset == "month" else DAYS_OF_PRESET_YEAR
    return Period(today - timedelta(days=days - 1), today, zone)


def chosen_period(first_day: date | None, last_day: date | None, zone: str) -> Period:
    """The days asked for; the last 30 days for what is left out. Invalid when upside down."""
    if min(first_day or EARLIEST, last_day or EARLIEST) < EARLIEST:
        raise Invalid.of("from", say("The books do not go back that far"), code="too_early")
    last_day = last_day or clock.today(zone)
    first_day = first_day or last_day - timedelta(days=DAYS_OF_PRESET_MONTH - 1)
    if first_day > last_day:
        raise Invalid.of("from", say("The first day comes after the last one"), code="upside_down")
    if first_day > clock.today(zone):
        raise Invalid.of("from", say("The first day has not come yet"), code="future")
    if (last_day - first_day).days >= LONGEST_PERIOD_DAYS:
        raise Invalid.of("from", say("Choose three years at most"), code="too_long")
    return Period(first_day, last_day, zone)


def _term_begin(today: date) -> date:
    if today.month >= FIRST_TERM_MONTH:
        return date(today.year, FIRST_TERM_MONTH, 1)
    if today.month >= SECOND_TERM_MONTH:
        return date(today.year, SECOND_TERM_MONTH, 1)
    return date(today.year - 1, FIRST_TERM_MONTH, 1)


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone))
