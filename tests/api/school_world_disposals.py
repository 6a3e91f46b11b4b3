"""A disposal of a school of the tests that waits for approval, by the names that requests use."""

from inventory import assets, disposals, wipes
from inventory.assets import NewWipe, WipeMethod
from inventory.disposals import End, NewDisposal, RuleFacts
from inventory.wipes import NewVerification
from tests import factories
from tests.factories import MadePerson, MadeSchool


async def disposal(
    admin: MadePerson, technician: MadePerson, school: MadeSchool, mark: str
) -> dict[str, str | int]:
    """Two things that a technician has proposed."""
    await disposals.write_rule(admin.actor, school.id, RuleFacts(False, 30))
    things = [await factories.asset(school, lifecycle="retired") for _ in range(2)]
    made = await disposals.propose_disposal(
        technician.actor,
        NewDisposal([one.tag for one in things], End.disposed, f"{mark} is beyond repair"),
    )
    return {"disposal_id": made.id, "disposal_line_id": made.items[0].id}


async def ended_disposal(
    admin: MadePerson, technician: MadePerson, school: MadeSchool, mark: str
) -> dict[str, str | int]:
    """One that was approved; made last, for nothing of it changes any more."""
    gone = await factories.asset(school, lifecycle="retired")
    ended = await disposals.propose_disposal(
        technician.actor, NewDisposal([gone.tag], End.disposed, f"{mark} burnt out")
    )
    await disposals.approve_disposal(admin.actor, ended.id)
    return {"ended_id": ended.id}


async def wipes_of(
    admin: MadePerson, technician: MadePerson, school: MadeSchool, mark: str
) -> dict[str, str | int]:
    """A wipe that was verified, and another one that waits for it."""
    verified, waits = [await factories.asset(school, lifecycle="retired") for _ in range(2)]
    wipe = NewWipe(method=WipeMethod.overwritten, done_by=f"{mark} Wang", note=f"{mark} report")
    await assets.record_wipes(technician.actor, [verified.tag, waits.tag], wipe)
    (done,) = await wipes.verify_wipes(
        admin.actor, NewVerification([verified.tag], f"{mark} starts without a system")
    )
    return {"wipe_id": done.id, "wiped_tag": waits.tag}
