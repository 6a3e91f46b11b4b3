"""Things are seen: scanned or ticked, by several people at once, however often a sight is sent."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from core import clock
from core.access import Actor
from core.database import (
    Refusals,
    execute,
    execute_many,
    fetch,
    fetch_one,
    fetch_value,
    transaction,
)
from core.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, say
from core.numbers import Id
from core.permissions import COUNT_STOCK, EDIT_EQUIPMENT
from core.texts import Text, refuse
from inventory import photos, tables
from inventory.assets.references import resolve
from inventory.stocktakes.reading import NO_SIGHT, find_stocktake
from inventory.stocktakes.shapes import ScanAnswer, Stocktake
from storage.photos import COLUMNS, Photo

MOST_SCANS = 200
NOTE = Text(tables.StocktakeScan.note)
ENDED = Conflict(
    say("The stock-take has ended; this was not counted any more"), code="stocktake_is_open"
)
REFUSALS: Refusals = {
    "stocktake_is_open": ENDED,
    "stocktake_place_is_of_the_school": Invalid.of(
        "place_id", say("Choose a place of this school"), code="place"
    ),
}


class NewScan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One sight: what a scanner read, in which place, and when by the clock there.

    ``key`` is made once where it was scanned: sent again, it is the same sight. ``is_ticked`` where
    nothing was scanned and somebody says that it is there.
    """

    key: UUID
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=400, examples=["HG-00001"])]
    place_id: Id | None = None
    at: datetime | None = None
    is_ticked: bool = False
    note: str = ""


class ScanBatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Sights of one stock-take, in the order in which they were made."""

    scans: Annotated[list[NewScan], msgspec.Meta(min_length=1, max_length=MOST_SCANS)]


class ScanNote(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be said of something seen."""

    note: str = ""


class ScanHead(msgspec.Struct, frozen=True):
    """Whose sight it is, and in which stock-take."""

    id: int
    stocktake_id: int
    asset_id: int | None
    by: int
    school_id: int


# By asset: two batches with the same things wait for each other, and never both.
INSERT = """
INSERT INTO stocktake_scan (stocktake, key, way, given, asset, place, at, received_at, by, note)
SELECT :stocktake, g.key, CASE WHEN g.is_ticked THEN 'tick' ELSE 'scan' END, g.given, g.asset,
       g.place, least(greatest(coalesce(g.at, :now), t.started_at), :now), :now, :by, g.note
  FROM unnest(:keys::uuid[], :ticked::bool[], :texts::text[], :assets::bigint[], :places::bigint[],
              :times::timestamptz[], :notes::text[]) WITH ORDINALITY
       AS g (key, is_ticked, given, asset, place, at, note, n)
  JOIN stocktake t ON t.id = :stocktake
 ORDER BY g.asset, g.n
    ON CONFLICT (stocktake, key) DO NOTHING
"""
ANSWERS = """
SELECT s.key, s.id AS scan_id, s.given,
       CASE WHEN s.voided_at IS NOT NULL THEN 'voided' WHEN s.asset IS NULL THEN 'unknown'
            WHEN t.scan <> s.id THEN 'again' ELSE t.result END AS outcome,
       CASE WHEN a.school = any(:schools) THEN a.tag END AS tag,
       CASE WHEN a.school = any(:schools) THEN asset_title(a.name, m.brand, m.name) ELSE '' END
           AS title,
       ep.path AS expected_place, sp.path AS seen_place, p.name AS by, f.at,
       EXISTS (SELECT FROM custody c WHERE c.asset = a.id AND c.ended_at IS NULL) AS is_out,
       coalesce(a.lifecycle = 'lost', false) AS is_lost,
       coalesce(a.school <> k.school, false) AS is_of_other_school
  FROM stocktake_scan s JOIN stocktake k ON k.id = s.stocktake
  LEFT JOIN stocktake_asset t ON t.stocktake = s.stocktake AND t.asset = s.asset
  JOIN stocktake_scan f ON f.id = coalesce(t.scan, s.id)
  JOIN person p ON p.id = f.by LEFT JOIN asset a ON a.id = s.asset
  LEFT JOIN asset_model m ON m.id = a.model
  LEFT JOIN place_path ep ON ep.place = t.expected_place
  LEFT JOIN place_path sp ON sp.place = f.place
 WHERE s.stocktake = :stocktake AND s.key = any(:keys::uuid[])
"""
SCAN = """
SELECT s.id, s.stocktake AS stocktake_id, s.asset AS asset_id, s.by, t.school AS school_id
  FROM stocktake_scan s JOIN stocktake t ON t.id = s.stocktake
 WHERE s.id = $1 AND t.school = any($2::bigint[])
"""


async def scan_things(actor: Actor, stocktake_id: int, batch: ScanBatch) -> list[ScanAnswer]:
    """Write down what was seen, each once; the answers in the order of the scans.

    The first sight of a thing counts; later ones are kept and answered with who saw it when. What
    is no asset in the actor's sight is kept as something unknown. Conflict once it has ended.
    """
    found = await find_stocktake(actor, stocktake_id)
    actor.require(found.school_id, COUNT_STOCK)
    if actor.person_id is None:
        raise Forbidden(say("Only a person can count"))
    notes = _checked_notes(batch.scans)
    meant = await resolve(actor, [scan.text for scan in batch.scans])
    async with transaction(actor, REFUSALS):
        await _lock_open(stocktake_id)
        await execute(
            INSERT,
            stocktake=stocktake_id,
            now=clock.now(),
            by=actor.person_id,
            keys=[scan.key for scan in batch.scans],
            ticked=[scan.is_ticked for scan in batch.scans],
            texts=[scan.text.strip() or "?" for scan in batch.scans],
            assets=[one.asset_id for one in meant],
            places=[scan.place_id for scan in batch.scans],
            times=[scan.at for scan in batch.scans],
            notes=notes,
        )
    return await find_answers(actor, stocktake_id, [scan.key for scan in batch.scans])


async def find_answers(actor: Actor, stocktake_id: int, keys: Sequence[UUID]) -> list[ScanAnswer]:
    """What came of the scans with these keys, in their order."""
    rows = await fetch(
        ScanAnswer, ANSWERS, stocktake=stocktake_id, keys=list(keys), schools=actor.school_ids
    )
    by_key = {row.key: row for row in rows}
    return [by_key[key] for key in keys if key in by_key]


async def void_scan(actor: Actor, sight_id: int) -> Stocktake:
    """Take back a sight that was none: one's own, or anybody's for those who keep the equipment.

    The next sight of the thing counts then, else nobody has seen it. Conflict once it has ended.
    """
    scan = await require_counter(actor, sight_id)
    if scan.by != actor.person_id:
        actor.require(scan.school_id, EDIT_EQUIPMENT)
    async with transaction(actor, REFUSALS):
        await _lock_open(scan.stocktake_id)
        await execute(
            "UPDATE stocktake_scan SET voided_at = $2 WHERE id = $1 AND voided_at IS NULL",
            scan.id,
            clock.now(),
        )
    return await find_stocktake(actor, scan.stocktake_id)


async def note_scan(
    actor: Actor, sight_id: int, given: ScanNote, *, pictures: Sequence[Photo] = ()
) -> Stocktake:
    """Write the note of a sight anew, and add pictures to it; Conflict once it has ended."""
    scan = await require_counter(actor, sight_id)
    note = NOTE.checked("note", given.note)
    async with transaction(actor, REFUSALS):
        await _lock_open(scan.stocktake_id)
        await execute("UPDATE stocktake_scan SET note = $2 WHERE id = $1", scan.id, note)
        stored: int = await fetch_value(
            "SELECT count(*) FROM stocktake_photo WHERE scan = $1", scan.id
        )
        if stored + len(pictures) > photos.PHOTOS_PER_FORM:
            raise photos.too_many_photos("photos")
        await execute_many(
            f"INSERT INTO stocktake_photo (scan, {COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6)",
            [(scan.id, *picture.values) for picture in pictures],
        )
    return await find_stocktake(actor, scan.stocktake_id)


async def require_counter(actor: Actor, sight_id: int) -> ScanHead:
    """A sight at a school where the actor may count, else NotFound or Forbidden."""
    found = await fetch_one(ScanHead, SCAN, sight_id, actor.school_ids)
    if found is None:
        raise NotFound(NO_SIGHT)
    actor.require(found.school_id, COUNT_STOCK)
    return found


async def _lock_open(stocktake_id: int) -> None:
    """Whoever ends the stock-take waits for the transaction; Conflict if it has ended."""
    state = await fetch_value("SELECT state FROM stocktake WHERE id = $1 FOR SHARE", stocktake_id)
    if state != "open":
        raise ENDED


def _checked_notes(scans: Sequence[NewScan]) -> list[str]:
    errors = []
    notes = [NOTE.tidy(scan.note) for scan in scans]
    for index, note in enumerate(notes):
        if error := NOTE.find_error("note", note):
            errors.append(FieldError(error.field, error.message, error.code, index))
    refuse(errors)
    return notes
