"""Lesson periods of a school's day: entered by its admins, read by everyone there."""

from datetime import time
from typing import Annotated

import msgspec

from core import tables
from core.access import Actor
from core.database import Refusals, transaction
from core.errors import Conflict, Invalid, say
from core.numbers import Id
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import MANAGE_SCHOOL
from core.query import EVERY_SCHOOL, Key, OfSchool, Order, Where, get_row, in_sight, list_page
from core.rows import delete_row, insert_row, update_row
from core.schools import lock_school
from core.texts import Line, checked_texts

ClockTime = Annotated[time, msgspec.Meta(examples=["08:00:00"], tz=False)]


class PeriodFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is written about a period; its times are by the school's clock."""

    position: Annotated[int, msgspec.Meta(ge=1, le=30, examples=[1])]
    name: Annotated[str, msgspec.Meta(examples=["第一节"])]
    starts: ClockTime
    ends: ClockTime


class NewPeriod(PeriodFacts, frozen=True, kw_only=True):
    """A period to be added at a school."""

    school_id: Id


class LessonPeriod(msgspec.Struct, frozen=True):
    """One period of a school's day: it begins at ``starts`` and is over at ``ends``."""

    id: int
    school_id: int
    school: str
    position: int
    name: str
    starts: ClockTime
    ends: ClockTime


TEXTS = {"name": Line(tables.LessonPeriod.name, required=say("Fill in this field"))}
REFUSALS: Refusals = {
    "lesson_period_never_overlaps": Conflict(
        say("Another period of the school is at this time"), field="starts"
    ),
    "lesson_period_name_once_a_school": Conflict(
        say("The school has a period of this name already"), field="name"
    ),
    "lesson_period_position_once_a_school": Conflict(
        say("Another period of the school has this place in the day"), field="position"
    ),
    "lesson_period_ends_after_it_starts": Invalid.of(
        "ends", say("It must end after it begins"), code="upside_down"
    ),
}
MISSING = say("There is no such period, or it is not of your school")
READ = """
SELECT l.id, l.school AS school_id, s.code AS school, l.position, l.name, l.starts, l.ends
  FROM lesson_period l JOIN school s ON s.id = l.school
"""
BY_DAY = Order(Key("l.school", int, "school_id"), Key("l.position", int, "position"))


async def list_periods(
    actor: Actor,
    filters: OfSchool = EVERY_SCHOOL,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Page[LessonPeriod]:
    """The periods of the actor's schools, school by school in the order of the day."""
    where = Where("l.school = any(:schools)", schools=actor.school_ids)
    where.add_given("l.school = :school", school=filters.school_id)
    return await list_page(LessonPeriod, READ, where, BY_DAY, cursor=cursor, limit=limit)


async def get_period(actor: Actor, period_id: int) -> LessonPeriod:
    """One period of a school in the actor's sight, else NotFound."""
    return await get_row(LessonPeriod, READ, in_sight(actor, "l", period_id), MISSING)


async def create_period(actor: Actor, new: NewPeriod) -> LessonPeriod:
    """Add a period; Conflict if it shares a minute, its place or its name with another there."""
    actor.require(new.school_id, MANAGE_SCHOOL)
    async with transaction(actor, REFUSALS):
        await lock_school(new.school_id)
        period_id = await insert_row(tables.LessonPeriod, checked_texts(new, TEXTS))
    return await get_period(actor, period_id)


async def update_period(actor: Actor, period_id: int, facts: PeriodFacts) -> LessonPeriod:
    """Write a period anew; refused as a new one is."""
    school_id = (await get_period(actor, period_id)).school_id
    actor.require(school_id, MANAGE_SCHOOL)
    async with transaction(actor, REFUSALS):
        await lock_school(school_id)
        await update_row(tables.LessonPeriod, period_id, checked_texts(facts, TEXTS))
    return await get_period(actor, period_id)


async def delete_period(actor: Actor, period_id: int) -> LessonPeriod:
    """Take a period out of the day; gives what it was."""
    period = await get_period(actor, period_id)
    actor.require(period.school_id, MANAGE_SCHOOL)
    async with transaction(actor):
        await delete_row(tables.LessonPeriod, period_id)
    return period
