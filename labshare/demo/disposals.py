"""What leaves the books of the demo's schools: proposed by a technician, decided by an admin."""

from datetime import timedelta

from core.access import Actor
from core.database import execute, fetch_column
from inventory import assets, disposals, wipes
from inventory.assets import NewWipe, WipeMethod
from inventory.disposals import Disposal, End, NewDisposal, RuleFacts
from inventory.wipes import NewVerification
from labshare.demo.acting import acting_as
from labshare.demo.school import School

RETIRED = """
SELECT a.tag FROM asset a LEFT JOIN donation_line l ON l.id = a.donation_line
  LEFT JOIN donation g ON g.id = l.donation
 WHERE a.school = $1 AND a.lifecycle = 'retired' AND NOT coalesce(g.return_on_end, false)
   AND NOT EXISTS (SELECT FROM custody c WHERE c.asset = a.id AND c.ended_at IS NULL)
   AND NOT EXISTS (SELECT FROM work_order w WHERE w.asset = a.id AND w.closed_at IS NULL)
   AND NOT EXISTS (SELECT FROM transfer_line t WHERE t.asset = a.id AND t.is_open)
   AND NOT EXISTS (SELECT FROM device d WHERE d.asset = a.id)
 ORDER BY a.id LIMIT 5
"""
# Before it is decided: nothing of it changes any more then.
EARLIER = "UPDATE disposal SET proposed_at = proposed_at - $2::interval WHERE id = $1"


async def add_disposals(schools: dict[str, School]) -> None:
    """By the same verbs as people: what they refuse, the demo does not have."""
    for school in schools.values():
        admin, technician = await acting_as(school, "admin"), await acting_as(school, "technician")
        await disposals.write_rule(admin, school.id, RuleFacts(True, 90, True))
        tags = await fetch_column(str, RETIRED, school.id)
        if len(tags) < 3:
            continue
        wipe = NewWipe(
            method=WipeMethod.overwritten, tool="nwipe 0.37", note="报废前清除，报告已存档"
        )
        await assets.record_wipes(technician, tags, wipe)
        # The last of them waits for somebody to look at it.
        looked = "开机后无系统，核对清除工具报告"
        await wipes.verify_wipes(admin, NewVerification(tags[:-1], looked))
        done = await _proposed(
            technician, tags[:1], "电源和主板损坏，无维修价值", "再生资源回收公司"
        )
        await execute(EARLIER, done.id, timedelta(days=9))
        await disposals.approve_disposal(admin, done.id)
        await _proposed(technician, tags[1:-1], "已停用一年以上，配置过低", "")


async def _proposed(who: Actor, tags: list[str], reason: str, recipient: str) -> Disposal:
    return await disposals.propose_disposal(who, NewDisposal(tags, End.disposed, reason, recipient))
