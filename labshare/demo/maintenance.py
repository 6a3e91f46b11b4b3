"""Maintenance plans of the demo: computers by term, projectors by hours, with a year of them behind."""

from datetime import timedelta

from core import clock
from core.access import Actor
from core.database import fetch_value
from inventory import maintenance
from inventory.maintenance import Completions, NewMaintenancePlan, ThingFilters, ThingState
from inventory.models import AssetKind
from labshare.demo.acting import acting_as
from labshare.demo.school import School

# The room with most computers.
ROOM = """
SELECT p.id FROM place p JOIN asset a ON a.place = p.id JOIN asset_model m ON m.id = a.model
 WHERE p.school = $1 AND p.kind = 'room' AND m.kind = 'computer' AND a.lifecycle = 'in_service'
 GROUP BY p.id ORDER BY count(*) DESC, p.id LIMIT 1
"""
DONE_ALREADY = 5


async def add_plans(schools: dict[str, School]) -> None:
    """By the same verbs as people; some of the room's computers are done already."""
    for school in schools.values():
        technician = await acting_as(school, "technician")
        await _clean(technician, school, await fetch_value(ROOM, school.id))
        await _lamps(technician, school)


async def _clean(technician: Actor, school: School, place_id: int) -> None:
    made = await maintenance.create_plan(
        technician,
        NewMaintenancePlan(
            "计算机教室除尘",
            clock.today("Asia/Shanghai") - timedelta(days=3),
            "断电后打开机箱\n用吹风机清理风扇和散热片\n检查电源线和网线\n开机确认风扇转动",
            place_id=place_id,
            every_days=120,
            school=school.code,
        ),
    )
    await maintenance.open_due(technician, made.id)
    things = await maintenance.list_things(technician, made.id, ThingFilters(ThingState.open))
    orders = [one.work_order_id for one in things.items if one.work_order_id is not None]
    if orders:
        done = Completions(orders[:DONE_ALREADY], "已除尘，风扇正常", 12)
        await maintenance.complete_planned(technician, made.id, done)


async def _lamps(technician: Actor, school: School) -> None:
    made = await maintenance.create_plan(
        technician,
        NewMaintenancePlan(
            "投影机滤网清洁",
            clock.today("Asia/Shanghai") - timedelta(days=60),
            "取下滤网清洗晾干\n记录灯泡时数",
            kind=AssetKind.projector,
            every_hours=200,
            school=school.code,
        ),
    )
    await maintenance.open_due(technician, made.id)
