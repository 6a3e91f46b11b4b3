"""Timetables: each lesson of a sheet becomes the bookings of its room until the term is over."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import msgspec

from core import clock
from core.database import execute, fetch, fetch_column, fetch_value
from core.errors import Invalid, Message, say
from core.permissions import MANAGE_BOOKINGS
from core.school_days import find_taught_days
from core.sheets import CellKind, Field, spelling_key
from core.weekly_times import moment
from inventory.holds.bookings import REFUSALS
from inventory.holds.times import find_lessons, zone_of
from inventory.imports.importers import Importer, Made, Order, Staged, Written
from inventory.imports.plain_rows import CHANGED, PlainTable, PlainWriter
from inventory.imports.shapes import Noun
from inventory.imports.timetable_judging import DAYS, TimetableJudge
from inventory.imports.timetable_shapes import Entry, Room, School, Term

WEEKDAYS = (
    ("周一", "星期一", "礼拜一", "Monday", "Mon", "一", "1"),
    ("周二", "星期二", "礼拜二", "Tuesday", "Tue", "二", "2"),
    ("周三", "星期三", "礼拜三", "Wednesday", "Wed", "三", "3"),
    ("周四", "星期四", "礼拜四", "Thursday", "Thu", "四", "4"),
    ("周五", "星期五", "礼拜五", "Friday", "Fri", "五", "5"),
    ("周六", "星期六", "礼拜六", "Saturday", "Sat", "六", "6"),
    ("周日", "星期日", "星期天", "周天", "礼拜天", "Sunday", "Sun", "日", "天", "7"),
)
FIELDS = (
    Field("class", ("班级", "Class", "年级班级", "上课班级", "教学班")),
    Field("subject", ("课程", "Subject", "学科", "科目", "课程名称", "Course")),
    Field("room", ("教室", "Room", "上课地点", "地点", "功能室", "场地", "房间", "上课教室")),
    Field(
        "weekday",
        ("星期", "Weekday", "周几", "星期几", "上课星期", "Day of the week"),
        CellKind.choice,
        words={str(number): words for number, words in enumerate(WEEKDAYS, start=1)},
    ),
    Field("lesson", ("节次", "Lesson", "课节", "第几节", "节", "上课节次", "Period")),
    Field("teacher", ("教师", "Teacher", "任课教师", "任课老师", "老师", "授课教师")),
    Field("weeks", ("周次", "Weeks", "上课周", "起止周", "上课周次")),
    Field("term", ("学期", "Term", "学年学期")),
    *(Field(name, heads[:-2]) for name, heads in zip(DAYS, WEEKDAYS, strict=True)),
)
TABLE = PlainTable("hold", ())
TERMS = """
SELECT name, first_day, last_day FROM term
 WHERE school = $1 AND last_day >= $2 ORDER BY first_day LIMIT 10
"""
ROOMS = """
SELECT p.id, pp.path FROM place p JOIN place_path pp ON pp.place = p.id
 WHERE p.school = $1 AND p.kind = 'room' AND p.retired_at IS NULL
"""
TEACHERS = """
SELECT DISTINCT p.id, p.name, p.login FROM valid_membership m JOIN person p ON p.id = m.person
 WHERE m.school = $1 AND p.closed_at IS NULL
"""
# What is to come and has neither been cancelled nor given way.
OPEN = "closed_at IS NULL AND ends_at > now()"


class _Term(msgspec.Struct):
    name: str
    first_day: date
    last_day: date


class _Teacher(msgspec.Struct):
    id: int
    name: str
    login: str


class TimetableWriter(PlainWriter):
    """The bookings of a row are one series; taken back are those that are still to come."""

    async def create(self, rows: Sequence[Staged]) -> list[Written]:
        """All bookings of some rows, the rooms locked in one order."""
        zone = ZoneInfo(await zone_of(self.school_id))
        by = await fetch_value("SELECT nullif(current_setting('labshare.actor', true), '')")
        made_by = int(by) if by else None
        given: list[dict[str, object]] = []
        lines: list[int] = []
        for row in rows:
            for entry in msgspec.convert(row.change["entries"], list[Entry], strict=False):
                new = self._bookings(entry, zone, made_by)
                given += new
                lines += [row.line] * len(new)
        await self._lock({int(str(one["place"])) for one in given})
        ids = await self.insert(given)
        targets: dict[int, list[int]] = {}
        for line, hold_id in zip(lines, ids, strict=True):
            targets.setdefault(line, []).append(hold_id)
        return [Written(row.line, targets[row.line], row.raw_label) for row in rows]

    def _bookings(
        self, entry: Entry, zone: ZoneInfo, made_by: int | None
    ) -> list[dict[str, object]]:
        person = entry.person or made_by
        if person is None:
            raise Invalid.of("teacher", say("Only a person can book something"), code="person")
        series: UUID = uuid4()
        starts, ends = (
            datetime.fromisoformat(f"2000-01-01T{at}").time() for at in (entry.starts, entry.ends)
        )
        same = {
            "school": self.school_id, "kind": "booking", "place": entry.place, "quantity": 1,
            "person": person, "group_name": entry.group, "purpose": entry.purpose,
            "series": series, "made_by": made_by, "made_at": clock.now(), "version": 1,
        }  # fmt: skip
        return [
            {
                **same,
                "starts_at": moment(day, starts, zone),
                "ends_at": moment(day, ends, zone),
            }
            for day in entry.days
        ]

    async def _lock(self, places: set[int]) -> None:
        await execute(
            "SELECT lock_calendar($1, p, NULL) FROM (SELECT p FROM unnest($2::bigint[]) p"
            " ORDER BY p) o",
            self.school_id,
            sorted(places),
        )

    async def find_created_obstacles(self, rows: Sequence[Staged]) -> dict[int, Message]:
        """By line: bookings that somebody has put to another time, or said something else of."""
        by_id = {target: row.line for row in rows for target in row.targets}
        changed = await fetch_column(
            int,
            f"SELECT id FROM hold WHERE id = any($1::bigint[]) AND {OPEN} AND version > 1"
            " AND displaced_by IS NULL ORDER BY id FOR NO KEY UPDATE",
            list(by_id),
        )
        return {by_id[one]: CHANGED for one in changed}

    async def find_updated_obstacles(self, rows: Sequence[Staged]) -> dict[int, Message]:
        """Nothing is ever changed."""
        return {}

    async def remove(self, rows: Sequence[Staged]) -> None:
        """What is over, or was cancelled, stays in the books."""
        await execute(
            f"DELETE FROM hold WHERE id = any($1::bigint[]) AND {OPEN}",
            [target for row in rows for target in row.targets],
        )


async def _open_judge(order: Order) -> TimetableJudge:
    school_id = order.school_id
    zone = await zone_of(school_id)
    teachers: dict[str, list[int]] = {}
    for one in await fetch(_Teacher, TEACHERS, school_id):
        for name in {spelling_key(one.name), spelling_key(one.login)}:
            teachers.setdefault(name, []).append(one.id)
    terms = [
        Term(
            one.name, one.first_day, await find_taught_days(school_id, one.first_day, one.last_day)
        )
        for one in await fetch(_Term, TERMS, school_id, clock.today(zone))
    ]
    rooms = await fetch(Room, ROOMS, school_id)
    return TimetableJudge(School(zone, await find_lessons(school_id), terms, rooms, teachers))


async def _open_writer(school_id: int, made: Made) -> TimetableWriter:
    return TimetableWriter(TABLE, school_id, made)


async def _fields(_school_id: int) -> tuple[Field, ...]:
    return FIELDS


TIMETABLES = Importer(
    noun=Noun.timetables,
    permission=MANAGE_BOOKINGS,
    fields=_fields,
    keys=("room",),
    needs=("weekday", *DAYS),
    missing=say("No column is the day of the week, and none is one of its days"),
    open_judge=_open_judge,
    open_writer=_open_writer,
    refusals=REFUSALS,
    for_all=("room", "term"),
    table=TABLE.name,
    sample={
        "class": ("Class 7 (3)", "七(3)班"),
        "subject": ("Physics", "物理"),
        "room": ("Laboratory building / Physics laboratory", "实验楼 / 物理实验室"),
        "weekday": ("Monday", "周一"),
        "lesson": ("3", "第三节"),
        "teacher": ("", ""),
        "weeks": ("weeks 1-16", "1-16周"),
    },
)
