"""A disposal of a school of the tests that waits for approval, by the names that requests use."""

from inventory import disposals
from inventory.disposals import End, NewDisposal, RuleFacts
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
