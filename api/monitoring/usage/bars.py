"""Hours of use as bars: by the day while there is room for it, else by week or by month."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

import msgspec

from core.errors import Message, say
from monitoring.usage.report import DayOfUse

MOST_BARS = 120
BY_DAY = say("Hours on of all assets together, by day")
BY_WEEK = say("Hours on of all assets together, by week")
BY_MONTH = say("Hours on of all assets together, by month")


class Bars(msgspec.Struct, frozen=True):
    """One bar for each span of time: its first day, and the hours of all its days."""

    title: Message
    labels: list[str]
    hours: list[float]


def bars_of(days: Iterable[DayOfUse]) -> Bars:
    """At most :data:`MOST_BARS` bars, as long as the days are within ten years."""
    listed = list(days)
    if len(listed) <= MOST_BARS:
        return Bars(BY_DAY, [one.day.isoformat() for one in listed], [one.hours for one in listed])
    if len(listed) <= MOST_BARS * 7 - 6:
        return _summed(BY_WEEK, ((_monday(one.day).isoformat(), one.hours) for one in listed))
    return _summed(BY_MONTH, ((f"{one.day:%Y-%m}", one.hours) for one in listed))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _summed(title: Message, labelled: Iterable[tuple[str, float]]) -> Bars:
    sums: dict[str, float] = defaultdict(float)
    for label, hours in labelled:
        sums[label] += hours
    return Bars(title, list(sums), [round(total, 1) for total in sums.values()])
