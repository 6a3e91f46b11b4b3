"""When something is booked: lessons or whole days by the school's clock, once or every week."""

from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec

from core import clock
from core.database import fetch, fetch_value
from core.errors import Invalid, say
from core.numbers import Id
from core.school_days import find_taught_days
from core.weekly_times import moment

LONGEST_AHEAD = timedelta(days=366)
# The rule hold_is_within_a_year of the database.
LONGEST = timedelta(days=366)


class When(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From a lesson of ``day`` to one of ``last_day``; without lessons the whole days.

    Without ``last_day`` it is one day, without ``last_lesson_id`` one lesson.
    """

    day: Annotated[date, msgspec.Meta(examples=["2026-12-03"])]
    lesson_id: Id | None = None
    last_lesson_id: Id | None = None
    last_day: date | None = None


class Period(msgspec.Struct, frozen=True):
    """From ``starts_at`` until before ``ends_at``."""

    starts_at: datetime
    ends_at: datetime


class Lesson(msgspec.Struct, frozen=True):
    """One lesson of a school's day, by its clock."""

    id: int
    position: int
    name: str
    starts: time
    ends: time


LESSONS = """
SELECT id, position, name, starts, ends FROM lesson_period WHERE school = $1 ORDER BY position
"""


async def find_lessons(school_id: int) -> list[Lesson]:
    """The lessons of a school's day, in their order."""
    return await fetch(Lesson, LESSONS, school_id)


async def zone_of(school_id: int) -> str:
    """The name of the time zone of a school's clock."""
    zone: str = await fetch_value("SELECT zone FROM school WHERE id = $1", school_id)
    return zone


async def find_periods(
    school_id: int, when: When, *, weekly: bool = False, zone: str | None = None
) -> list[Period]:
    """The periods that are meant, in their order, none of them over; Invalid, naming the field.

    Not on a day without lessons, if lessons are meant. ``weekly``: again on each day with the
    lessons of that weekday until the term is over. ``zone`` is the school's, if it is known.
    """
    zone = zone or await zone_of(school_id)
    of_lessons = (when.lesson_id, when.last_lesson_id) != (None, None)
    found = await find_lessons(school_id) if of_lessons else []
    lessons = {lesson.id: lesson for lesson in found}
    first = _lesson(lessons, when.lesson_id, "lesson_id")
    last = _lesson(lessons, when.last_lesson_id, "last_lesson_id") or first
    last_day = when.last_day or when.day
    _refuse_upside_down(when, first, last, last_day)
    if weekly and last_day != when.day:
        raise Invalid.of("last_day", say("What comes every week is within one day"), code="weekly")
    _refuse_far(when.day, last_day, clock.today(zone))
    days = await (_weeks if weekly else _day)(school_id, when)
    length = last_day - when.day
    periods = [_period(day, first, last, day + length, zone) for day in days]
    return _coming(periods)


def _coming(periods: list[Period]) -> list[Period]:
    now = clock.now()
    coming = [one for one in periods if one.ends_at > now]
    if not coming:
        raise Invalid.of("day", say("This time is over already"), code="past")
    if any(one.ends_at - one.starts_at > LONGEST for one in coming):
        most = say("At most {most} days", most=LONGEST.days)
        raise Invalid.of("last_day", most, code="too_long")
    return coming


async def find_kept_hours(school_id: int, when: When, hours: Period) -> Period:
    """From ``day`` to ``last_day`` at the times of day of ``hours``; refused as :func:`find_periods`."""
    name = await zone_of(school_id)
    zone = ZoneInfo(name)
    last_day = when.last_day or when.day
    starts, ends = hours.starts_at.astimezone(zone), hours.ends_at.astimezone(zone)
    if (last_day, ends.time()) <= (when.day, starts.time()):
        raise Invalid.of("last_day", say("It must end after it begins"), code="upside_down")
    _refuse_far(when.day, last_day, clock.today(name))
    kept = Period(moment(when.day, starts.time(), zone), moment(last_day, ends.time(), zone))
    return _coming([kept])[0]


def _lesson(lessons: dict[int, Lesson], wanted: int | None, field: str) -> Lesson | None:
    if wanted is None:
        return None
    if wanted not in lessons:
        raise Invalid.of(field, say("Choose a lesson of this school"), code="lesson")
    return lessons[wanted]


def _refuse_upside_down(
    when: When, first: Lesson | None, last: Lesson | None, last_day: date
) -> None:
    if last_day < when.day:
        raise Invalid.of("last_day", say("It must end after it begins"), code="upside_down")
    if first is None and last is not None:
        raise Invalid.of("lesson_id", say("Choose the first lesson as well"), code="required")
    if first and last and last_day == when.day and last.ends <= first.starts:
        raise Invalid.of("last_lesson_id", say("It must end after it begins"), code="upside_down")


def _refuse_far(day: date, last_day: date, today: date) -> None:
    if day < today and last_day < today:
        raise Invalid.of("day", say("This time is over already"), code="past")
    for field, one in (("day", day), ("last_day", last_day)):
        if one > today + LONGEST_AHEAD or one < today - LONGEST_AHEAD:
            raise Invalid.of(field, say("Choose a day within a year from now"), code="far")


async def _day(school_id: int, when: When) -> list[date]:
    if when.lesson_id is not None:
        await _refuse_holiday(school_id, when.day, "day")
        if when.last_day is not None:
            await _refuse_holiday(school_id, when.last_day, "last_day")
    return [when.day]


async def _weeks(school_id: int, when: When) -> list[date]:
    """The days of the term from this one on that have the lessons of its weekday."""
    ends: date | None = await fetch_value(
        "SELECT last_day FROM term WHERE school = $1 AND $2 BETWEEN first_day AND last_day",
        school_id,
        when.day,
    )
    if ends is None:
        raise Invalid.of("weekly", say("This day is in no term of the school"), code="no_term")
    taught = await find_taught_days(school_id, when.day, ends)
    weekday = next((one.weekday for one in taught if one.day == when.day), None)
    if weekday is None:
        raise _no_lessons("day", when.day)
    return [one.day for one in taught if one.weekday == weekday]


async def _refuse_holiday(school_id: int, day: date, field: str) -> None:
    if not await find_taught_days(school_id, day, day):
        raise _no_lessons(field, day)


def _no_lessons(field: str, day: date) -> Invalid:
    return Invalid.of(field, say("There are no lessons on {day}", day=day), code="no_lessons")


def _period(
    day: date, first: Lesson | None, last: Lesson | None, last_day: date, zone: str
) -> Period:
    starts = first.starts if first else time.min
    ends_on, ends = (last_day, last.ends) if last else (last_day + timedelta(days=1), time.min)
    return Period(moment(day, starts, ZoneInfo(zone)), moment(ends_on, ends, ZoneInfo(zone)))


def when_of(period: Period, lessons: list[Lesson], zone: str) -> tuple[When, str]:
    """What a person would write for a period: its lessons, or the whole days.

    Where it is neither, as once a school has put its lessons to other times, also its own hours.
    """
    starts = period.starts_at.astimezone(ZoneInfo(zone))
    ends = period.ends_at.astimezone(ZoneInfo(zone))
    first = next((one.id for one in lessons if one.starts == starts.time()), None)
    last = next((one.id for one in lessons if one.ends == ends.time()), None)
    hours = ""
    if starts.time() == ends.time() == time.min:
        first, last, ends = None, None, ends - timedelta(microseconds=1)
    elif first is None or last is None:
        first, last, hours = None, None, f"{starts:%H:%M}–{ends:%H:%M}"
    last_day = ends.date() if ends.date() != starts.date() else None
    return When(starts.date(), first, last, last_day), hours
