"""How the demo's monitored rooms are set up: seats, what hangs on what, and when they are woken."""

from collections import defaultdict
from datetime import time

import msgspec

from core.database import execute
from labshare.demo.calendar import YearBehind
from labshare.demo.monitored import Device
from labshare.demo.school import School

SEATS_IN_A_ROW = 3
SCHOOL_DAYS = [1, 2, 3, 4, 5]
LESSONS = [{"weekday": day, "starts": "08:00:00", "ends": "17:30:00"} for day in SCHOOL_DAYS]
WOKEN_AT = time(7, 40)
# The county's line is looked after on Sunday nights.
MAINTAINED = ([7], time(2), time(4))


def seats_of(devices: list[Device]) -> dict[int, tuple[int, int]]:
    """Row and column of each computer with an agent, by its name."""
    rooms: dict[int, list[Device]] = defaultdict(list)
    for device in devices:
        if device.walk and device.asset.kind == "computer":
            rooms[device.asset.place].append(device)
    return {
        device.id: (1 + place // SEATS_IN_A_ROW, 1 + place % SEATS_IN_A_ROW)
        for room in rooms.values()
        for place, device in enumerate(sorted(room, key=lambda one: one.asset.name))
    }


def parents_of(devices: list[Device]) -> dict[int, int]:
    """Everything that answers hangs on the switch of its school."""
    switches = {d.asset.school.id: d.id for d in devices if d.walk and d.walk.startswith("switch-")}
    return {
        d.id: switches[d.asset.school.id]
        for d in devices
        if d.walk and d.asset.school.id in switches and d.id != switches[d.asset.school.id]
    }


async def add_plans(year: YearBehind, schools: dict[str, School]) -> None:
    """Lesson hours, a room that is woken before them, and a quiet night for the line."""
    made_at = year.moment(year.days_ago(200), 10 * 60)
    for school in schools.values():
        admin = school.people["admin"]
        await execute(
            "INSERT INTO expected_hours (school, name, spans, created_at) VALUES ($1, $2, $3, $4)",
            school.id,
            "上课时段",
            msgspec.json.encode(LESSONS).decode(),
            made_at,
        )
        await execute(
            "INSERT INTO wake_plan (school, place, weekdays, wake_at, created_by, created_at)"
            " VALUES (:school, :place, :weekdays, :wake_at, :created_by, :created_at)",
            school=school.id,
            place=school.places["计算机教室一"],
            weekdays=SCHOOL_DAYS,
            wake_at=WOKEN_AT,
            created_by=admin,
            created_at=made_at,
        )
        weekdays, from_time, to_time = MAINTAINED
        await execute(
            "INSERT INTO maintenance_window (school, reason, starts_at, weekdays, from_time,"
            " to_time, created_by, created_at) VALUES (:school, :reason, :starts_at, :weekdays,"
            " :from_time, :to_time, :created_by, :starts_at)",
            school=school.id,
            reason="县教育网例行维护",
            starts_at=made_at,
            weekdays=weekdays,
            from_time=from_time,
            to_time=to_time,
            created_by=admin,
        )
