"""A thing is taken apart: it leaves the books, and what is still good of it comes into stock."""

from typing import Annotated

import msgspec

from core.access import Actor
from core.database import fetch_value, transaction
from core.errors import FieldError, Invalid, Problem, say
from core.numbers import Id, Version
from inventory.assets import lifecycle
from inventory.assets.lifecycle import record_step
from inventory.assets.locking import lock, refuse_changed
from inventory.assets.reading import get_asset
from inventory.assets.shapes import Asset, LifecycleState
from inventory.assets.transitions import can_step, find_steps
from inventory.lots.moving import Quantity
from inventory.models import AssetKind, ModelFacts, ensure_model
from inventory.places import require_place_in_use
from inventory.stock.moving import NOTE, REFUSALS, ensure_balance, write_move
from inventory.stock.reading import MoveKind

MOST_GAINED = 60


class GainedPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many of a part that are still good: of a model, or of one that is named here."""

    quantity: Quantity = 1
    model_id: Id | None = None
    name: Annotated[str, msgspec.Meta(examples=["内存 DDR4 8GB"])] = ""


class Dismantling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why it is taken apart, what is gained, and where that is put."""

    parts: Annotated[list[GainedPart], msgspec.Meta(max_length=MOST_GAINED)] = []
    place_id: Id | None = None
    reason: str = ""
    version: Version | None = None


NAMED = """
SELECT id FROM asset_model WHERE kind = 'part' AND lower(model_title(brand, name)) = lower($1)
 ORDER BY id LIMIT 1
"""


async def can_dismantle(actor: Actor, asset: Asset) -> bool:
    """Whether the actor may take it apart now."""
    return await can_step(actor, asset, LifecycleState.dismantled)


async def dismantle(actor: Actor, tag: str, given: Dismantling) -> Asset:
    """Take an asset apart, and its good parts into stock at a place of its school: all or nothing.

    Refused with the reason that stands in the way of the step.
    """
    reason = lifecycle.REASON.checked("reason", given.reason)
    if given.parts and given.place_id is None:
        raise Invalid.of("place_id", say("Say where the parts are put"), code="required")
    async with transaction(actor, {**lifecycle.REFUSALS, **REFUSALS}):
        (asset,) = await lock(actor, [tag])
        refuse_changed(asset, given.version)
        step = (await find_steps(actor, [asset], LifecycleState.dismantled))[asset.id]
        if isinstance(step, Problem):
            raise step
        await record_step(actor, asset, LifecycleState.dismantled, reason=reason)
        if given.place_id is not None and given.parts:
            await require_place_in_use(given.place_id)
            for stock_id, quantity in await _balances(asset.school_id, given):
                await write_move(
                    actor,
                    stock_id,
                    asset.school_id,
                    MoveKind.dismantled,
                    quantity,
                    asset_id=asset.id,
                    note=NOTE.tidy(reason),
                )
    return await get_asset(actor, tag)


async def _balances(school_id: int, given: Dismantling) -> list[tuple[int, int]]:
    """Where each part is put, in the order in which balances are locked."""
    found = []
    # Whoever makes the same parts at the same time makes them in the same order, and waits.
    in_order = sorted(
        enumerate(given.parts), key=lambda one: (one[1].model_id or 0, one[1].name.casefold())
    )
    for index, part in in_order:
        try:
            model_id = part.model_id or await _named(part.name)
            stock_id = await ensure_balance(school_id, model_id, given.place_id or 0)
        except Invalid as refused:
            raise Invalid(
                [FieldError(one.field, one.message, one.code, index) for one in refused.errors]
            ) from refused
        found.append((stock_id, part.quantity))
    return sorted(found)


async def _named(name: str) -> int:
    """The part of this name; it is added to the models if there is none."""
    found: int | None = await fetch_value(NAMED, " ".join(name.split()))
    return found or await ensure_model(ModelFacts(AssetKind.part, name))
