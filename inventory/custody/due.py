"""Until when something is lent: for good, or until a day, a lesson of it, or the term is over."""

from datetime import date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from core import clock
from core.database import fetch_one, fetch_value
from core.errors import Invalid, say
from core.numbers import Id
from core.weekly_times import moment

DueBy = Literal["term"]
# A day is over with its last second, so that the moment is still of that day.
LAST_SECOND = time(23, 59, 59)
LATEST_YEAR = 2100

LAST_DAY = """
SELECT last_day FROM term WHERE school = :school AND :today BETWEEN first_day AND last_day
"""
PERIOD = "SELECT name, ends FROM lesson_period WHERE id = :id AND school = :school"


class Due(msgspec.Struct, frozen=True):
    """Until when: the end of a day, of a lesson (of that day, else of today), or of the term."""

    due_on: date | None = None
    due_by: DueBy | None = None
    due_period_id: Id | None = None


class DueMoment(msgspec.Struct, frozen=True):
    """When it is due, and the lesson after which that is; ``at`` is empty where nothing is set."""

    at: datetime | None = None
    lesson: str | None = None


class _Period(msgspec.Struct):
    name: str
    ends: time


FOR_GOOD = Due()


async def find_due(school_id: int, due: Due) -> DueMoment:
    """The moment at which it is due, by the school's clock.

    Invalid where that is past, for the end of the term together with a day or a lesson, for a
    lesson of another school, and outside of terms.
    """
    if due == FOR_GOOD:
        return DueMoment()
    zone: str = await fetch_value("SELECT zone FROM school WHERE id = $1", school_id)
    today = clock.today(zone)
    if due.due_by is not None:
        return _end_of(await _last_day(school_id, due, today), zone)
    day = due.due_on or today
    if day < today:
        raise Invalid.of("due_on", say("The day it is due cannot be past"), code="past")
    if day.year > LATEST_YEAR:
        raise Invalid.of("due_on", say("The year must be 1980 to 2100"), code="year")
    if due.due_period_id is None:
        return _end_of(day, zone)
    period = await fetch_one(_Period, PERIOD, id=due.due_period_id, school=school_id)
    if period is None:
        raise Invalid.of("due_period_id", say("Choose a lesson of the asset's school"))
    at = moment(day, period.ends, ZoneInfo(zone))
    if at <= clock.now():
        raise Invalid.of("due_period_id", say("This lesson is over already"), code="past")
    return DueMoment(at, period.name)


def _end_of(day: date, zone: str) -> DueMoment:
    return DueMoment(moment(day, LAST_SECOND, ZoneInfo(zone)))


async def _last_day(school_id: int, due: Due, today: date) -> date:
    if due.due_on is not None or due.due_period_id is not None:
        raise Invalid.of("due_on", say("Choose a day or the end of the term, not both"))
    ends: date | None = await fetch_value(LAST_DAY, school=school_id, today=today)
    if ends is None:
        raise Invalid.of("due_by", say("No term of the school goes on now: choose a day"))
    return ends
