"""The steps of an asset's life: only those of ``lifecycle_transition``, each one recorded."""

from core import clock
from core.access import Actor
from core.database import execute, fetch_value, refusing, transaction
from core.errors import Conflict, FieldError, say
from core.rows import insert_row, update_row
from core.texts import Text
from inventory import tables
from inventory.assets.locking import HAS_LEFT, Locked, Stack, lock, lock_stack
from inventory.assets.reading import find_by_tags, get_asset
from inventory.assets.shapes import Asset, AssetRow, LifecycleState

REFUSALS = {
    "asset_step_exists": say("An asset cannot take this step from where it is now"),
    **HAS_LEFT,
}
# At the end of its use nothing about an asset may still be open, but for the custody of a lost
# one: that ends with it.
WITHOUT_LOOSE_ENDS = frozenset(
    {
        LifecycleState.retired,
        LifecycleState.disposed,
        LifecycleState.returned_to_donor,
    }
)
REASON = Text(tables.AssetStep.reason)


async def find_next_states(asset: Asset) -> list[LifecycleState]:
    """Where a person may take the asset from here; repair begins and ends with a work order."""
    found = await fetch_value(
        "SELECT array_agg(t.to_state::text ORDER BY l.position) FROM lifecycle_transition t"
        " JOIN lifecycle l ON l.state = t.to_state"
        " WHERE t.from_state = $1 AND t.to_state <> 'in_repair'",
        asset.lifecycle,
    )
    states = [LifecycleState(state) for state in found or ()]
    if asset.open_work_orders:
        return [state for state in states if state is LifecycleState.lost]
    return states


async def take_step(
    actor: Actor,
    tag: str,
    to_state: LifecycleState,
    *,
    reason: str = "",
    version: int | None = None,
) -> Asset:
    """Take an asset one step further; refused with the reason that stands in the way."""
    _refuse_repair(to_state)
    with refusing(REFUSALS):
        async with transaction(actor):
            (asset,) = await lock(actor, [tag])
            refuse_changed(asset, version)
            obstacle = await _find_obstacle(asset, to_state)
            if obstacle is not None:
                raise obstacle
            await _take(actor, asset, to_state, reason)
    return await get_asset(actor, tag)


async def take_steps(
    actor: Actor, wanted: list[str], to_state: LifecycleState, *, reason: str = ""
) -> list[AssetRow]:
    """Take many assets the same step further, all or none; every refused row is named."""
    _refuse_repair(to_state)
    with refusing(REFUSALS):
        async with transaction(actor):
            stack = await _lock_steps(actor, wanted, to_state)
            stack.raise_refused()
            for asset in stack.assets:
                await _take(actor, asset, to_state, reason)
            return await find_by_tags(actor, [asset.tag for asset in stack.assets])


async def check_steps(
    actor: Actor, wanted: list[str], to_state: LifecycleState | None
) -> tuple[FieldError, ...]:
    """What stands in the way of this step, row by row; nothing is changed."""
    async with transaction(actor):
        return (await _lock_steps(actor, wanted, to_state)).errors


async def _lock_steps(actor: Actor, wanted: list[str], to_state: LifecycleState | None) -> Stack:
    stack = await lock_stack(actor, wanted)
    if to_state is None:
        return stack
    sources = await fetch_value(
        "SELECT array_agg(from_state::text) FROM lifecycle_transition WHERE to_state = $1", to_state
    )
    for asset in stack.assets:
        if asset.lifecycle not in (sources or ()):
            no_step = say("{tag} cannot take this step from where it is now", tag=asset.tag)
            stack.refuse(asset, Conflict, no_step, "asset_step_exists")
            continue
        obstacle = await _find_obstacle(asset, to_state)
        if obstacle is not None:
            stack.refuse(asset, Conflict, obstacle.message, obstacle.code)
    return stack


def _refuse_repair(to_state: LifecycleState) -> None:
    if to_state is LifecycleState.in_repair:
        raise Conflict(
            say("A work order puts an asset in repair: report the fault instead"),
            code="needs_work_order",
        )


async def _take(actor: Actor, asset: Locked, to_state: LifecycleState, reason: str) -> None:
    if to_state is LifecycleState.written_off:
        await _end_custody_as_lost(asset)
    await record_step(actor, asset, to_state, reason=reason)


async def _end_custody_as_lost(asset: Locked) -> None:
    # Nobody got it back and nobody found it: custody ended when it was lost.
    await execute(
        "UPDATE custody SET was_lost = true, ended_at = greatest(started_at, coalesce("
        "(SELECT max(at) FROM asset_step WHERE asset = $1 AND to_state = 'lost'), $2))"
        " WHERE asset = $1 AND ended_at IS NULL",
        asset.id,
        clock.now(),
    )


async def record_step(
    actor: Actor, asset: Locked, to_state: LifecycleState, *, reason: str = ""
) -> None:
    """Change the state of a locked asset and write the step down; in the caller's transaction.

    A step that does not exist breaks ``asset_step_exists`` (:data:`REFUSALS`).
    """
    reason = REASON.checked("reason", reason)
    await insert_row(
        tables.AssetStep,
        asset_id=asset.id,
        school_id=asset.school_id,
        from_state=asset.lifecycle,
        to_state=to_state,
        at=clock.now(),
        by=actor.person_id,
        reason=reason,
    )
    await update_row(tables.Asset, asset.id, lifecycle=to_state)


def refuse_changed(asset: Locked, version: int | None) -> None:
    """Refuse a change that was based on an older version of the asset."""
    if version is not None and version != asset.version:
        raise Conflict(
            say(
                "Somebody else changed {tag} in the meantime; look at it again, then repeat yours",
                tag=asset.tag,
            ),
            code="version",
        )


async def _find_obstacle(asset: Locked, to_state: LifecycleState) -> Conflict | None:
    """What must be ended before this step; a lost asset is written off while its holder has it."""
    if to_state in WITHOUT_LOOSE_ENDS and await fetch_value(
        "SELECT EXISTS (SELECT FROM custody WHERE asset = $1 AND ended_at IS NULL)", asset.id
    ):
        return Conflict(
            say("{tag} is still handed out; take it back first", tag=asset.tag), code="in_custody"
        )
    if to_state is not LifecycleState.lost and await fetch_value(
        "SELECT EXISTS (SELECT FROM work_order WHERE asset = $1 AND closed_at IS NULL)", asset.id
    ):
        return Conflict(
            say("{tag} has an open work order; complete or cancel it first", tag=asset.tag),
            code="open_work_order",
        )
    return None
