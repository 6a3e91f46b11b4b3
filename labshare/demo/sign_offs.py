"""Work of the demo's student helper: some of it waits to be signed off, some was sent back."""

from decimal import Decimal

from core.database import fetch_column
from inventory import repairs
from inventory.repairs import EntriesToSignOff, NewEntry, SentBack
from labshare.demo.acting import acting_as
from labshare.demo.school import School

OPEN = """
SELECT id FROM work_order WHERE school = $1 AND state = 'open' AND source = 'person'
   AND severity IN ('low', 'normal') ORDER BY id LIMIT 3
"""
WAITING = (
    NewEntry(found="内存条松动", done="重新插拔内存，开机三次均正常", minutes=15),
    NewEntry(found="机箱内积灰较多", done="清灰并更换导热硅脂", minutes=40, cost=Decimal("8.00")),
)
TO_DO_AGAIN = NewEntry(found="风扇有异响", done="给风扇加了润滑油", minutes=10)


async def add_sign_offs(schools: dict[str, School]) -> None:
    """By the same verbs as people, at the schools that have a student helper."""
    for school in schools.values():
        if "helper" not in school.people:
            continue
        technician, helper = (
            await acting_as(school, "technician"),
            await acting_as(school, "student_helper", "helper"),
        )
        orders = await fetch_column(int, OPEN, school.id)
        for order_id, entry in zip(orders, (TO_DO_AGAIN, *WAITING), strict=False):
            await repairs.assign(technician, order_id, assignee_id=school.people["helper"])
            made = await repairs.create_entry(helper, order_id, entry)
            if entry is TO_DO_AGAIN:
                note = SentBack("请确认风扇型号，转速不够要更换")
                await repairs.send_back(technician, order_id, made.id, note)
            elif order_id == orders[1]:
                await repairs.sign_off(technician, EntriesToSignOff([made.id]))
                await repairs.create_entry(helper, order_id, NewEntry(done="再试机一天", minutes=5))
