"""Which steps an asset may take from where it is: read from ``lifecycle_transition``, never from code.

The rules behind the guards are SQL (``asset_step_obstacle``), asked here for the sentence and once
more by the trigger that lets the status change.
"""

from collections.abc import Sequence

import msgspec

from core import permissions
from core.access import Actor
from core.database import fetch
from core.errors import Conflict, Forbidden, Message, Problem, say
from inventory.assets.locking import HAS_LEFT, Locked
from inventory.assets.shapes import ENDS, Asset, LifecycleState
from inventory.code_words import CODES

NEEDS_WORK_ORDER = say("A work order puts an asset in repair: report the fault instead")
# What is said when a rule refuses whoever wrote without the lock: then nothing names the asset.
REFUSALS: dict[str, Message | Problem] = {
    "asset_step_exists": say("An asset cannot take this step from where it is now"),
    "asset_status_follows_its_steps": say("The status of an asset changes by its steps alone"),
    "needs_work_order": NEEDS_WORK_ORDER,
    "in_custody": say("One of these is still handed out; take it back first"),
    "open_work_order": say("One of these has an open work order; complete or cancel it first"),
    "not_wiped": say("The donor of one of these asks that data is wiped first; record the wipe"),
    "goes_back": say("The donor of one of these wants it back; return it to the donor instead"),
    "on_loan": say("One of these is lent by another school; it can only go back there"),
    "not_for_sale": say("The donor of one of these asks that it is not sold"),
    "has_been_used": say("One of these has been used already, so it was no mistake"),
    "data_left": say("One of these may still hold data; record its wipe since it was last used"),
    "not_verified": say(
        "A second person verifies that the data of one of these is wiped; ask for it"
    ),
    "still_searched": say("One of these has not been searched long enough to be written off"),
    "needs_approval": say(
        "A second person approves what leaves the books at this school; propose its disposal"
    ),
    **HAS_LEFT,
}


class NextStep(msgspec.Struct, frozen=True):
    """A state that an asset can go to now; ``asks_place`` where it is to be said where it is."""

    to_state: LifecycleState
    asks_place: bool


class PossibleStep(msgspec.Struct, frozen=True):
    """One row of the table for one asset, and the rule that stands in its way now, if any."""

    asset_id: int
    to_state: LifecycleState
    permission: str
    guards: list[str]
    obstacle: str | None
    donation: str | None

    @property
    def asks_place(self) -> bool:
        return "where_found" in self.guards

    @property
    def is_for_people(self) -> bool:
        """Whether a person takes it by itself; repair begins with a work order, and who takes a
        thing apart says what is gained."""
        return (
            "needs_work_order" not in self.guards and self.to_state is not LifecycleState.dismantled
        )

    def allowed_at(self, actor: Actor, school_id: int) -> bool:
        """Whether the actor has what the table asks for at the asset's school."""
        permission = permissions.named(self.permission)
        return actor.is_system or actor.can_at(school_id, permission)


STEPS = """
SELECT a.id AS asset_id, t.to_state, t.permission, t.guards, g.title AS donation,
       asset_step_obstacle(a.id, t.from_state, t.to_state) AS obstacle
  FROM asset a JOIN lifecycle_transition t ON t.from_state = a.lifecycle
  JOIN lifecycle l ON l.state = t.to_state
  LEFT JOIN donation_line line ON line.id = a.donation_line
  LEFT JOIN donation g ON g.id = line.donation
 WHERE a.id = any($1::bigint[]) AND ($2::text IS NULL OR t.to_state = $2)
 ORDER BY a.id, l.position
"""


async def find_next_steps(actor: Actor, asset: Asset) -> list[NextStep]:
    """Exactly the steps that the actor could take with an asset now."""
    return [
        NextStep(step.to_state, step.asks_place)
        for step in await fetch(PossibleStep, STEPS, [asset.id], None)
        if step.is_for_people and step.obstacle is None and step.allowed_at(actor, asset.school_id)
    ]


async def can_step(actor: Actor, asset: Asset, to_state: LifecycleState) -> bool:
    """Whether nothing stands in the way of this step now."""
    found = await fetch(PossibleStep, STEPS, [asset.id], to_state)
    return any(step.obstacle is None and step.allowed_at(actor, asset.school_id) for step in found)


async def find_steps(
    actor: Actor, assets: Sequence[Locked], to_state: LifecycleState
) -> dict[int, PossibleStep | Problem]:
    """Of each asset its step to that state, or what refuses it."""
    found = await fetch(PossibleStep, STEPS, [asset.id for asset in assets], to_state)
    steps: dict[int, PossibleStep] = {step.asset_id: step for step in found}
    missing = [asset.id for asset in assets if asset.id not in steps]
    others = await fetch(PossibleStep, STEPS, missing, None) if missing else []
    verdicts: dict[int, PossibleStep | Problem] = {}
    for asset in assets:
        step = steps.get(asset.id)
        if step is None:
            possible = [one for one in others if one.asset_id == asset.id]
            verdicts[asset.id] = _no_such_step(asset, to_state, possible)
        else:
            verdicts[asset.id] = _refusal(actor, asset, step) or step
    return verdicts


def _refusal(actor: Actor, asset: Locked, step: PossibleStep) -> Problem | None:
    if not step.allowed_at(actor, asset.school_id):
        return Forbidden(say("Your role at the school of {tag} does not allow this", tag=asset.tag))
    if step.obstacle is None:
        return None
    return Conflict(_sentence(asset, step), code=step.obstacle)


def _no_such_step(asset: Locked, to_state: LifecycleState, others: list[PossibleStep]) -> Conflict:
    if asset.lifecycle in ENDS:
        ended = say("{tag} has left the books; it takes no step any more", tag=asset.tag)
        return Conflict(ended, code="asset_has_left_the_books")
    possible = [step.to_state for step in others if step.is_for_people and step.obstacle is None]
    words = {"tag": asset.tag, "now": _word(asset.lifecycle), "wanted": _word(to_state)}
    if not possible:
        message = say("{tag} is “{now}” and cannot become “{wanted}” from there", **words)
    else:
        message = say(
            "{tag} is “{now}” and cannot become “{wanted}” from there; possible: {possible}",
            **words,
            possible=_listed(possible),
        )
    return Conflict(message, code="asset_step_exists")


def _listed(states: list[LifecycleState]) -> Message:
    first, *others = states
    return (
        say("{one} or {others}", one=_word(first), others=_listed(others))
        if others
        else _word(first)
    )


def _word(state: LifecycleState) -> Message:
    return CODES["lifecycle"][state].label


def data_sentence(tag: str, obstacle: str) -> Message:
    """What keeps the data of an asset from leaving its school: ``data_left`` or ``not_verified``."""
    if obstacle == "data_left":
        return say("{tag} may still hold data; record its wipe since it was last used", tag=tag)
    return say("A second person has not yet verified that the data of {tag} is wiped", tag=tag)


def _sentence(asset: Locked, step: PossibleStep) -> Message:
    tag = asset.tag
    sentences = {
        "in_custody": say("{tag} is still handed out; take it back first", tag=tag),
        "open_work_order": say(
            "{tag} has an open work order; complete or cancel it first", tag=tag
        ),
        "not_wiped": say(
            "{tag} came with “{donation}”, whose donor asks that data is wiped before it is used;"
            " record the wipe first",
            tag=tag,
            donation=step.donation,
        ),
        "on_loan": say(
            "{tag} is lent by another school, which alone decides over its end; send it back",
            tag=tag,
        ),
        "goes_back": say(
            "{tag} came with “{donation}”, whose donor wants it back at the end; return it to the"
            " donor instead",
            tag=tag,
            donation=step.donation,
        ),
        "not_for_sale": say(
            "{tag} came with “{donation}”, whose donor asks that it is not sold; dispose of it"
            " without a sale instead",
            tag=tag,
            donation=step.donation,
        ),
        "has_been_used": say(
            "{tag} has been handed out, repaired, wiped, monitored or at another school, so it was"
            " no mistake; retire it instead",
            tag=tag,
        ),
        "data_left": data_sentence(tag, "data_left"),
        "not_verified": data_sentence(tag, "not_verified"),
        "still_searched": say("{tag} has not been searched long enough to be written off", tag=tag),
        "needs_approval": say(
            "A second person approves that {tag} leaves the books; propose its disposal", tag=tag
        ),
        "needs_work_order": NEEDS_WORK_ORDER,
    }
    return sentences[step.obstacle or ""]
