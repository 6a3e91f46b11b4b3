"""Lessons, terms and days for tests of bookings."""

from datetime import date, time, timedelta
from typing import Any

import msgspec

from core import clock, database
from inventory.holds.bookings import NewBooking
from tests import factories
from tests.factories import MadePerson, MadeSchool

ZONE = "Asia/Shanghai"


class Lessons(msgspec.Struct):
    """The lessons of a school by their number in the day."""

    ids: list[int]

    def __getitem__(self, number: int) -> int:
        return self.ids[number - 1]


async def lessons(of: MadeSchool, count: int = 4) -> Lessons:
    """So many lessons of 45 minutes, with 10 between them, from eight o'clock."""
    ids = []
    for number in range(count):
        starts = 8 * 60 + number * 55
        ids.append(
            await database.fetch_value(
                "INSERT INTO lesson_period (school, position, name, starts, ends)"
                " VALUES (:school, :position, :name, :starts, :ends) RETURNING id",
                school=of.id,
                position=number + 1,
                name=f"Lesson {number + 1}",
                starts=time(*divmod(starts, 60)),
                ends=time(*divmod(starts + 45, 60)),
            )
        )
    return Lessons(ids)


def monday(weeks: int = 1) -> date:
    """The Monday so many weeks from this one: one that is to come."""
    today = clock.today(ZONE)
    return today - timedelta(days=today.weekday()) + timedelta(weeks=weeks)


async def term(of: MadeSchool, first: date, weeks: int) -> None:
    """A term of so many weeks from a Monday on."""
    await database.execute(
        "INSERT INTO term (school, name, first_day, last_day) VALUES ($1, 'This term', $2, $3)",
        of.id,
        first,
        first + timedelta(weeks=weeks, days=-1),
    )


class BookingWorld(msgspec.Struct):
    """A school with four lessons a day, a teacher and a technician."""

    school: MadeSchool
    lessons: Lessons
    teacher: MadePerson
    technician: MadePerson


async def booking_world() -> BookingWorld:
    school = await factories.school()
    return BookingWorld(
        school,
        await lessons(school),
        await factories.person("teacher", school),
        await factories.person("technician", school),
    )


def new_booking(world: BookingWorld, number: int = 3, **more: Any) -> NewBooking:
    """A booking of one lesson next Thursday."""
    facts = {"day": monday() + timedelta(days=3), "lesson_id": world.lessons[number], **more}
    return NewBooking(**facts)
