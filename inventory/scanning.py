"""One question a scan: what it means, and what stands in its way at the desk where it was scanned."""

from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from functools import partial

import msgspec

from core.access import Actor
from core.errors import FieldError, Message, say
from core.permissions import EDIT_EQUIPMENT
from inventory import assets, custody, transfers, wipes
from inventory.assets import AssetRow, Meant
from inventory.transfers import Arriving

MOST_AT_ONCE = 20
LONGEST = 400


class ScanDesk(StrEnum):
    """Where something is scanned; each has its own reasons to refuse it."""

    hand_out = "hand_out"
    take_back = "take_back"
    renew = "renew"
    move = "move"
    step = "step"
    wipe = "wipe"
    verify = "verify"
    send = "send"
    receive = "receive"


Check = Callable[[Actor, list[str]], Awaitable[tuple[FieldError, ...]]]
CHECKS: dict[ScanDesk, Check] = {
    ScanDesk.hand_out: custody.check_hand_out,
    ScanDesk.take_back: custody.check_take_back,
    ScanDesk.renew: custody.check_renew,
    ScanDesk.move: partial(assets.check_move, place_id=None),
    ScanDesk.step: partial(assets.check_steps, to_state=None),
    ScanDesk.wipe: assets.check_wipes,
    ScanDesk.verify: wipes.check_verifications,
    ScanDesk.send: transfers.check_sent,
}


class PossibleAsset(msgspec.Struct, frozen=True):
    """One of several assets that a text may mean."""

    tag: str
    title: str


class Reading(msgspec.Struct, frozen=True):
    """What one text means; ``problem`` says why it is none, or why the desk refuses it."""

    meant: Meant
    asset: AssetRow | None
    candidates: list[PossibleAsset]
    problem: Message | None
    # Of what is on its way here, which is another school's still.
    arriving: Arriving | None = None


async def read_scans(
    actor: Actor,
    texts: list[str],
    desk: ScanDesk | None,
    check: Check | None = None,
    *,
    listed: Sequence[str] = (),
) -> list[Reading]:
    """Each text in its order. A desk is asked only of one who may work at it; nothing is changed.

    ``check`` is the desk's own where more is known than the list, such as who gets the things.
    ``listed`` is what stands in the list before these: of a model that is short they count first.
    """
    if desk is ScanDesk.receive:
        return await _read_arriving(actor, texts)
    meant = await assets.resolve(actor, texts)
    before = await assets.resolve(actor, list(listed)) if listed else []
    named = {tag for one in meant for tag in (one.tag, *one.candidates) if tag is not None}
    known = {row.tag: row for row in await assets.find_by_tags(actor, sorted(named))}
    asked = check or (None if desk is None else CHECKS[desk])
    problems = await _problems(actor, before, meant, asked)
    return [
        Reading(
            one,
            known.get(one.tag or ""),
            [PossibleAsset(tag, known[tag].title) for tag in one.candidates if tag in known],
            one.missing if one.tag is None else problems.get(one.tag),
        )
        for one in meant
    ]


async def _read_arriving(actor: Actor, texts: list[str]) -> list[Reading]:
    """What is on its way to a school whose equipment the actor keeps; nothing else is looked up."""
    found = await transfers.find_arriving(actor, texts)
    return [
        Reading(
            Meant(index, text, tag=one.tag if one else None),
            None,
            [],
            None if one else say("Stands in no list of what comes here: {text}", text=text[:60]),
            one,
        )
        for index, (text, one) in enumerate(zip(texts, found, strict=True))
    ]


async def _problems(
    actor: Actor, before: list[Meant], meant: list[Meant], check: Check | None
) -> dict[str, Message]:
    """By tag, where the desk would refuse it behind what is listed before."""
    asked = dict.fromkeys(one.tag for one in meant if one.tag is not None)
    listed = dict.fromkeys(one.tag for one in before if one.tag is not None)
    wanted = [tag for tag in listed if tag not in asked][: assets.MOST_AT_ONCE - len(asked)]
    wanted += asked
    if check is None or not asked or not actor.can(EDIT_EQUIPMENT):
        return {}
    errors = await check(actor, wanted)
    return {wanted[error.index]: error.message for error in errors if error.index is not None}
