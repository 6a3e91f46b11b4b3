"""What timetables are read by, and the bookings that a lesson of them becomes."""

from datetime import date, datetime

import msgspec

from core.school_days import TaughtDay
from inventory.holds.times import Lesson


class Room(msgspec.Struct, frozen=True):
    """A room of the school that is in use."""

    id: int
    path: str


class Term(msgspec.Struct, frozen=True):
    """A term whose lessons are meant, with the days on which there are any."""

    name: str
    first_day: date
    days: list[TaughtDay]

    def week_of(self, day: date) -> int:
        """The number of a day's week, from the one in which the term begins."""
        return ((day - self.first_day).days + self.first_day.weekday()) // 7 + 1


class School(msgspec.Struct, frozen=True):
    """What timetables of a school are read by; ``teachers`` by how their names are compared."""

    zone: str
    lessons: list[Lesson]
    terms: list[Term]
    rooms: list[Room]
    teachers: dict[str, list[int]]


class Entry(msgspec.Struct, frozen=True):
    """So many bookings of one room: what is written, and from when until when on each of ``days``."""

    place: int
    person: int | None
    group: str
    purpose: str
    starts: str
    ends: str
    days: list[date]


class Taken(msgspec.Struct, frozen=True):
    starts_at: datetime
    ends_at: datetime
    place: int
    kind: str
    group: str
    purpose: str
