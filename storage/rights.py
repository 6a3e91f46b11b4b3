"""Who may see and change a resource: one rule for queries, one for verbs."""

from core.access import Actor
from core.permissions import CONTRIBUTE_RESOURCES, REVIEW_RESOURCES
from core.query import Where


def visible_to(actor: Actor) -> Where:
    """The condition that the actor may see a resource ``r``; :me is the actor.

    Published resources of one's schools and the shared ones of all, while one has a part in any
    school; whatever is not published only for the admins of its school, and for its owner while
    they have a part in that school.
    """
    return Where(
        "(r.state = 'published' AND cardinality(:schools::bigint[]) > 0"
        "   AND (r.visibility = 'shared' OR r.school = any(:schools::bigint[]))"
        " OR r.school = any(:reviewed::bigint[])"
        " OR r.owner = :me AND r.school = any(:schools::bigint[]))",
        schools=actor.school_ids,
        reviewed=actor.school_ids_with(REVIEW_RESOURCES),
        me=actor.person_id,
    )


def may_change(actor: Actor, *, school_id: int, owner_id: int) -> bool:
    """Owners change their own while they may contribute at its school; its admins change any."""
    if school_id in actor.school_ids_with(REVIEW_RESOURCES):
        return True
    return actor.person_id == owner_id and school_id in actor.school_ids_with(CONTRIBUTE_RESOURCES)
