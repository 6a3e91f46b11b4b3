"""What a school asks before a thing leaves its books."""

from datetime import timedelta

import msgspec

from core.access import Actor
from core.database import execute, fetch, fetch_value, transaction
from core.errors import Forbidden, say
from core.permissions import MANAGE_SCHOOL
from core.query import EVERY_SCHOOL, OfSchool
from core.schools import get_school
from inventory.disposals.shapes import DisposalRule, RuleFacts

# A school that has not decided asks nothing.
READ = """
SELECT s.id AS school_id, s.code AS school, coalesce(r.needs_approval, false) AS needs_approval,
       coalesce(r.search_days, 0) AS search_days,
       coalesce(r.needs_verification, false) AS needs_verification
  FROM school s LEFT JOIN disposal_rule r ON r.school = s.id
 WHERE s.id = any($1::bigint[]) ORDER BY s.code
"""
WRITE = """
INSERT INTO disposal_rule (school, needs_approval, search_days, needs_verification)
VALUES (:school, :needs_approval, :search_days, :needs_verification)
ON CONFLICT (school) DO UPDATE SET needs_approval = excluded.needs_approval,
       search_days = excluded.search_days, needs_verification = excluded.needs_verification
"""

# Typed for this: as long as it takes to come back from typing it, on a slow line.
PASSWORD_LASTS = timedelta(minutes=2)


async def list_rules(actor: Actor, filters: OfSchool = EVERY_SCHOOL) -> list[DisposalRule]:
    """What each school of the actor asks."""
    return await fetch(DisposalRule, READ, actor.schools_for(filters.school_id))


def require_password(actor: Actor) -> None:
    """Pass people who typed their password just now; Forbidden for a token, which proves nobody."""
    if actor.scopes is not None:
        raise Forbidden(
            say(
                "Disposals are approved, and their rules loosened, at a browser with the password;"
                " not by a token"
            ),
            code="password_needed",
        )
    actor.require_confirmed(PASSWORD_LASTS)


async def write_rule(actor: Actor, school_id: int, facts: RuleFacts) -> DisposalRule:
    """Say what a school asks from now on; proposals that are open go on as they are.

    Asking less than before needs the password, as approving does.
    """
    await get_school(actor, school_id)
    actor.require(school_id, MANAGE_SCHOOL)
    async with transaction(actor):
        # One after the other, so that none loosens what another has just set.
        await fetch_value("SELECT 1 FROM school WHERE id = $1 FOR NO KEY UPDATE", school_id)
        (before,) = await list_rules(actor, OfSchool(school_id))
        if _is_looser(facts, before):
            require_password(actor)
        await execute(WRITE, school=school_id, **msgspec.structs.asdict(facts))
    (rule,) = await list_rules(actor, OfSchool(school_id))
    return rule


def _is_looser(facts: RuleFacts, before: DisposalRule) -> bool:
    return (
        (before.needs_approval and not facts.needs_approval)
        or (before.needs_verification and not facts.needs_verification)
        or facts.search_days < before.search_days
    )
