"""A week, lesson by lesson: when a thing can be had, and when a person has what."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from core import clock
from core.access import Actor
from core.database import fetch
from core.numbers import Id
from core.school_days import find_lessons_from, find_taught_days
from core.weekly_times import moment
from inventory.holds.availability import Availability, find_availability
from inventory.holds.listing import READ, Hold, readable
from inventory.holds.things import Thing, Wanted, find_thing
from inventory.holds.times import Lesson, Period, find_lessons, zone_of

SCHOOL_WEEK = 5


class Slot(msgspec.Struct, frozen=True):
    """One lesson of one day, or without lessons the day; ``is_over`` once its end is past."""

    lesson_id: int | None
    lesson: str | None
    starts_at: datetime
    ends_at: datetime
    is_over: bool
    free: int
    total: int
    availability: Availability | None = None
    holds: Sequence[Hold] = ()


class DayOfWeek(msgspec.Struct, frozen=True):
    """One day; ``is_taught`` if there are lessons on it."""

    day: date
    is_taught: bool
    slots: list[Slot]


class Week(msgspec.Struct, frozen=True):
    """The days of a week from Monday on; Saturday and Sunday if there are lessons on them."""

    first_day: date
    today: date
    days: list[DayOfWeek]

    @property
    def before(self) -> date:
        """The Monday of the week before."""
        return self.first_day - timedelta(days=7)

    @property
    def after(self) -> date:
        """The Monday of the week after."""
        return self.first_day + timedelta(days=7)

    @property
    def rows(self) -> list[list[Slot]]:
        """The slots lesson by lesson, each of all days."""
        return [list(row) for row in zip(*(one.slots for one in self.days), strict=True)]


class _Frame(msgspec.Struct):
    """The days of a week with their periods, and the lesson of each; none where none are entered."""

    first_day: date
    today: date
    taught: set[date]
    days: list[date]
    lessons: list[Lesson | None]
    periods: list[Period]


class AskedWeek(msgspec.Struct, frozen=True):
    """Of which thing (an asset, a room, or a model with its school), and the week of which day."""

    tag: str | None = None
    place_id: Id | None = None
    model_id: Id | None = None
    school_id: Id | None = None
    day: date | None = None


async def get_week(actor: Actor, asked: AskedWeek) -> Week:
    """When a thing of a school in the actor's sight can be had in a week, else NotFound."""
    wanted = Wanted(
        tag=asked.tag,
        place_id=asked.place_id,
        model_id=asked.model_id,
        school_id=asked.school_id,
    )
    return await week_of_thing(actor, await find_thing(actor, wanted.narrowest), asked.day)


async def week_of_thing(actor: Actor, thing: Thing, day: date | None) -> Week:
    """When a thing can be had in the week of ``day``; three queries."""
    frame = await _frame(thing.school_id, day)
    found = await find_availability(actor, thing, frame.periods)
    return _week(frame, [(one.free, one.total, one, ()) for one in found])


async def week_of_person(actor: Actor, person_id: int, school_id: int, day: date | None) -> Week:
    """What is booked for a person at a school in the week of ``day``."""
    frame = await _frame(school_id, day)
    rows = await fetch(
        Hold,
        f"{READ} WHERE h.person = :person AND h.school = :school AND h.kind = 'booking'"
        " AND h.closed_as IS DISTINCT FROM 'cancelled'"
        " AND h.starts_at < :until AND h.ends_at > :since ORDER BY h.starts_at, h.id LIMIT 500",
        person=person_id,
        school=school_id,
        since=frame.periods[0].starts_at,
        until=frame.periods[-1].ends_at,
    )
    held = [readable(actor, row) for row in rows]
    return _week(
        frame,
        [(0, 0, None, [row for row in held if _overlap(row, period)]) for period in frame.periods],
    )


def _overlap(held: Hold, period: Period) -> bool:
    ends = held.ends_at is None or held.ends_at > period.starts_at
    return held.starts_at < period.ends_at and ends


async def next_day(school_id: int) -> date:
    """Today while it has a lesson to come, else the next day with lessons; else today."""
    zone = await zone_of(school_id)
    today, now = clock.today(zone), clock.now().astimezone(ZoneInfo(zone)).time()
    lessons = await find_lessons(school_id)
    is_over = bool(lessons) and all(lesson.ends <= now for lesson in lessons)
    return await find_lessons_from(school_id, today + timedelta(days=is_over)) or today


async def _frame(school_id: int, day: date | None) -> _Frame:
    zone = await zone_of(school_id)
    today = clock.today(zone)
    wanted = day if day is not None and date(1980, 1, 1) <= day <= date(2100, 1, 1) else today
    monday = wanted - timedelta(days=wanted.weekday())
    taught = {
        one.day for one in await find_taught_days(school_id, monday, monday + timedelta(days=6))
    }
    week = [monday + timedelta(days=number) for number in range(7)]
    days = [one for one in week if one.weekday() < SCHOOL_WEEK or one in taught or one == wanted]
    lessons: list[Lesson | None] = [*await find_lessons(school_id)] or [None]
    periods = [_period(one, lesson, zone) for one in days for lesson in lessons]
    return _Frame(monday, today, taught, days, lessons, periods)


def _period(day: date, lesson: Lesson | None, zone: str) -> Period:
    clock_of = ZoneInfo(zone)
    if lesson is None:
        tomorrow = day + timedelta(days=1)
        return Period(moment(day, time.min, clock_of), moment(tomorrow, time.min, clock_of))
    return Period(moment(day, lesson.starts, clock_of), moment(day, lesson.ends, clock_of))


def _week(frame: _Frame, found: list[tuple[int, int, Availability | None, Sequence[Hold]]]) -> Week:
    now = clock.now()
    slots = [
        Slot(
            lesson.id if lesson else None,
            lesson.name if lesson else None,
            period.starts_at,
            period.ends_at,
            period.ends_at <= now,
            *one,
        )
        for lesson, period, one in zip(
            frame.lessons * len(frame.days), frame.periods, found, strict=True
        )
    ]
    count = len(frame.lessons)
    return Week(
        frame.first_day,
        frame.today,
        [
            DayOfWeek(day, day in frame.taught, slots[n * count : (n + 1) * count])
            for n, day in enumerate(frame.days)
        ],
    )
