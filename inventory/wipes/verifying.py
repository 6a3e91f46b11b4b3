"""Another person than who recorded a wipe looks at it: the data is gone, or the wipe was none."""

import msgspec

from core import clock
from core.access import Actor
from core.database import Refusals, execute, execute_many, fetch, transaction
from core.errors import Conflict, FieldError, Forbidden, say
from core.query import opaque
from core.texts import Line
from inventory import tables
from inventory.assets.locking import HAS_LEFT, Locked, Stack, lock_stack
from inventory.assets.shapes import ENDS
from inventory.assets.wipes import WipeResult
from inventory.wipes.reading import READ
from inventory.wipes.shapes import NewVerification, WipeRow

LOOKED_AT = Line(tables.WipeVerification.looked_at, required=say("Say what you looked at"))
REFUSALS: Refusals = {
    "wipe_verification_once": Conflict(
        say("Somebody has verified one of these just now"), field="tags", code="verified"
    ),
    "wipe_verified_by_another": Conflict(
        say("Another person than the one who recorded a wipe verifies it"),
        field="tags",
        code="own_wipe",
    ),
    **HAS_LEFT,
}
NEWEST = f"""
SELECT DISTINCT ON (w.asset) w.asset AS id, w.id AS wipe_id, w.result,
       w.recorded_by AS recorded_by_id, v.id IS NOT NULL AS is_verified
  FROM asset_wipe w LEFT JOIN wipe_verification v ON v.wipe = w.id
 WHERE w.asset = any{opaque("assets")}
 ORDER BY w.asset, w.wiped_on DESC, w.id DESC
"""
INSERT = """
INSERT INTO wipe_verification (school, asset, wipe, result, looked_at, verified_by, verified_at)
SELECT a.school, a.id, w.id, :result, :looked_at, :by, :now
  FROM asset_wipe w JOIN asset a ON a.id = w.asset WHERE w.id = any(:wipes) ORDER BY w.id
"""
ISSUE = "INSERT INTO certificate (school, wipe, facts, issued_at) VALUES ($1, $2, $3, $4)"


class _Newest(msgspec.Struct):
    id: int
    wipe_id: int
    result: WipeResult
    recorded_by_id: int | None
    is_verified: bool


async def verify_wipes(actor: Actor, new: NewVerification) -> list[WipeRow]:
    """Say what was found of the newest wipe of many assets, all or none; every refused row is named.

    By another person than who recorded it, once, and by those who keep the equipment. What passes has
    its certificate from now on; what fails was no wipe.
    """
    if actor.person_id is None:
        raise Forbidden(say("Only a person can verify this"))
    looked_at, now = LOOKED_AT.checked("looked_at", new.looked_at), clock.now()
    async with transaction(actor, REFUSALS):
        stack, wipes = await _lock_verified(actor, new.tags)
        stack.raise_refused()
        ids = [one.wipe_id for one in wipes.values()]
        await execute(
            INSERT,
            wipes=ids,
            result=new.result,
            looked_at=looked_at,
            by=actor.person_id,
            now=now,
        )
        done = await fetch(WipeRow, f"{READ} WHERE w.id = any(:wipes) ORDER BY a.tag", wipes=ids)
        if new.result is WipeResult.passed:
            await execute_many(
                ISSUE,
                [(one.school_id, one.id, msgspec.json.encode(one).decode(), now) for one in done],
            )
    return done


async def check_verifications(actor: Actor, wanted: list[str]) -> tuple[FieldError, ...]:
    """What stands in the way of verifying the newest wipe of these, row by row; nothing is changed."""
    async with transaction(actor):
        stack, _ = await _lock_verified(actor, wanted)
        return stack.errors


async def _lock_verified(actor: Actor, wanted: list[str]) -> tuple[Stack, dict[int, _Newest]]:
    stack = await lock_stack(actor, wanted)
    found = await fetch(_Newest, NEWEST, assets=[asset.id for asset in stack.assets])
    newest = {one.id: one for one in found}
    for asset in stack.assets:
        if refused := _refusal(actor, asset, newest.get(asset.id)):
            stack.refuse(asset, Conflict, refused.message, refused.code)
    return stack, newest


def _refusal(actor: Actor, asset: Locked, newest: _Newest | None) -> Conflict | None:
    tag = asset.tag
    if asset.lifecycle in ENDS:
        ended = say("{tag} has left the books; no wipe of it is verified any more", tag=tag)
        return Conflict(ended, code="asset_has_left_the_books")
    if newest is None:
        return Conflict(
            say("No wipe of {tag} is recorded; record it first", tag=tag), code="no_wipe"
        )
    if newest.result is WipeResult.failed:
        failed = say("The newest wipe of {tag} failed; record one that worked first", tag=tag)
        return Conflict(failed, code="wipe_failed")
    if newest.is_verified:
        return Conflict(
            say("The wipe of {tag} has been verified already", tag=tag), code="verified"
        )
    if newest.recorded_by_id == actor.person_id:
        own = say("You recorded the wipe of {tag} yourself; another person verifies it", tag=tag)
        return Conflict(own, code="own_wipe")
    return None
