"""A disposal of a school of the tests that waits for approval, by the names that requests use."""

from inventory import disposals
from inventory.disposals import End, NewDisposal, RuleFacts
from tests import factories
from tests.factories import MadePerson, MadeSchool


async def disposal(
    admin: MadePerson, technician: MadePerson, school: MadeSchool, mark: str
) -> dict[str, str | int]:
    """Two things that a technician has proposed, and one that has left the books."""
    await disposals.write_rule(admin.actor, school.id, RuleFacts(False, 30))
    things = [await factories.asset(school, lifecycle="retired") for _ in range(2)]
    made = await disposals.propose_disposal(
        technician.actor,
        NewDisposal([one.tag for one in things], End.disposed, f"{mark} is beyond repair"),
    )
    gone = await factories.asset(school, lifecycle="retired")
    ended = await disposals.propose_disposal(
        technician.actor, NewDisposal([gone.tag], End.disposed, f"{mark} burnt out")
    )
    await disposals.approve_disposal(admin.actor, ended.id)
    return {
        "disposal_id": made.id,
        "disposal_line_id": made.items[0].id,
        "ended_id": ended.id,
    }
