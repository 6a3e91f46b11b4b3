"""The books are corrected by what was seen: proposed, confirmed by a person, written as ordinary moves,
steps and returns."""

from itertools import groupby
from typing import Annotated
from uuid import uuid4

import msgspec

from core import clock
from core.access import Actor
from core.database import execute, fetch, fetch_one, transaction
from core.errors import Conflict, FieldError, Message, NotFound, say
from core.permissions import EDIT_EQUIPMENT
from inventory import assets, custody, tags
from inventory.assets import LifecycleState
from inventory.stocktakes.reading import NO_SIGHT, find_stocktake
from inventory.stocktakes.scanning import NewScan, ScanBatch, scan_things
from inventory.stocktakes.shapes import Correction, Stocktake, StocktakeState
from inventory.stocktakes.statements import PROPOSED, PROPOSED_JOINS

MOST_CORRECTIONS = 200


class WantedCorrection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One asset, and what was proposed for it when somebody decided."""

    tag: str
    correction: Correction


class Corrections(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person confirms of what was proposed."""

    corrections: Annotated[
        list[WantedCorrection], msgspec.Meta(min_length=1, max_length=MOST_CORRECTIONS)
    ]


class Corrected(msgspec.Struct, frozen=True):
    """How many assets were moved, found again, taken back."""

    moved: int
    found_again: int
    taken_back: int


class ResolvedThing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an unknown thing turned out to be: an asset by its tag, or nothing that is kept."""

    tag: str = ""


class _Line(msgspec.Struct):
    id: int
    tag: str
    place_id: int | None
    books_place_id: int | None
    proposed: Correction | None


class _Unknown(msgspec.Struct):
    id: int
    stocktake_id: int
    school_id: int
    state: StocktakeState
    place_id: int | None


LINES = f"""
SELECT t.id, a.tag, t.seen_place AS place_id, a.place AS books_place_id, {PROPOSED} AS proposed
  FROM stocktake_asset t {PROPOSED_JOINS}
 WHERE t.stocktake = $1 AND a.tag = any($2::text[])
 ORDER BY t.id FOR UPDATE OF t
"""
DONE = """
UPDATE stocktake_asset SET corrected_as = $2, corrected_at = $3, corrected_by = $4
 WHERE id = any($1::bigint[])
"""
UNKNOWN = """
SELECT s.id, s.stocktake AS stocktake_id, t.school AS school_id, t.state, s.place AS place_id
  FROM stocktake_scan s JOIN stocktake t ON t.id = s.stocktake
 WHERE s.id = $1 AND s.asset IS NULL AND t.school = any($2::bigint[])
"""
RESOLVE = """
UPDATE stocktake_scan SET resolved_at = $2, resolved_by = $3 WHERE id = $1 AND resolved_at IS NULL
"""


async def correct_books(actor: Actor, stocktake_id: int, given: Corrections) -> Corrected:
    """Do what was proposed, all of it or nothing; each as the event that it would be at its own desk.

    Conflict names what is no longer proposed: somebody has moved it, or it was corrected already.
    """
    found = await find_stocktake(actor, stocktake_id)
    actor.require(found.school_id, EDIT_EQUIPMENT)
    wanted = {tags.clean(one.tag): one.correction for one in given.corrections}
    async with transaction(actor):
        lines = {line.tag: line for line in await fetch(_Line, LINES, stocktake_id, sorted(wanted))}
        _refuse_changed(lines, wanted)
        for correction in Correction:
            chosen = [lines[tag] for tag, one in wanted.items() if one is correction]
            if chosen:
                await _correct(actor, correction, chosen, found.title)
                ids = [line.id for line in chosen]
                await execute(DONE, ids, correction, clock.now(), actor.person_id)
    counts = list(wanted.values())
    return Corrected(*(counts.count(one) for one in Correction))


async def resolve_unknown(actor: Actor, sight_id: int, given: ResolvedThing) -> Stocktake:
    """Say what an unknown thing is, once.

    With a tag the asset counts as seen where the thing was, while the stock-take is open.
    """
    found = await fetch_one(_Unknown, UNKNOWN, sight_id, actor.school_ids)
    if found is None:
        raise NotFound(NO_SIGHT)
    actor.require(found.school_id, EDIT_EQUIPMENT)
    async with transaction(actor):
        if given.tag.strip():
            asset = await assets.get_asset(actor, given.tag)
            if found.state is StocktakeState.open:
                seen = NewScan(uuid4(), asset.tag, found.place_id, is_ticked=True)
                await scan_things(actor, found.stocktake_id, ScanBatch([seen]))
        if not await execute(RESOLVE, found.id, clock.now(), actor.person_id):
            raise Conflict(say("Somebody has resolved this already"), code="resolved")
    return await find_stocktake(actor, found.stocktake_id)


def _refuse_changed(lines: dict[str, _Line], wanted: dict[str, Correction]) -> None:
    errors = []
    for index, (tag, correction) in enumerate(wanted.items()):
        line = lines.get(tag)
        if line is None or line.proposed is not correction:
            errors.append(FieldError("corrections", _changed(tag), "changed", index, tag))
    if len(errors) == 1:
        raise Conflict(errors[0].message, code="changed", field="corrections", errors=tuple(errors))
    if errors:
        many = say("{count} of these have changed meanwhile; look at them again", count=len(errors))
        raise Conflict(many, code="changed", field="corrections", errors=tuple(errors))


def _changed(tag: str) -> Message:
    return say("{tag} has changed meanwhile; look at it again", tag=tag)


async def _correct(actor: Actor, correction: Correction, lines: list[_Line], reason: str) -> None:
    if correction is Correction.taken_back:
        await custody.take_back(actor, [line.tag for line in lines], note=reason)
        lines = [line for line in lines if line.place_id not in (None, line.books_place_id)]
    in_places = sorted(lines, key=lambda line: line.place_id or 0)
    for place_id, some in groupby(in_places, key=lambda line: line.place_id):
        chosen = [line.tag for line in some]
        assert place_id is not None
        if correction is Correction.found_again:
            to = LifecycleState.in_service
            await assets.take_steps(actor, chosen, to, reason=reason, place_id=place_id)
        else:
            await assets.move_assets(actor, chosen, place_id)
