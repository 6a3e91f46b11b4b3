"""The school year: which days have lessons, and at what moment a lesson falls."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import msgspec

ZONE = ZoneInfo("Asia/Shanghai")

# Public holidays as (month, day) from, to; the moving ones fall into the winter holidays.
PUBLIC_HOLIDAYS = (((1, 1), (1, 1)), ((4, 4), (4, 6)), ((5, 1), (5, 5)), ((10, 1), (10, 7)))
TERMS = (((2, 20), (7, 5)), ((9, 1), (12, 31)), ((1, 2), (1, 18)))


class YearBehind(msgspec.Struct, frozen=True):
    """The moment of seeding and the year before it, which is all that the demo tells of."""

    at: datetime

    @property
    def today(self) -> date:
        return self.at.astimezone(ZONE).date()

    @property
    def first(self) -> date:
        return self.today - timedelta(days=365)

    def days_ago(self, days: int) -> date:
        return self.today - timedelta(days=days)

    def moment(self, day: date, minutes: int) -> datetime:
        """So many minutes after midnight at the school, in UTC; never later than the seeding."""
        local = datetime.combine(day, time(), tzinfo=ZONE) + timedelta(minutes=minutes)
        return min(local.astimezone(UTC), self.at)

    def lesson_days(self) -> list[date]:
        """The days with lessons in the year behind, today not among them."""
        days = (self.first + timedelta(days=n) for n in range(365))
        return [day for day in days if is_lesson_day(day)]


@cache
def is_lesson_day(day: date) -> bool:
    """Monday to Friday in term, public holidays excepted; asked a million times of a year's days."""
    return day.weekday() < 5 and _within(day, TERMS) and not _within(day, PUBLIC_HOLIDAYS)


def share_of_use(day: date) -> float:
    """How much of the equipment is used on a day: holiday courses keep some of it busy."""
    if is_lesson_day(day):
        return 1.0
    if _within(day, PUBLIC_HOLIDAYS) or day.weekday() == 6:
        return 0.0
    return 0.08 if day.weekday() == 5 else 0.25


def _within(day: date, spans: tuple[tuple[tuple[int, int], tuple[int, int]], ...]) -> bool:
    return any(first <= (day.month, day.day) <= last for first, last in spans)
