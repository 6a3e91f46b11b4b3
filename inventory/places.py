"""What stands where: counts of assets by place, and places that may not go while something is there."""

import msgspec

from core import places
from core.access import Actor
from core.database import Refusals, execute, fetch, fetch_column, fetch_value, transaction
from core.errors import Conflict, Invalid, say
from core.places import Place

# An asset at the end of its life does not keep its place in use.
IS_PRESENT = "NOT EXISTS (SELECT 1 FROM lifecycle l WHERE l.state = a.lifecycle AND l.is_end)"


PLACE_OUT_OF_USE = Invalid.of("place_id", say("Choose a place that is in use"), code="place")
REFUSALS: Refusals = {
    "place_holds_no_lots": Conflict(
        say("Lots are still here: move them first"), code="place_not_empty"
    ),
    "place_holds_no_stock": Conflict(
        say("Parts in stock are still here: move them first"), code="place_not_empty"
    ),
}
LOTS_NAMED = 4
LOTS_HERE = """
SELECT quantity || ' × ' || title AS lot FROM (
    SELECT model_title(m.brand, m.name) AS title, l.on_hand + coalesce(
           (SELECT sum(outstanding) FROM lot_loan WHERE lot = l.id), 0) AS quantity
      FROM lot l JOIN asset_model m ON m.id = l.model WHERE l.place = $1) here
 WHERE quantity > 0 ORDER BY title LIMIT $2
"""


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
    """Take a place out of use; refused while an asset, a lot, parts in stock, or a place in
    use, is in it.

    Things of a lot that are handed out are in it as well: they come back there.
    """
    place = await places.get_place(actor, place_id)
    async with transaction(actor, REFUSALS):
        # Whoever puts an asset here asks for the place in use (below), and so waits for this lock;
        # one that lets others refer to the place does not wait for an import of thousands.
        await execute("SELECT 1 FROM place WHERE id = $1 FOR NO KEY UPDATE", place.id)
        left = await fetch_value(
            f"SELECT count(*) FROM asset a WHERE a.place = $1 AND {IS_PRESENT}", place.id
        )
        if left:
            raise Conflict(
                say("{count} assets are still here: move them first", count=left),
                code="place_not_empty",
            )
        if found := await fetch_column(str, LOTS_HERE, place.id, LOTS_NAMED + 1):
            named = ", ".join(found[:LOTS_NAMED]) + ("…" if len(found) > LOTS_NAMED else "")
            raise Conflict(
                say(
                    "Lots are still here: {lots}. Move them first, and take back what is out of"
                    " them",
                    lots=named,
                ),
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
        raise PLACE_OUT_OF_USE
