"""Who keeps a school's equipment, who may read what, and schools by their code."""

from core.access import Actor
from core.database import fetch_value
from core.errors import NotFound, say


async def school_id_of(actor: Actor, code: str) -> int:
    """The school of a code, if the actor has a part in it, else NotFound."""
    for membership in actor.memberships:
        if membership.school_code == code:
            return membership.school_id
    found: int | None = None
    if actor.is_system:
        found = await fetch_value(
            "SELECT id FROM school WHERE code = $1 AND id = any($2::bigint[])",
            code,
            actor.school_ids,
        )
    if found is None:
        raise NotFound(say("There is no such school, or you have no part in it"))
    return found
