"""A list of the demo of what a computer room should hold, and a room of each school that follows it."""

from core.access import Actor
from core.database import execute, fetch_column, fetch_value
from inventory import rooms
from inventory.models import AssetKind
from inventory.rooms import ItemFacts, NewStandard, RoomKind, RoomSetting
from labshare.demo.acting import acting_as
from labshare.demo.school import School

ITEMS = [
    ItemFacts("学生用计算机", 1, AssetKind.computer, per_seats=1, page="示例第 1 页"),
    ItemFacts("投影机或大屏", 1, AssetKind.projector, page="示例第 1 页"),
    ItemFacts("交换机", 1, AssetKind.network, per_seats=24, page="示例第 2 页"),
    ItemFacts("打印机", 1, AssetKind.printer, is_obligatory=False, page="示例第 2 页"),
]
# The room with most computers, for it is a computer room.
ROOM = """
SELECT p.id FROM place p JOIN asset a ON a.place = p.id JOIN asset_model m ON m.id = a.model
 WHERE p.school = $1 AND p.kind = 'room' AND m.kind = 'computer' AND a.lifecycle = 'in_service'
 GROUP BY p.id ORDER BY count(*) DESC, p.id LIMIT 1
"""
COMPUTERS = """
SELECT count(*) FROM asset a JOIN asset_model m ON m.id = a.model
 WHERE a.place = $1 AND m.kind = 'computer' AND a.lifecycle = 'in_service'
"""
# What nobody has, has booked or watches: it was cleared out of its room.
SPARE = """
SELECT a.id FROM asset a JOIN asset_model m ON m.id = a.model
 WHERE a.school = $1 AND a.lifecycle = 'in_service' AND m.kind = 'computer'
   AND a.condition NOT IN ('broken', 'incomplete') AND a.place IS DISTINCT FROM $2
   AND NOT EXISTS (SELECT FROM custody c WHERE c.asset = a.id AND c.ended_at IS NULL)
   AND NOT EXISTS (SELECT FROM device d WHERE d.asset = a.id)
   AND NOT EXISTS (SELECT FROM disposal_line l WHERE l.asset = a.id AND l.is_open)
   AND NOT EXISTS (SELECT FROM work_order w WHERE w.asset = a.id AND w.closed_at IS NULL)
   AND NOT EXISTS (SELECT FROM hold h WHERE h.asset = a.id AND h.closed_at IS NULL)
 ORDER BY a.id LIMIT 3
"""
MISSING_COMPUTERS = 4


async def add_function_rooms(schools: dict[str, School]) -> None:
    """By the same verbs as people; some spare computers of each school stand in no room."""
    for school in schools.values():
        admin = await acting_as(school, "admin")
        await _add_room(admin, school)


async def _add_room(admin: Actor, school: School) -> None:
    place_id = await fetch_value(ROOM, school.id)
    new = NewStandard(
        RoomKind.computer,
        "示例：计算机教室",
        "示例，不是标准",
        ITEMS,
        "演示版",
        is_example=True,
        school=school.code,
    )
    made = await rooms.create_standard(admin, new)
    seats = await fetch_value(COMPUTERS, place_id) + MISSING_COMPUTERS
    await rooms.set_function_room(admin, place_id, RoomSetting(made.id, seats))
    spare = await fetch_column(int, SPARE, school.id, place_id)
    await execute("UPDATE asset SET place = NULL WHERE id = any($1::bigint[])", spare)
