"""The two schools: their buildings, rooms and cabinets, and the people who work there."""

from datetime import date, time

import msgspec

from core import passwords, school_days, tables
from core.access import Actor, Role
from core.database import execute, execute_many, fetch_value
from core.rows import insert_row
from core.school_days import NewDay, PublicHolidays
from labshare.demo.calendar import YearBehind
from labshare.demo.rows import copy, reserve
from labshare.demo.sign_ins import CAST, Cast, DemoSignIns

SCHOOLS = (
    ("LB", "灵璧职高", "Lingbi Vocational School"),
    ("HG", "浍沟中学", "Huigou Middle School"),
)
CABINETS = ("一号柜", "二号柜", "三号柜")
# School: building: rooms, those with cabinets marked by their number.
BUILDINGS: dict[str, dict[str, dict[str, int]]] = {
    "LB": {
        "信息楼": {
            "计算机教室一": 0,
            "计算机教室二": 0,
            "计算机教室三": 0,
            "机器人教室": 3,
            "电子电工实训室": 2,
            "网络机房": 1,
        },
        "教学楼": {"教师办公室": 1, "多媒体教室": 0, "教务处": 0},
        "图书馆": {"阅览室": 2, "书库": 3},
    },
    "HG": {
        "综合楼": {"计算机教室一": 0, "计算机教室二": 0, "创客教室": 3, "网络机房": 1},
        "教学楼": {"教师办公室": 1, "图书室": 2, "实验室": 1},
    },
}
BORROWERS = {"LB": 16, "HG": 12}
# Who borrows beside persons; the vocational school has the upper grades, the middle school 7 to 9.
CLUBS = {
    "LB": (
        "机器人社团",
        "编程社团",
        "电子制作社团",
        "高一一班",
        "高一三班",
        "高一五班",
        "高二二班",
        "阅读小组",
    ),
    "HG": (
        "机器人社团",
        "编程社团",
        "电子制作社团",
        "七年级一班",
        "七年级二班",
        "八年级一班",
        "九年级三班",
        "阅读小组",
    ),
}


class School(msgspec.Struct):
    """A school of the demo: ``places`` by name, ``cabinets`` by the name of their room."""

    id: int
    code: str
    places: dict[str, int] = {}
    cabinets: dict[str, list[int]] = {}
    people: dict[str, int] = {}
    borrowers: list[int] = []


async def add_schools(year: YearBehind) -> dict[str, School]:
    """Both schools with their places, by code."""
    ids = await reserve("school", len(SCHOOLS))
    opened = year.moment(year.days_ago(1100), 9 * 60)
    await copy(
        "school",
        ("id", "code", "name_zh", "name_en", "zone", "created_at"),
        [(id_, *named, "Asia/Shanghai", opened) for id_, named in zip(ids, SCHOOLS, strict=True)],
    )
    schools = {named[0]: School(id_, named[0]) for id_, named in zip(ids, SCHOOLS, strict=True)}
    for school in schools.values():
        await _add_places(school)
        await _add_terms(year, school)
        await _add_periods(school)
        await _add_calendar(year, school)
    return schools


async def _add_calendar(year: YearBehind, school: School) -> None:
    """The public holidays of the year behind and of the next, and one day of the school's own."""
    itself = Actor.system("Labshare", [school.id])
    for asked in range(year.first.year, year.today.year + 2):
        await school_days.take_public_holidays(itself, PublicHolidays(school.id, asked))
    sports = date(year.today.year, 10, 23)
    await school_days.create_day(itself, NewDay(sports, "秋季运动会", school_id=school.id))


async def _add_periods(school: School) -> None:
    """Four lessons of 45 minutes before noon and four after it."""
    starts = (480, 535, 605, 660, 840, 895, 965, 1020)
    for position, (number, minute) in enumerate(zip("一二三四五六七八", starts, strict=True), 1):
        await insert_row(
            tables.LessonPeriod,
            school_id=school.id,
            position=position,
            name=f"第{number}节",
            starts=time(*divmod(minute, 60)),
            ends=time(*divmod(minute + 45, 60)),
        )


async def _add_terms(year: YearBehind, school: School) -> None:
    """The terms of the year behind and of the one that goes on, as lessons fall in them."""
    for began in range(year.first.year - 1, year.today.year + 1):
        name = f"{began}—{began + 1} 学年第{{}}学期"
        for count, first_day, last_day in (
            ("一", date(began, 9, 1), date(began + 1, 1, 18)),
            ("二", date(began + 1, 2, 20), date(began + 1, 7, 5)),
        ):
            await execute(
                "INSERT INTO term (school, name, first_day, last_day) VALUES ($1, $2, $3, $4)",
                school.id,
                name.format(count),
                first_day,
                last_day,
            )


async def _add_places(school: School) -> None:
    for building, rooms in BUILDINGS[school.code].items():
        building_id = await _add_place(school, None, "building", building)
        for room, cabinets in rooms.items():
            room_id = await _add_place(school, building_id, "room", room)
            school.places[room] = room_id
            school.cabinets[room] = [
                await _add_place(school, room_id, "cabinet", name) for name in CABINETS[:cabinets]
            ]


async def _add_place(school: School, parent: int | None, kind: str, name: str) -> int:
    id_: int = await fetch_value(
        "INSERT INTO place (school, parent, kind, name) VALUES ($1, $2, $3, $4) RETURNING id",
        school.id,
        parent,
        kind,
        name,
    )
    return id_


async def add_people(year: YearBehind, schools: dict[str, School]) -> dict[int, str]:
    """The cast, still without passwords, and teachers who only borrow; their names by id."""
    cast = [*CAST, *_borrowers()]
    ids = await reserve("person", len(cast))
    began = year.moment(year.days_ago(1090), 9 * 60)
    await copy(
        "person",
        ("id", "login", "name", "locale", "created_at"),
        [(id_, one.login, one.name, one.locale, began) for id_, one in zip(ids, cast, strict=True)],
    )
    memberships = []
    for id_, one in zip(ids, cast, strict=True):
        for code in one.schools:
            memberships.append((id_, schools[code].id, one.role.value, began))
            schools[code].people[one.login] = id_
            if one.role is Role.teacher:
                schools[code].borrowers.append(id_)
    await copy("membership", ("person", "school", "role", "valid_from"), memberships)
    return {id_: one.name for id_, one in zip(ids, cast, strict=True)}


def _borrowers() -> list[Cast]:
    return [
        Cast(f"{code.lower()}-teacher-{number:02d}", f"任课教师{number:02d}", Role.teacher, (code,))
        for code, count in BORROWERS.items()
        for number in range(1, count + 1)
    ]


async def set_passwords(sign_ins: DemoSignIns) -> None:
    """Make the passwords of this installation the ones that open the accounts."""
    hashed = [
        (account.login, await passwords.hash_password(account.password))
        for account in sign_ins.accounts
    ]
    await execute_many("UPDATE person SET password_hash = $2 WHERE login = $1", hashed)


async def is_there() -> bool:
    """Whether an earlier start has made the schools."""
    codes = [named[0] for named in SCHOOLS]
    found: bool = await fetch_value(
        "SELECT EXISTS (SELECT FROM school WHERE code = any($1))", codes
    )
    return found
