"""Assets change their place within their school, one or many at once."""

from core.access import Actor
from core.database import execute, fetch_value, refusing, transaction
from core.errors import Conflict, FieldError, Invalid, say
from inventory.assets.locking import Stack, lock_stack
from inventory.assets.reading import find_by_tags
from inventory.assets.shapes import ENDS, AssetRow
from inventory.assets.writing import REFUSALS
from inventory.places import require_place_in_use


async def move_assets(actor: Actor, wanted: list[str], place_id: int) -> list[AssetRow]:
    """Put one or many assets in another place of their school; every refused row is named."""
    with refusing(REFUSALS):
        async with transaction(actor):
            stack = await lock_stack(actor, wanted)
            _refuse_ended(stack)
            with stack.collecting():
                await require_place_in_use(place_id)
            await _refuse_elsewhere(stack, place_id)
            stack.raise_refused()
            assets = stack.assets
            await execute(
                "UPDATE asset SET place = $2, version = version + 1"
                " WHERE id = any($1::bigint[]) AND place IS DISTINCT FROM $2",
                [asset.id for asset in assets],
                place_id,
            )
            return await find_by_tags(actor, [asset.tag for asset in assets])


async def check_move(
    actor: Actor, wanted: list[str], place_id: int | None
) -> tuple[FieldError, ...]:
    """What stands in the way of moving these, row by row; nothing is moved."""
    async with transaction(actor):
        stack = await lock_stack(actor, wanted)
        _refuse_ended(stack)
        if place_id is not None:
            await _refuse_elsewhere(stack, place_id)
        return stack.errors


def _refuse_ended(stack: Stack) -> None:
    for asset in stack.assets:
        if asset.lifecycle in ENDS:
            ended = say("{tag} has left the books; it is moved no more", tag=asset.tag)
            stack.refuse(asset, Conflict, ended, "asset_has_left_the_books")


async def _refuse_elsewhere(stack: Stack, place_id: int) -> None:
    school_id = await fetch_value("SELECT school FROM place WHERE id = $1", place_id)
    if all(asset.school_id != school_id for asset in stack.assets):
        # Then the place is wrong, not the rows; the constraint says so.
        return
    for asset in stack.assets:
        if asset.school_id != school_id:
            message = say("{tag} is of another school than the place", tag=asset.tag)
            stack.refuse(asset, Invalid, message, "place")
