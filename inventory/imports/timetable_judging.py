"""Rows of timetables: which room is whose in which lesson of which weeks, against what is booked."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from core import clock
from core.database import fetch
from core.errors import say
from core.sheets import spelling_key
from core.weekly_times import moment
from inventory.holds.bookings import TEXTS
from inventory.holds.times import Lesson
from inventory.imports.importers import Judged
from inventory.imports.mapped_cells import MappedCells
from inventory.imports.new_places import BETWEEN, path_key, place_path
from inventory.imports.plain_judging import skipped, wrong
from inventory.imports.shapes import FieldDiff, Findings, Remark, Verdict
from inventory.imports.timetable_shapes import Entry, Room, School, Taken, Term
from inventory.imports.timetable_words import (
    ALL_WEEKS,
    Cell,
    Weeks,
    find_lessons_meant,
    read_weeks,
    split_cell,
)

DAYS = tuple(f"day{number}" for number in range(1, 8))
MOST_BOOKINGS = 50_000


class _Asked(msgspec.Struct, frozen=True):
    """One lesson of a row, before its days are known."""

    field: str
    weekday: int
    cell: Cell


TAKEN = """
SELECT starts_at, ends_at, place, kind, group_name AS group, purpose FROM hold
 WHERE place = any(:places::bigint[]) AND closed_at IS NULL AND displaced_by IS NULL
   AND ends_at > now() ORDER BY place, ends_at
"""


class TimetableJudge:
    """A row is one lesson of a week, or, with days as columns, one lesson of each day."""

    def __init__(self, school: School) -> None:
        self.school = school
        self.rooms: dict[str, list[Room]] = {}
        for room in school.rooms:
            names = {path_key(room.path), spelling_key(room.path.split(BETWEEN)[-1])}
            for name in names:
                self.rooms.setdefault(name, []).append(room)
        self.taken: dict[int, list[Taken]] = {}
        self.lines: dict[tuple[int, date, int], int] = {}
        self.count = 0

    async def learn(self, rows: Sequence[MappedCells]) -> None:
        """What is taken of the rooms that these rows name."""
        named = [room for cells in rows for room in self._rooms_of(cells.plain("room"))]
        new = {room.id for room in named} - self.taken.keys()
        self.taken |= {place: [] for place in new}
        for row in await fetch(Taken, TAKEN, places=sorted(new)):
            self.taken[row.place].append(row)

    def findings(self) -> Findings:
        return Findings(things=self.count)

    def judge(self, cells: MappedCells) -> Judged:
        """The verdict on one row."""
        asked = list(self._asked(cells))
        if not cells.remarks and not asked:
            return skipped(cells.line, cells.plain("lesson"), say("No lesson stands in this row"))
        room, term = self._room(cells), self._term(cells)
        lessons = find_lessons_meant(cells.text("lesson"), self.school.lessons)
        if lessons is None:
            message = say("The school's day has no such lesson; look at its lesson periods")
            cells.complain("lesson", message)
        if cells.remarks or room is None or term is None or lessons is None:
            return wrong(cells, cells.plain("room"))
        label = f"{room.path} · {lessons[0].name}"
        notes: list[Remark] = []
        entries = [
            entry
            for one in asked
            if (entry := self._entry(cells, one, room, term, lessons, notes)) is not None
        ]
        if cells.remarks:
            return wrong(cells, label)
        if not any(entry.days for entry in entries):
            return Judged(cells.line, Verdict.same, label, remarks=tuple(notes))
        return self._created(cells.line, label, room, [one for one in entries if one.days], notes)

    def _created(
        self, line: int, label: str, room: Room, entries: list[Entry], notes: list[Remark]
    ) -> Judged:
        dates = sum(len(entry.days) for entry in entries)
        self.count += dates
        shown = {
            "room": room.path,
            "group": "; ".join(dict.fromkeys(entry.group for entry in entries if entry.group)),
            "purpose": "; ".join(dict.fromkeys(one.purpose for one in entries if one.purpose)),
            "dates": dates,
        }
        diff = tuple(FieldDiff(name, None, value) for name, value in shown.items() if value)
        return Judged(
            line,
            Verdict.create,
            label,
            diff=diff,
            remarks=tuple(notes),
            change={"entries": msgspec.to_builtins(entries)},
        )

    def _asked(self, cells: MappedCells) -> Iterator[_Asked]:
        """The lessons that stand in a row."""
        weeks = cells.read("weeks", read_weeks) or ALL_WEEKS
        if any(cells.has(field) for field in DAYS):
            for weekday, field in enumerate(DAYS, start=1):
                if cells[field] and (cell := cells.read(field, self._split)) is not None:
                    whole = cell.weeks is ALL_WEEKS
                    yield _Asked(field, weekday, _within(cell, weeks) if whole else cell)
            return
        weekday_code = cells.word("weekday")
        if not weekday_code:
            cells.complain("weekday", say("Say the day of the week, as 周一 or Monday"))
            return
        cell = Cell(cells.text("class"), cells.text("subject"), cells.text("teacher"), weeks)
        yield _Asked("weekday", int(weekday_code), cell)

    def _split(self, text: str) -> Cell:
        return split_cell(text, self.school.teachers)

    def _rooms_of(self, text: str) -> list[Room]:
        path = place_path(text) if text else None
        return self.rooms.get(path_key(path), []) if path else []

    def _room(self, cells: MappedCells) -> Room | None:
        found = self._rooms_of(cells.plain("room"))
        if len(found) == 1:
            return found[0]
        if not cells["room"]:
            message = say("Say the room: in a column, or once for all rows")
        elif found:
            message = say("Several rooms are called so; write the building too, as A / B")
        else:
            message = say("The school has no room of this name in use")
        cells.complain("room", message)
        return None

    def _term(self, cells: MappedCells) -> Term | None:
        """The term that is named, else the first that is not over."""
        name = spelling_key(cells.text("term"))
        terms = [one for one in self.school.terms if not name or spelling_key(one.name) == name]
        if not terms:
            message = (
                say("The school has no such term that is not over")
                if name
                else say("The school has no term that is not over; write it down first")
            )
            cells.complain("term", message)
        return terms[0] if terms else None

    def _entry(
        self,
        cells: MappedCells,
        asked: _Asked,
        room: Room,
        term: Term,
        lessons: tuple[Lesson, Lesson],
        notes: list[Remark],
    ) -> Entry | None:
        """The bookings of one lesson of the week, without those that are made already."""
        first, last = lessons
        person, purpose = self._teacher(cells, asked)
        cell = asked.cell
        self._refuse_long(cells, asked.field, cell.group, purpose)
        days = self._days(cells, asked, term, last)
        free, taken = [], []
        for day in days:
            if not self._is_first(cells, asked.field, room, day, lessons):
                return None
            found = self._taken_at(room, day, lessons)
            if found is None:
                free.append(day)
            elif (found.kind, found.group, found.purpose) != ("booking", cell.group, purpose):
                taken.append(day)
        if taken:
            self._say_taken(cells, asked.field, taken, len(days), notes)
        starts, ends = first.starts.isoformat(), last.ends.isoformat()
        return Entry(room.id, person, cell.group, purpose, starts, ends, free)

    def _teacher(self, cells: MappedCells, asked: _Asked) -> tuple[int | None, str]:
        """Whom it is for, if the school has one person of that name; else the name is written."""
        name, subject = asked.cell.teacher, asked.cell.subject
        found = self.school.teachers.get(spelling_key(name), []) if name else []
        if len(found) == 1 or not name:
            return (found[0] if found else None), subject
        return None, " · ".join(filter(None, (subject, name)))

    def _refuse_long(self, cells: MappedCells, field: str, group: str, purpose: str) -> None:
        for name, text in (("group", group), ("purpose", purpose)):
            if error := TEXTS[name].find_error(name, text):
                cells.complain(field, error.message)

    def _days(self, cells: MappedCells, asked: _Asked, term: Term, last: Lesson) -> list[date]:
        """The days of the term with this lesson that are to come."""
        now = clock.now()
        days = [
            one.day
            for one in term.days
            if one.weekday == asked.weekday
            and term.week_of(one.day) in asked.cell.weeks
            and self._at(one.day, last.ends.isoformat()) > now
        ]
        if not days:
            cells.complain(asked.field, say("No day of the term that is to come has this lesson"))
        if self.count + len(days) > MOST_BOOKINGS:
            message = say("At most {most} bookings in one import", most=MOST_BOOKINGS)
            cells.complain(asked.field, message)
        return days

    def _at(self, day: date, at: str) -> datetime:
        return moment(
            day, datetime.fromisoformat(f"2000-01-01T{at}").time(), ZoneInfo(self.school.zone)
        )

    def _is_first(
        self, cells: MappedCells, field: str, room: Room, day: date, lessons: tuple[Lesson, Lesson]
    ) -> bool:
        """Whether no earlier row of the file has the room then; else it is said."""
        first, last = lessons
        for position in range(first.position, last.position + 1):
            line = self.lines.setdefault((room.id, day, position), cells.line)
            if line != cells.line:
                message = say("Line {line} has the room in this lesson too", line=line)
                cells.complain(field, message)
                return False
        return True

    def _taken_at(self, room: Room, day: date, lessons: tuple[Lesson, Lesson]) -> Taken | None:
        """What has the room then; nothing of a room's calendar overlaps, so the first that ends later."""
        taken = self.taken.get(room.id, [])
        starts = self._at(day, lessons[0].starts.isoformat())
        ends = self._at(day, lessons[1].ends.isoformat())
        at = bisect_right(taken, starts, key=lambda one: one.ends_at)
        return taken[at] if at < len(taken) and taken[at].starts_at < ends else None

    def _say_taken(
        self, cells: MappedCells, field: str, taken: list[date], total: int, notes: list[Remark]
    ) -> None:
        """All dates taken is wrong; some are left out, and it is said which."""
        if len(taken) == total:
            message = say("The room is taken on all {total} days", total=total)
            cells.complain(field, message)
            return
        message = say(
            "The room is taken on {count} of {total} days, first on {day}; these are left out",
            count=len(taken),
            total=total,
            day=taken[0],
        )
        notes.append(Remark(cells.header(field), message))


def _within(cell: Cell, weeks: Weeks) -> Cell:
    return msgspec.structs.replace(cell, weeks=weeks)
