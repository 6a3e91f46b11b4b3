"""What a school asks before a thing leaves its books."""

from core.access import Actor
from core.database import execute, fetch, transaction
from core.permissions import MANAGE_SCHOOL
from core.query import EVERY_SCHOOL, OfSchool
from core.schools import get_school
from inventory.disposals.shapes import DisposalRule, RuleFacts

# A school that has not decided asks nothing.
READ = """
SELECT s.id AS school_id, s.code AS school, coalesce(r.needs_approval, false) AS needs_approval,
       coalesce(r.search_days, 0) AS search_days
  FROM school s LEFT JOIN disposal_rule r ON r.school = s.id
 WHERE s.id = any($1::bigint[]) ORDER BY s.code
"""
WRITE = """
INSERT INTO disposal_rule (school, needs_approval, search_days)
VALUES (:school, :approval, :days)
ON CONFLICT (school) DO UPDATE SET needs_approval = excluded.needs_approval,
       search_days = excluded.search_days
"""


async def list_rules(actor: Actor, filters: OfSchool = EVERY_SCHOOL) -> list[DisposalRule]:
    """What each school of the actor asks."""
    return await fetch(DisposalRule, READ, actor.schools_for(filters.school_id))


async def write_rule(actor: Actor, school_id: int, facts: RuleFacts) -> DisposalRule:
    """Say what a school asks from now on; proposals that are open go on as they are."""
    await get_school(actor, school_id)
    actor.require(school_id, MANAGE_SCHOOL)
    async with transaction(actor):
        await execute(
            WRITE, school=school_id, approval=facts.needs_approval, days=facts.search_days
        )
    (rule,) = await list_rules(actor, OfSchool(school_id))
    return rule
