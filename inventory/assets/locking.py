"""Assets held fast for a change: read and locked in one order, so that changes queue up."""

import msgspec

from core.access import Actor
from core.database import fetch
from core.errors import Invalid, NotFound, say
from inventory import tags
from inventory.assets.shapes import LifecycleState
from inventory.scope import KEEPERS

MOST_AT_ONCE = 500


class Locked(msgspec.Struct, frozen=True):
    """An asset as it stands while its row is locked."""

    id: int
    tag: str
    school_id: int
    lifecycle: LifecycleState
    version: int
    place_id: int | None
    model_id: int


async def lock(actor: Actor, wanted: list[str]) -> list[Locked]:
    """Lock the assets of these tags for one who keeps them; all of them or a refusal.

    Inside a transaction. Out of sight is NotFound, in sight without the role is Forbidden.
    """
    clean = sorted({tags.clean(tag) for tag in wanted if tag.strip()})
    if not clean:
        raise Invalid.of("tags", say("Choose at least one asset"), code="required")
    if len(clean) > MOST_AT_ONCE:
        raise Invalid.of(
            "tags", say("At most {most} assets at once", most=MOST_AT_ONCE), code="too_many"
        )
    found = await fetch(
        Locked,
        "SELECT id, tag, school AS school_id, lifecycle, version, place AS place_id,"
        " model AS model_id FROM asset WHERE tag = any($1::text[]) AND school = any($2::bigint[])"
        " ORDER BY id FOR UPDATE",
        clean,
        actor.school_ids,
    )
    _refuse_missing(clean, found)
    for school_id in {asset.school_id for asset in found}:
        actor.require(school_id, *KEEPERS)
    return found


def _refuse_missing(wanted: list[str], found: list[Locked]) -> None:
    missing = sorted(set(wanted) - {asset.tag for asset in found})
    if missing:
        raise NotFound(
            say(
                "There is no such asset, or it is not of your school: {tags}",
                tags=", ".join(missing),
            )
        )
