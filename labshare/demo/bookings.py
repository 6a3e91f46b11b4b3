"""This week's bookings at both schools: things, rooms, so many of a model, an exam, a repair."""

from datetime import date, datetime, timedelta

from core.database import execute, fetch_column
from labshare.demo.calendar import YearBehind
from labshare.demo.school import CLUBS, School

# Models of which several are free all the time, the most first.
LENT = """
SELECT a.model FROM asset a JOIN asset_model m ON m.id = a.model
 WHERE a.school = :school AND a.lifecycle = 'in_service' AND m.kind = :kind
   AND NOT EXISTS (SELECT FROM custody c WHERE c.asset = a.id AND c.ended_at IS NULL)
 GROUP BY a.model HAVING count(*) > 2 ORDER BY count(*) DESC, a.model LIMIT 2
"""
ADD = """
INSERT INTO hold (school, kind, place, model, quantity, starts_at, ends_at, person, group_name,
                  purpose, made_by, made_at)
SELECT :school, :kind, :place, :model, :quantity,
       (:day::date + first.starts) AT TIME ZONE 'Asia/Shanghai',
       (:day::date + last.ends) AT TIME ZONE 'Asia/Shanghai', :person, :group, :purpose, :by, :at
  FROM lesson_period first JOIN lesson_period last ON last.school = first.school
 WHERE first.school = :school AND first.position = :first AND last.position = :last
"""
# Day of the week from Monday, lessons, which room or the kind of which model, how many, what for.
ROOMS = {"LB": ("机器人教室", "多媒体教室"), "HG": ("创客教室", "实验室")}
PLANS = (
    (0, 3, 4, "robot_kit", 2, "循迹小车"),
    (1, 1, 2, "room 0", 1, "公开课"),
    (2, 5, 6, "robot_kit", 3, "机械臂搭建"),
    (3, 3, 3, "robot_kit", 2, "传感器入门"),
    (3, 6, 7, "room 1", 1, "社团活动"),
    (4, 2, 2, "room 0", 1, "编程课"),
    (4, 5, 5, "book", 3, "阅读课"),
)


async def add_bookings(year: YearBehind, schools: dict[str, School]) -> None:
    """What teachers have booked this week and next, and a day on which a room is for an exam."""
    monday = year.today - timedelta(days=year.today.weekday())
    for school in schools.values():
        models = {
            kind: await fetch_column(int, LENT, school=school.id, kind=kind)
            for kind in ("robot_kit", "book")
        }
        for week in range(2):
            for number, plan in enumerate(PLANS):
                day = monday + timedelta(days=7 * week + plan[0])
                await _add(school, day, plan, models, number + week, year.at)
        room = school.places[ROOMS[school.code][1]]
        await _exam(school, room, monday + timedelta(days=8), year.at)


async def _add(
    school: School,
    day: date,
    plan: tuple[int, int, int, str, int, str],
    models: dict[str, list[int]],
    number: int,
    at: datetime,
) -> None:
    _, first, last, what, quantity, purpose = plan
    room = school.places[ROOMS[school.code][int(what[-1])]] if what.startswith("room") else None
    model = None if room else next(iter(models[what]), None)
    if room is None and model is None:
        return
    teachers = [
        *[school.people[who] for who in ("teacher",) if who in school.people],
        *school.borrowers[:3],
    ]
    clubs = CLUBS[school.code]
    person = teachers[number % len(teachers)]
    await execute(
        ADD,
        school=school.id,
        kind="booking",
        place=room,
        model=model,
        quantity=quantity,
        day=day,
        first=first,
        last=last,
        person=person,
        group=clubs[number % len(clubs)],
        purpose=purpose,
        by=person,
        at=at,
    )


async def _exam(school: School, room: int, day: date, at: datetime) -> None:
    await execute(
        ADD,
        school=school.id,
        kind="exam",
        place=room,
        model=None,
        quantity=1,
        day=day,
        first=1,
        last=4,
        person=None,
        group="",
        purpose="期中考试",
        by=school.people["technician"],
        at=at,
    )
