"""Who may see and change a resource: one rule for queries, one for verbs."""

from core.access import Actor
from core.permissions import CONTRIBUTE_RESOURCES, REVIEW_RESOURCES

# For a query whose resource is `r`; $1 = visible_to(actor) spread over three arguments.
VISIBLE = (
    "(r.state = 'published' AND cardinality($1::bigint[]) > 0"
    "   AND (r.visibility = 'shared' OR r.school = any($1::bigint[]))"
    " OR r.school = any($2::bigint[])"
    " OR r.owner = $3 AND r.school = any($1::bigint[]))"
)


def visible_to(actor: Actor) -> tuple[list[int], list[int], int | None]:
    """The first three arguments of a query with VISIBLE in it.

    Published resources of one's schools and the shared ones of all, while one has a part in any
    school; whatever is not published only for the admins of its school, and for its owner while
    they have a part in that school.
    """
    return actor.school_ids, actor.school_ids_with(REVIEW_RESOURCES), actor.person_id


def may_change(actor: Actor, *, school_id: int, owner_id: int) -> bool:
    """Owners change their own while they may contribute at its school; its admins change any."""
    if school_id in actor.school_ids_with(REVIEW_RESOURCES):
        return True
    return actor.person_id == owner_id and school_id in actor.school_ids_with(CONTRIBUTE_RESOURCES)
