"""Hand-overs: what went out or came back at one time, with one receipt and one signature."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from core import clock
from core.access import Actor
from core.database import Refusals, fetch, fetch_one, get_one, transaction
from core.errors import Conflict, Forbidden, Invalid, say
from core.permissions import EDIT_EQUIPMENT
from core.rows import insert_row
from core.texts import Line
from inventory import guests, tables
from inventory.assets.shapes import HOLDER, Condition, HolderKind
from inventory.borrowers import HOLDER_JOINS, reads_borrowers, without_borrower
from inventory.signatures import MOST_STROKES, Stroke, as_json, find_drawing_error

SIGNER = Line(tables.CustodySignature.signer, required=say("Write who signs"))
REFUSALS: Refusals = {
    "custody_signature_once_a_hand_over": Conflict(say("This has been signed already")),
    "custody_signature_of_a_known_guest": Conflict(guests.ERASED, code="erased"),
}
MISSING = say("There is no such hand-over, or it is not of your school")


class HandOverKind(StrEnum):
    """Which way the things went."""

    out = "out"
    returned = "in"


class NewSignature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who signs, what was drawn, and the terms that were read; they must be the school's own.

    A stroke is x, y, x, y … on a board of 600 × 200; of several strokes 4,000 points at most.
    """

    signer: Annotated[str, Meta(examples=["王芳"])]
    strokes: Annotated[list[Stroke], Meta(max_length=MOST_STROKES)]
    terms: str = ""


class HandedItem(msgspec.Struct, frozen=True):
    """One thing of a hand-over as its receipt names it; ``condition`` is that of the moment.

    ``is_kit`` where it has a list of parts to be counted by.
    """

    tag: str
    title: str
    serial_number: str | None
    numbers: list[str]
    condition: Condition | None
    holder_kind: HolderKind
    holder_id: int | None
    holder: str | None
    school: str
    due_at: datetime | None
    due_on: date | None
    due_lesson: str | None
    note: str
    missing_parts: str
    is_kit: bool


class SignedItem(msgspec.Struct, frozen=True):
    """One thing as it stood in the list that was signed."""

    tag: str
    title: str
    serial_number: str | None
    numbers: list[str]
    condition: Condition | None
    due_at: datetime | None
    missing_parts: str


class Signature(msgspec.Struct, frozen=True):
    """Who signed for which things under which terms; nothing of it ever changes, but that ``signer``
    and ``strokes`` are empty once the name of a guest who had or brought some of it is erased."""

    signer: str
    terms: str
    items: list[SignedItem]
    strokes: list[list[int]]
    signed_at: datetime
    recorded_by: str


class HandOver(msgspec.Struct, frozen=True):
    """What one person handed out or took back at one time; ``terms`` are the school's of today.

    ``signature`` is empty while nobody has signed, and for readers who may not know the borrower.
    """

    id: int
    kind: HandOverKind
    school_id: int
    school: str
    phone: str
    terms: str
    at: datetime
    by: str
    items: list[HandedItem]
    is_signed: bool
    signature: Signature | None


class _HandOver(msgspec.Struct):
    id: int
    kind: HandOverKind
    school_id: int
    school: str
    phone: str
    terms: str
    at: datetime
    by: str


READ = """
SELECT h.id, h.kind, h.school AS school_id, s.code AS school, s.phone, s.lending_terms AS terms,
       h.at, p.name AS by
  FROM hand_over h JOIN school s ON s.id = h.school JOIN person p ON p.id = h.by
 WHERE h.id = :id AND h.school = any(:schools)
"""
ITEMS = f"""
SELECT a.tag, asset_title(a.name, m.brand, m.name) AS title, a.serial_number,
       coalesce((SELECT array_agg(n.number ORDER BY n.number) FROM asset_number n
                  WHERE n.asset = a.id), '{{}}') AS numbers,
       CASE WHEN h.kind = 'in' THEN c.condition_in ELSE c.condition_out END AS condition,
       {HOLDER}, s.code AS school, c.due_at, (c.due_at AT TIME ZONE s.zone)::date AS due_on,
       c.due_lesson, CASE WHEN h.kind = 'in' THEN c.return_note ELSE c.note END AS note,
       coalesce(CASE WHEN h.kind = 'in' THEN lack.parts END, '') AS missing_parts,
       EXISTS (SELECT FROM kit WHERE kit.asset = a.id) AS is_kit
  FROM hand_over h
  JOIN custody c ON c.hand_out = h.id OR c.hand_in = h.id
  JOIN asset a ON a.id = c.asset
  JOIN asset_model m ON m.id = a.model
  JOIN school s ON s.id = c.school
  {HOLDER_JOINS}
  LEFT JOIN shortage lack ON lack.custody = c.id
 WHERE h.id = :id ORDER BY a.tag
"""
SIGNATURE = """
SELECT g.signer, g.terms, g.items, g.strokes, g.signed_at, p.name AS recorded_by
  FROM custody_signature g JOIN person p ON p.id = g.recorded_by WHERE g.hand_over = :id
"""


async def open_hand_over(actor: Actor, school_id: int, kind: HandOverKind, at: datetime) -> int:
    """The row that what is handed over now belongs to; in the caller's transaction."""
    return await insert_row(
        tables.HandOver, school_id=school_id, kind=kind, at=at, by=handing_person(actor)
    )


def handing_person(actor: Actor) -> int:
    """Who hands over; Forbidden for a program that acts for nobody."""
    if actor.person_id is None:
        raise Forbidden(say("Only a person can hand something over"))
    return actor.person_id


async def get_hand_over(actor: Actor, hand_over_id: int) -> HandOver:
    """One hand-over at a school in the actor's sight with its things, else NotFound."""
    found = await get_one(
        _HandOver, READ, id=hand_over_id, schools=actor.school_ids, missing=MISSING
    )
    items = await fetch(HandedItem, ITEMS, id=found.id)
    signature = await fetch_one(Signature, SIGNATURE, id=found.id)
    knows = reads_borrowers(actor, found.school) or all(
        item.holder_id == actor.person_id and item.holder_kind is HolderKind.person
        for item in items
    )
    return HandOver(
        **msgspec.structs.asdict(found),
        items=[without_borrower(actor, item, note="") for item in items],
        is_signed=signature is not None,
        signature=signature if knows else None,
    )


async def sign(actor: Actor, hand_over_id: int, new: NewSignature) -> HandOver:
    """Store who signed for all things of a hand-over, once; for those who keep the school's things.

    Conflict if it is signed already, if the terms that were read are not the school's any more, or
    if the name of a guest in it is erased.
    """
    found = await get_hand_over(actor, hand_over_id)
    actor.require(found.school_id, EDIT_EQUIPMENT)
    signer = checked_signer(new)
    async with transaction(actor, REFUSALS):
        terms = await _terms_now(actor, hand_over_id)
        if found.kind is HandOverKind.out and " ".join(new.terms.split()) != " ".join(
            terms.split()
        ):
            raise Conflict(
                say("The terms are not those that were read; read them again, then sign"),
                code="terms",
                field="terms",
            )
        await insert_row(
            tables.CustodySignature,
            school_id=found.school_id,
            hand_over=hand_over_id,
            signer=signer,
            terms=terms if found.kind is HandOverKind.out else "",
            items=as_json([_signed(item) for item in found.items]),
            strokes=as_json(new.strokes),
            signed_at=clock.now(),
            recorded_by=actor.person_id,
        )
    return await get_hand_over(actor, hand_over_id)


async def _terms_now(actor: Actor, hand_over_id: int) -> str:
    found = await get_one(
        _HandOver, READ, id=hand_over_id, schools=actor.school_ids, missing=MISSING
    )
    return found.terms


def _signed(item: HandedItem) -> SignedItem:
    return SignedItem(
        item.tag, item.title, item.serial_number, item.numbers, item.condition, item.due_at,
        item.missing_parts,
    )  # fmt: skip


def checked_signer(new: NewSignature) -> str:
    """The signer's name, else Invalid with all that is wrong."""
    signer = SIGNER.tidy(new.signer)
    errors = [error for error in [SIGNER.find_error("signer", signer)] if error]
    if drawing := find_drawing_error(new.strokes):
        errors.append(drawing)
    if errors:
        raise Invalid(errors)
    return signer
