"""Months by the calendar that reports go by (docs/usage.md)."""

import re
from datetime import date, datetime, timedelta

import msgspec

from core import clock
from core.errors import Invalid, say
from inventory.usage import ZONE
from monitoring.history.rollups import midnight

_NAME = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
CHOICES = 13


class Month(msgspec.Struct, frozen=True):
    """One month; ``first`` is its first day."""

    first: date

    @property
    def name(self) -> str:
        return f"{self.first:%Y-%m}"

    @property
    def starts_at(self) -> datetime:
        return midnight(self.first, ZONE)

    @property
    def ends_at(self) -> datetime:
        return midnight(self.next_first, ZONE)

    @property
    def next_first(self) -> date:
        return (self.first.replace(day=28) + timedelta(days=4)).replace(day=1)


def chosen_month(name: str | None) -> Month:
    """The month of that name ("2026-11"), this one if none; Invalid for one that has not begun."""
    this = this_month()
    if not name:
        return this
    found = _NAME.fullmatch(name)
    if found is None:
        raise Invalid.of("month", say("A month is written like 2026-11"), code="month")
    month = Month(date(int(found[1]), int(found[2]), 1))
    if month.first > this.first:
        raise Invalid.of("month", say("This month has not begun"), code="month")
    return month


def this_month() -> Month:
    return Month(clock.today(ZONE).replace(day=1))


def last_months() -> list[Month]:
    """This month and those before it for a year, the latest first."""
    months = [this_month()]
    while len(months) < CHOICES:
        months.append(Month((months[-1].first - timedelta(days=1)).replace(day=1)))
    return months
