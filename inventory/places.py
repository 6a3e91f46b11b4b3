"""What stands where: counts of assets by place, and places that may not go while something is there."""

import msgspec

from core import places
from core.access import Actor
from core.database import execute, fetch, fetch_value, transaction
from core.errors import Conflict, Invalid, say
from core.places import Place

# An asset at the end of its life does not keep its place in use.
IS_PRESENT = "NOT EXISTS (SELECT 1 FROM lifecycle l WHERE l.state = a.lifecycle AND l.is_end)"


class PlaceCount(msgspec.Struct, frozen=True):
    """How many assets stand in a place with all in it, and how many of those do not work."""

    place_id: int
    assets: int
    in_repair: int


async def count_assets(actor: Actor, *, school_id: int | None = None) -> dict[int, PlaceCount]:
    """The counts of every place of the actor's schools (or of one), by place id; one query."""
    counts = await fetch(
        PlaceCount,
        f"""
        WITH RECURSIVE here AS (
            SELECT a.place, count(*) AS assets,
                   count(*) FILTER (WHERE a.lifecycle = 'in_repair') AS in_repair
              FROM asset a
             WHERE a.place IS NOT NULL AND a.school = any($1::bigint[]) AND {IS_PRESENT}
             GROUP BY a.place
        ), around AS (
            SELECT place, place AS place_id, assets, in_repair FROM here
            UNION ALL
            SELECT r.place, p.parent, r.assets, r.in_repair
              FROM around r JOIN place p ON p.id = r.place_id WHERE p.parent IS NOT NULL
        )
        SELECT place_id, sum(assets)::bigint AS assets, sum(in_repair)::bigint AS in_repair
          FROM around GROUP BY place_id
        """,
        actor.schools_for(school_id),
    )
    return {count.place_id: count for count in counts}


async def retire_place(actor: Actor, place_id: int) -> Place:
    """Take a place out of use; refused while an asset, or a place in use, is in it."""
    place = await places.get_place(actor, place_id)
    async with transaction(actor):
        # An asset put here meanwhile needs a key lock on the place, and so waits for this one.
        await execute("SELECT 1 FROM place WHERE id = $1 FOR UPDATE", place.id)
        left = await fetch_value(
            f"SELECT count(*) FROM asset a WHERE a.place = $1 AND {IS_PRESENT}", place.id
        )
        if left:
            raise Conflict(
                say("{count} assets are still here: move them first", count=left),
                code="place_not_empty",
            )
        return await places.retire_place(actor, place_id)


async def require_place_in_use(place_id: int) -> None:
    """Refuse a place that is not there or no longer in use; in the caller's transaction.

    The lock waits for whoever is retiring the place just now, and then sees that it is retired.
    """
    if not await fetch_value(
        "SELECT true FROM place WHERE id = $1 AND retired_at IS NULL FOR SHARE", place_id
    ):
        raise Invalid.of("place_id", say("Choose a place that is in use"), code="place")
