"""The days on which a school does otherwise than its week says: holidays, lessons on a Sunday.

Else there are lessons from Monday to Friday within the school's terms; a school that has entered
no terms has them all the year.
"""

from datetime import date, timedelta
from typing import Annotated

import holidays
import msgspec

from core import tables
from core.access import Actor
from core.database import Refusals, execute, fetch, fetch_value, transaction
from core.errors import Conflict, Invalid, say
from core.numbers import Id
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import MANAGE_SCHOOL
from core.query import Key, Order, Where, get_row, list_page
from core.rows import delete_row, insert_row, update_row
from core.texts import Line, checked_texts

Year = Annotated[int, msgspec.Meta(ge=2000, le=2099, examples=[2027])]
# How a day is called on which a weekend is exchanged for a holiday.
EXCHANGED = "调休上课"


class DayFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is written about a day; ``as_weekday`` is whose lessons there are, 1 is Monday."""

    day: date
    name: Annotated[str, msgspec.Meta(examples=["运动会"])]
    is_taught: bool = False
    as_weekday: Annotated[int, msgspec.Meta(ge=1, le=7)] | None = None


class NewDay(DayFacts, frozen=True, kw_only=True):
    """A day to be added to a school's calendar."""

    school_id: Id


class PublicHolidays(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The public holidays of a year, to be taken over by a school."""

    school_id: Id
    year: Year


class SchoolDay(msgspec.Struct, frozen=True):
    """One day of a school's calendar; ``is_public`` as long as nobody has changed it there."""

    id: int
    school_id: int
    school: str
    day: date
    name: str
    is_taught: bool
    as_weekday: int | None
    is_public: bool


class TakenOver(msgspec.Struct, frozen=True):
    """How many days of a year are free, and on how many days of its weekends there are lessons.

    Those of the weekends are known once they were announced, some weeks before the year begins.
    """

    year: int
    free: int
    taught: int


class DayFilters(msgspec.Struct, frozen=True):
    """Which days a list shows: those of a ``year``, or without one those from today on."""

    school_id: Id | None = None
    year: Year | None = None


TEXTS = {"name": Line(tables.SchoolDay.name, required=say("Fill in this field"))}
REFUSALS: Refusals = {
    "school_day_once_a_school": Conflict(
        say("The school's calendar has this day already"), field="day"
    ),
    "school_day_year_is_meant": Invalid.of(
        "day", say("The year must be 1980 to 2100"), code="year"
    ),
    "school_day_weekday_is_of_lessons": Invalid.of(
        "as_weekday", say("Without lessons there is no weekday whose lessons they are")
    ),
}
MISSING = say("There is no such day in the calendar, or it is not of your school")
NO_FILTERS = DayFilters()
READ = """
SELECT d.id, d.school AS school_id, s.code AS school, d.day, d.name, d.is_taught, d.as_weekday,
       d.is_public
  FROM school_day d JOIN school s ON s.id = d.school
"""
BY_DAY = Order(Key("d.day", date, "day"), Key("d.id", int, "id"))
STORE = """
INSERT INTO school_day (school, day, name, is_taught, is_public)
SELECT :school, n.day, n.name, n.is_taught, true
  FROM unnest(:days::date[], :names::text[], :taught::boolean[]) n (day, name, is_taught)
 ORDER BY n.day
ON CONFLICT (school, day) DO UPDATE SET name = excluded.name, is_taught = excluded.is_taught
 WHERE school_day.is_public
   AND (school_day.name, school_day.is_taught) IS DISTINCT FROM (excluded.name, excluded.is_taught)
"""
FORGET = """
DELETE FROM school_day
 WHERE school = :school AND is_public AND extract(year FROM day) = :year AND day <> ALL (:days)
"""
NEXT = """
SELECT n.day::date
  FROM generate_series(:first::date, least(:first::date + 120, DATE '2100-12-31'), interval '1 day')
       n (day)
  LEFT JOIN school_day d ON d.school = :school AND d.day = n.day::date
 WHERE coalesce(d.is_taught, extract(isodow FROM n.day) < 6 AND (
           EXISTS (SELECT FROM term t WHERE t.school = :school
                    AND n.day::date BETWEEN t.first_day AND t.last_day)
        OR NOT EXISTS (SELECT FROM term t WHERE t.school = :school)))
 ORDER BY n.day LIMIT 1
"""


async def list_days(
    actor: Actor,
    filters: DayFilters = NO_FILTERS,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Page[SchoolDay]:
    """The days of the actor's schools: those of a year, or those from today on."""
    where = Where("d.school = any(:schools)", schools=actor.school_ids)
    where.add_given("d.school = :school", school=filters.school_id)
    if filters.year is None:
        where.add("d.day >= (now() AT TIME ZONE s.zone)::date")
    else:
        first, last = date(filters.year, 1, 1), date(filters.year, 12, 31)
        where.add("d.day BETWEEN :first AND :last", first=first, last=last)
    return await list_page(SchoolDay, READ, where, BY_DAY, cursor=cursor, limit=limit)


async def get_day(actor: Actor, day_id: int) -> SchoolDay:
    """One day of a school in the actor's sight, else NotFound."""
    where = Where("d.id = :id AND d.school = any(:schools)", id=day_id, schools=actor.school_ids)
    return await get_row(SchoolDay, READ, where, MISSING)


async def create_day(actor: Actor, new: NewDay) -> SchoolDay:
    """Add a day; Conflict if the school's calendar has it already."""
    actor.require(new.school_id, MANAGE_SCHOOL)
    async with transaction(actor, REFUSALS):
        day_id = await insert_row(tables.SchoolDay, checked_texts(new, TEXTS))
    return await get_day(actor, day_id)


async def update_day(actor: Actor, day_id: int, facts: DayFacts) -> SchoolDay:
    """Write a day anew; from then on it is the school's own, and no public calendar changes it."""
    actor.require((await get_day(actor, day_id)).school_id, MANAGE_SCHOOL)
    async with transaction(actor, REFUSALS):
        await update_row(tables.SchoolDay, day_id, checked_texts(facts, TEXTS), is_public=False)
    return await get_day(actor, day_id)


async def delete_day(actor: Actor, day_id: int) -> SchoolDay:
    """Take a day out of the calendar; gives what it was."""
    day = await get_day(actor, day_id)
    actor.require(day.school_id, MANAGE_SCHOOL)
    async with transaction(actor):
        await delete_row(tables.SchoolDay, day_id)
    return day


async def take_public_holidays(actor: Actor, asked: PublicHolidays) -> TakenOver:
    """Write the public holidays of a year into a school's calendar, as they are known by now.

    What the school has written itself stays. Taken over once more, the year is as the calendar of
    public holidays says then.
    """
    actor.require(asked.school_id, MANAGE_SCHOOL)
    known = holidays.country_holidays("CN", years=asked.year, language="zh_CN")
    exchanged = {day for day in known.weekend_workdays if day.year == asked.year}
    days = dict.fromkeys(known, False) | dict.fromkeys(exchanged, True)
    names = [EXCHANGED if taught else known[day] for day, taught in days.items()]
    async with transaction(actor):
        await execute(FORGET, school=asked.school_id, year=asked.year, days=list(days))
        await execute(
            STORE, school=asked.school_id, days=list(days), names=names, taught=[*days.values()]
        )
    return TakenOver(asked.year, len(known), len(exchanged))


async def find_lessons_from(school_id: int, first: date) -> date | None:
    """The first day from ``first`` on with lessons at a school; None if there is none within 120 days."""
    found: date | None = await fetch_value(NEXT, school=school_id, first=first)
    return found


class TaughtDay(msgspec.Struct, frozen=True):
    """A day with lessons: ``weekday`` is whose lessons they are, 1 is Monday."""

    day: date
    weekday: int


TAUGHT = """
SELECT n.day::date AS day, coalesce(d.as_weekday, extract(isodow FROM n.day))::int AS weekday
  FROM generate_series(:first::date::timestamp, :last::date::timestamp, interval '1 day') n (day)
  LEFT JOIN school_day d ON d.school = :school AND d.day = n.day::date
 WHERE coalesce(d.is_taught, extract(isodow FROM n.day) < 6 AND (
           EXISTS (SELECT FROM term t WHERE t.school = :school
                    AND n.day::date BETWEEN t.first_day AND t.last_day)
        OR NOT EXISTS (SELECT FROM term t WHERE t.school = :school)))
 ORDER BY n.day
"""


async def find_taught_days(school_id: int, first: date, last: date) -> list[TaughtDay]:
    """The days from ``first`` to ``last`` with lessons at a school; at most a year of them."""
    last = min(last, first + timedelta(days=366))
    return await fetch(TaughtDay, TAUGHT, school=school_id, first=first, last=last)
