"""Assets that go over to another school: it answers for them from now on, the past stays where it was.

Trigger and keys hold the rules: ``asset_stay`` follows, ``asset_at_school`` is what history names,
and nothing that is still open at the old school lets an asset go.
"""

import msgspec

from core.access import Actor
from core.database import execute, fetch, fetch_column, refusing, transaction
from core.errors import Conflict, FieldError, Invalid, Message, Problem, say
from core.permissions import EDIT_EQUIPMENT
from core.query import opaque
from inventory.assets.locking import HAS_LEFT, Stack, lock_stack
from inventory.assets.reading import find_by_tags
from inventory.assets.shapes import ENDS, AssetRow
from inventory.assets.transitions import REFUSALS as STEP_RULES
from inventory.assets.transitions import data_sentence
from inventory.places import require_place_in_use

REFUSALS: dict[str, Message | Problem] = {
    "custody_open_where_the_asset_is": Conflict(
        say("One of these has just been handed out; take it back first"), field="tags"
    ),
    "work_order_open_where_the_asset_is": Conflict(
        say("One of these has an open work order; complete or cancel it first"), field="tags"
    ),
    "hold_open_where_the_asset_is": Conflict(
        say("One of these is booked at its school; cancel its bookings first"), field="tags"
    ),
    "device_watched_where_the_asset_is": Conflict(
        say("One of these is monitored at its school; remove it from monitoring first"),
        field="tags",
    ),
    "asset_place_is_of_the_school": Invalid.of(
        "place_id", say("The place must be of the new school"), code="place"
    ),
    "data_left": STEP_RULES["data_left"],
    "not_verified": STEP_RULES["not_verified"],
    **HAS_LEFT,
}
DATA_LEFT = f"""
SELECT a.id, asset_data_obstacle(a.id) AS obstacle FROM asset a WHERE a.id = any{opaque("assets")}
   AND asset_data_obstacle(a.id) IS NOT NULL
"""
IN_HANDS = "SELECT asset FROM custody WHERE asset = any(:assets) AND ended_at IS NULL"
IN_REPAIR = "SELECT asset FROM work_order WHERE asset = any(:assets) AND closed_at IS NULL"

IS_HELD = """
SELECT asset FROM hold WHERE asset = any(:assets) AND kind <> 'repair' AND closed_at IS NULL
   AND coalesce(ends_at, 'infinity') > now()
"""


async def change_school(
    actor: Actor, wanted: list[str], school_id: int, *, place_id: int | None = None
) -> list[AssetRow]:
    """Give assets over to another school, all or none, by one who keeps equipment at both.

    They stand in ``place_id`` there, or in no place yet. Refused, row by row, while somebody has
    one, while a repair of it is open, and after it left the books; and while one is monitored.
    """
    actor.require(school_id, EDIT_EQUIPMENT)
    with refusing(REFUSALS):
        async with transaction(actor):
            stack = await _lock_leaving(actor, wanted, school_id)
            with stack.collecting():
                if place_id is not None:
                    await require_place_in_use(place_id)
            stack.raise_refused()
            await execute(
                "UPDATE asset SET school = :school, place = :place, version = version + 1"
                " WHERE id = any(:assets)",
                assets=[asset.id for asset in stack.assets],
                school=school_id,
                place=place_id,
            )
            return await find_by_tags(actor, [asset.tag for asset in stack.assets])


async def check_change_of_school(
    actor: Actor, wanted: list[str], school_id: int | None
) -> tuple[FieldError, ...]:
    """What stands in the way of giving these over, row by row; nothing is changed."""
    async with transaction(actor):
        return (await _lock_leaving(actor, wanted, school_id)).errors


class _DataLeft(msgspec.Struct):
    id: int
    obstacle: str


async def find_data_obstacles(tags: dict[int, str]) -> dict[int, Conflict]:
    """Of these assets, by id with their tags, what their data keeps from being given away."""
    return {
        one.id: Conflict(data_sentence(tags[one.id], one.obstacle), code=one.obstacle)
        for one in await fetch(_DataLeft, DATA_LEFT, assets=list(tags))
    }


async def _lock_leaving(actor: Actor, wanted: list[str], school_id: int | None) -> Stack:
    stack = await lock_stack(actor, wanted)
    ids = [asset.id for asset in stack.assets]
    in_hands = set(await fetch_column(int, IN_HANDS, assets=ids))
    in_repair = set(await fetch_column(int, IN_REPAIR, assets=ids))
    held = set(await fetch_column(int, IS_HELD, assets=ids))
    data = await find_data_obstacles({asset.id: asset.tag for asset in stack.assets})
    for asset in stack.assets:
        if asset.school_id == school_id:
            there = say("{tag} is of this school already", tag=asset.tag)
            stack.refuse(asset, Conflict, there, "same_school")
        elif asset.lifecycle in ENDS:
            ended = say("{tag} has left the books; it is moved no more", tag=asset.tag)
            stack.refuse(asset, Conflict, ended, "asset_has_left_the_books")
        elif asset.id in in_hands:
            out = say("{tag} is still handed out; take it back first", tag=asset.tag)
            stack.refuse(asset, Conflict, out, "in_custody")
        elif asset.id in in_repair:
            repair = say("{tag} has an open work order; complete or cancel it first", tag=asset.tag)
            stack.refuse(asset, Conflict, repair, "open_work_order")
        elif asset.id in held:
            booked = say("{tag} is booked at its school; cancel its bookings first", tag=asset.tag)
            stack.refuse(asset, Conflict, booked, "booked")
        elif left := data.get(asset.id):
            stack.refuse(asset, Conflict, left.message, left.code)
    return stack
