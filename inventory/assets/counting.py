"""What stands in a room against the books: a comparison of what was scanned; nothing is written."""

import msgspec

from core import places
from core.access import Actor
from core.errors import Invalid, say
from core.permissions import EDIT_EQUIPMENT
from inventory.assets.filtering import AssetFilters
from inventory.assets.listing import find_tags
from inventory.assets.locking import MOST_AT_ONCE
from inventory.assets.reading import find_by_tags
from inventory.assets.references import Meant, resolve
from inventory.assets.shapes import ENDS, AssetRow, LifecycleState

# A room or a building of a school; more is counted room by room.
MOST_IN_PLACE = 2000
NOT_EXPECTED = ENDS | {LifecycleState.announced, LifecycleState.lost}


class PlaceCount(msgspec.Struct, frozen=True):
    """``found`` stand where the books say, ``missing`` do not, ``unexpected`` stand elsewhere in the
    books or are lost there; ``unknown`` are texts that mean no asset of the actor's schools."""

    found: list[AssetRow]
    missing: list[AssetRow]
    unexpected: list[AssetRow]
    unknown: list[Meant]


async def count_place(actor: Actor, place_id: int, tags: list[str]) -> PlaceCount:
    """Compare what was scanned in a place, and in the places within it, with the books.

    For those who keep equipment there. Invalid above 500 scans or 2,000 assets. What was scanned
    twice counts once.
    """
    place = await places.get_place(actor, place_id)
    actor.require(place.school_id, EDIT_EQUIPMENT)
    if len(tags) > MOST_AT_ONCE:
        raise Invalid.of(
            "tags", say("At most {most} assets at once", most=MOST_AT_ONCE), code="too_many"
        )
    books = await find_tags(
        actor, AssetFilters(place=place_id), most=MOST_IN_PLACE + 1, allowed=EDIT_EQUIPMENT
    )
    if len(books) > MOST_IN_PLACE:
        raise Invalid.of(
            "place_id", say("Too much stands there: count room by room"), code="too_many"
        )
    meant = await resolve(actor, tags)
    seen = {one.tag for one in meant if one.tag is not None}
    rows = await find_by_tags(actor, sorted(seen | set(books)))
    expected = {row.tag for row in rows if row.lifecycle not in NOT_EXPECTED} & set(books)
    return PlaceCount(
        found=[row for row in rows if row.tag in expected & seen],
        missing=[row for row in rows if row.tag in expected - seen],
        unexpected=[row for row in rows if row.tag in seen - expected],
        unknown=[one for one in meant if one.tag is None],
    )
