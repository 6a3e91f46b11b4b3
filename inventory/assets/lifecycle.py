"""The steps of an asset's life: only those of ``lifecycle_transition``, each one recorded."""

from core import clock
from core.access import Actor
from core.database import execute, refusing, transaction
from core.errors import Conflict, FieldError, Invalid, Message, Problem, say
from core.rows import insert_row, update_row
from core.texts import Text
from inventory import tables
from inventory.assets.locking import Locked, Stack, lock, lock_stack, refuse_changed
from inventory.assets.reading import find_by_tags, get_asset
from inventory.assets.shapes import Asset, AssetRow, LifecycleState
from inventory.assets.transitions import NEEDS_WORK_ORDER, PossibleStep, find_steps
from inventory.assets.transitions import REFUSALS as RULES
from inventory.places import require_place_in_use

REFUSALS: dict[str, Message | Problem] = {
    **RULES,
    "asset_place_is_of_the_school": Invalid.of(
        "place_id", say("The place must be of the asset's school"), code="place"
    ),
}
REASON = Text(tables.AssetStep.reason)
# Always in the order of ids, so that two who void things of the same lines wait, and never die.
LOCK_LINES = """
SELECT id FROM donation_line
 WHERE id IN (SELECT donation_line FROM asset WHERE id = any($1::bigint[]))
 ORDER BY id FOR NO KEY UPDATE
"""


async def take_step(
    actor: Actor,
    tag: str,
    to_state: LifecycleState,
    *,
    reason: str = "",
    version: int | None = None,
    place_id: int | None = None,
) -> Asset:
    """Take an asset one step further; refused with the reason that stands in the way.

    Lost ends its custody: nobody got it back. ``place_id`` is where it is now; what is found again
    asks for it.
    """
    _refuse_special(to_state)
    with refusing(REFUSALS):
        async with transaction(actor):
            (asset,) = await lock(actor, [tag])
            refuse_changed(asset, version)
            step = (await find_steps(actor, [asset], to_state))[asset.id]
            if isinstance(step, Problem):
                raise step
            await _take(actor, [asset], [step], reason, place_id)
    return await get_asset(actor, tag)


async def take_steps(
    actor: Actor,
    wanted: list[str],
    to_state: LifecycleState,
    *,
    reason: str = "",
    place_id: int | None = None,
) -> list[AssetRow]:
    """Take many assets the same step further, all or none; every refused row is named."""
    _refuse_special(to_state)
    with refusing(REFUSALS):
        async with transaction(actor):
            stack, steps = await _lock_steps(actor, wanted, to_state)
            stack.raise_refused()
            await _take(actor, stack.assets, steps, reason, place_id)
            return await find_by_tags(actor, [asset.tag for asset in stack.assets])


async def check_steps(
    actor: Actor, wanted: list[str], to_state: LifecycleState | None
) -> tuple[FieldError, ...]:
    """What stands in the way of this step, row by row; nothing is changed."""
    async with transaction(actor):
        if to_state is None:
            return (await lock_stack(actor, wanted)).errors
        stack, _ = await _lock_steps(actor, wanted, to_state)
        return stack.errors


async def _lock_steps(
    actor: Actor, wanted: list[str], to_state: LifecycleState
) -> tuple[Stack, list[PossibleStep]]:
    stack = await lock_stack(actor, wanted)
    steps = []
    verdicts = await find_steps(actor, stack.assets, to_state)
    for asset in stack.assets:
        verdict = verdicts[asset.id]
        if isinstance(verdict, Problem):
            stack.refuse(asset, type(verdict), verdict.message, verdict.code)
        else:
            steps.append(verdict)
    return stack, steps


def _refuse_special(to_state: LifecycleState) -> None:
    """Steps that say more than a reason have a door of their own."""
    if to_state is LifecycleState.in_repair:
        raise Conflict(NEEDS_WORK_ORDER, code="needs_work_order")
    if to_state is LifecycleState.dismantled:
        raise Conflict(
            say("Say which parts are gained: take it apart on its own page"), code="needs_parts"
        )


async def _take(
    actor: Actor, assets: list[Locked], steps: list[PossibleStep], reason: str, place_id: int | None
) -> None:
    if place_id is None and any(step.asks_place for step in steps):
        raise Invalid.of("place_id", say("Say where it is now"), code="required")
    if place_id is not None:
        await require_place_in_use(place_id)
        await execute(
            "UPDATE asset SET place = $2 WHERE id = any($1::bigint[]) AND place IS DISTINCT FROM $2",
            [asset.id for asset in assets],
            place_id,
        )
    if any(step.to_state is LifecycleState.voided for step in steps):
        await execute(LOCK_LINES, [asset.id for asset in assets])
    for asset, step in zip(assets, steps, strict=True):
        await record_step(actor, asset, step.to_state, reason=reason)


async def record_step(
    actor: Actor, asset: Locked, to_state: LifecycleState, *, reason: str = ""
) -> None:
    """Change the state of a locked asset and write the step down; in the caller's transaction.

    A step that does not exist, or that a rule forbids, breaks a constraint of :data:`REFUSALS`.
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
