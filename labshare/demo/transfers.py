"""What the two schools of the demo send each other: a gift under way, a loan, a box in dispute."""

from datetime import timedelta

from core.access import Actor
from core.database import execute, fetch_column, fetch_value
from inventory import transfers
from inventory.transfers import NewReceipt, NewTransfer, ReceivedLine, Sending, Transfer
from labshare.demo.acting import acting_as
from labshare.demo.calendar import YearBehind
from labshare.demo.school import School

# What nobody has, has booked or watches, of models of which there are many.
FREE = """
SELECT a.tag FROM asset a JOIN asset_model m ON m.id = a.model
 WHERE a.school = $1 AND a.lifecycle = 'in_service' AND m.kind = 'computer'
   AND NOT EXISTS (SELECT FROM custody c WHERE c.asset = a.id)
   AND NOT EXISTS (SELECT FROM hold h WHERE (h.asset = a.id OR h.model = a.model)
                      AND h.closed_at IS NULL)
   AND NOT EXISTS (SELECT FROM device d WHERE d.asset = a.id)
   AND NOT EXISTS (SELECT FROM work_order w WHERE w.asset = a.id AND w.closed_at IS NULL)
 ORDER BY a.id DESC LIMIT $2
"""
EARLIER = """
UPDATE transfer SET made_at = made_at - $2::interval, sent_at = sent_at - $2::interval,
       received_at = received_at - $2::interval WHERE id = $1
"""


async def add_transfers(year: YearBehind, schools: dict[str, School]) -> None:
    """By the same verbs as people: what they refuse, the demo does not have."""
    first, second = schools.values()
    gives, gets = await acting_as(first, "technician"), await acting_as(second, "technician")
    tags = await fetch_column(str, FREE, first.id, 7)
    await _sent(gives, tags[:3], second.code, reason="支援乡村学校机房")
    loan = await _sent(
        gives, tags[3:5], second.code, kind=Sending.loan,
        due_on=year.today + timedelta(days=20), reason="编程比赛借用",
    )  # fmt: skip
    lines = [ReceivedLine(one.tag) for one in loan.items]
    room = await fetch_value(
        "SELECT id FROM place WHERE school = $1 AND kind = 'room' ORDER BY id LIMIT 1", second.id
    )
    await transfers.receive_transfer(gets, loan.id, NewReceipt(lines, room))
    await execute(EARLIER, loan.id, timedelta(days=6))
    box = await _sent(gives, tags[5:7], second.code, reason="更换旧电脑")
    half = NewReceipt([ReceivedLine(box.items[0].tag)], room, "少一台，箱子完好")
    await transfers.receive_transfer(gets, box.id, half)
    await execute(EARLIER, box.id, timedelta(days=2))


async def _sent(who: Actor, tags: list[str], to_school: str, **more: object) -> Transfer:
    made = await transfers.create_transfer(who, NewTransfer(tags, to_school, **more))  # type: ignore[arg-type]
    return await transfers.send_transfer(who, made.id)
