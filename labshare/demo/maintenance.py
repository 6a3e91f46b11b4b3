"""Maintenance plans of the demo: printers by term, projectors by hours, the first of them done."""

from datetime import timedelta

from core import clock
from core.access import Actor
from inventory import maintenance
from inventory.maintenance import Completions, NewMaintenancePlan, ThingFilters, ThingState
from inventory.models import AssetKind
from labshare.demo.acting import acting_as
from labshare.demo.school import School

DONE_ALREADY = 2


async def add_plans(schools: dict[str, School]) -> None:
    """By the same verbs as people; some printers are done already."""
    for school in schools.values():
        technician = await acting_as(school, "technician")
        await _clean(technician, school)
        await _lamps(technician, school)


async def _clean(technician: Actor, school: School) -> None:
    made = await maintenance.create_plan(
        technician,
        NewMaintenancePlan(
            "打印机清洁",
            clock.today("Asia/Shanghai") - timedelta(days=3),
            "关机断电\n清理纸屑和粉尘\n清洁搓纸轮\n打印测试页",
            kind=AssetKind.printer,
            every_days=120,
            school=school.code,
        ),
    )
    await maintenance.open_due(technician, made.id)
    things = await maintenance.list_things(technician, made.id, ThingFilters(ThingState.open))
    orders = [one.work_order_id for one in things.items if one.work_order_id is not None]
    if orders:
        done = Completions(orders[:DONE_ALREADY], "已清洁，测试页正常", 12)
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
