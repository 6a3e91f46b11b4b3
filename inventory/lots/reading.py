"""Lots of a school, what became of one, and who has how many."""

from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

import msgspec

from core.access import Actor
from core.database import fetch
from core.errors import say
from core.numbers import Id
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import READ_BORROWERS
from core.query import Key, Order, Orders, Where, count_rows, get_row, in_sight, list_page
from inventory.assets.shapes import DUE, HOLDER, IS_OVERDUE, HolderKind
from inventory.borrowers import HOLDER_JOINS, HOLDER_NAME, IS_OPEN, READABLE, without_borrower
from inventory.groups import GROUP_AND_BEFORE
from inventory.models import AssetKind, like
from inventory.scope import school_id_of

MISSING = say("There is no such lot, or it is not of your school")
MISSING_LOAN = say("There is no such loan, or it is not of your school")


class LotLoanView(StrEnum):
    """Which loans to list: open, only overdue, or ended."""

    out = "out"
    overdue = "overdue"
    ended = "ended"


class Lot(msgspec.Struct, frozen=True):
    """So many of one model at one place: ``on_hand`` there, ``out`` with somebody."""

    id: int
    school_id: int
    school: str
    model_id: int
    kind: AssetKind
    title: str
    place_id: int
    place: str
    on_hand: int
    out: int


class LotFilters(msgspec.Struct, frozen=True):
    """Which lots a list shows; ``there`` leaves out those of which nothing is there now."""

    q: str = ""
    there: bool = False
    school: str | None = None
    place: Id | None = None
    model: Id | None = None


class LotMove(msgspec.Struct, frozen=True):
    """Some came or went: ``on_hand_change`` of the lot, ``out_change`` of what is lent."""

    id: int
    school: str
    kind: str
    quantity: int
    on_hand_change: int
    out_change: int
    at: datetime
    by: str | None
    note: str
    other_id: int | None
    other: str | None
    donation_id: int | None
    holder_kind: HolderKind | None
    holder_id: int | None
    holder: str | None


class LotLoan(msgspec.Struct, frozen=True):
    """Some of a lot with one holder; ``outstanding`` are not back, ``lost`` and ``broken`` never
    will be. ``holder`` is empty for readers who may not know who it is."""

    id: int
    lot_id: int
    school: str
    title: str
    place: str
    quantity: int
    outstanding: int
    lost: int
    broken: int
    holder_kind: HolderKind
    holder_id: int | None
    holder: str | None
    started_at: datetime
    due_at: datetime | None
    due_on: date | None
    due_lesson: str | None
    is_overdue: bool
    handed_by: str
    note: str
    ended_at: datetime | None
    renewals: int


class LotLoanFilters(msgspec.Struct, frozen=True):
    """Which loans a list shows: of a lot, of a person, a class or a guest, or the reader's own."""

    view: LotLoanView = LotLoanView.out
    school: str | None = None
    q: str = ""
    lot: Id | None = None
    holder: Id | None = None
    group: Id | None = None
    guest: Id | None = None
    mine: bool = False


Noted = TypeVar("Noted", LotMove, LotLoan)
NO_FILTERS = LotFilters()
ALL_OUT = LotLoanFilters()
TITLE = "model_title(m.brand, m.name)"
READ = f"""
SELECT l.id, l.school AS school_id, s.code AS school, l.model AS model_id, m.kind,
       {TITLE} AS title, l.place AS place_id, pp.path AS place, l.on_hand,
       (SELECT coalesce(sum(outstanding), 0) FROM lot_loan
         WHERE lot = l.id AND ended_at IS NULL)::bigint AS out
  FROM lot l JOIN school s ON s.id = l.school JOIN asset_model m ON m.id = l.model
  JOIN place_path pp ON pp.place = l.place
"""
ORDERS = Orders(
    "title",
    Key("l.id", int, "id"),
    title=Key(TITLE, str, "title"),
    place=Key("pp.path", str, "place"),
    on_hand=Key("l.on_hand", int, "on_hand"),
)
MOVES = f"""
SELECT v.id, s.code AS school, v.kind, v.quantity, v.on_hand_change, v.out_change, v.at,
       p.name AS by, v.note, v.other AS other_id, pp.path AS other, line.donation AS donation_id,
       {HOLDER}
  FROM lot_move v JOIN school s ON s.id = v.school LEFT JOIN person p ON p.id = v.by
  LEFT JOIN lot other ON other.id = v.other LEFT JOIN place_path pp ON pp.place = other.place
  LEFT JOIN donation_receipt r ON r.id = v.receipt
  LEFT JOIN donation_line line ON line.id = r.donation_line
  LEFT JOIN lot_loan c ON c.id = v.loan {HOLDER_JOINS}
"""
NEWEST_MOVES = Order(Key("v.id", int, "id"), descending=True)
LOST = """(SELECT coalesce(sum(quantity), 0) FROM lot_move
         WHERE loan = c.id AND kind = '{kind}')::bigint AS {kind}"""
LOANS_FROM = f"""lot_loan c JOIN lot l ON l.id = c.lot JOIN school s ON s.id = c.school
  JOIN asset_model m ON m.id = l.model JOIN place_path pp ON pp.place = l.place
  JOIN person handed ON handed.id = c.handed_by {HOLDER_JOINS}"""
LOANS = f"""
SELECT c.id, c.lot AS lot_id, s.code AS school, {TITLE} AS title, pp.path AS place, c.quantity,
       c.outstanding, {LOST.format(kind="lost")}, {LOST.format(kind="broken")}, {HOLDER},
       c.started_at, {DUE}, {IS_OVERDUE} AS is_overdue, handed.name AS handed_by, c.note, c.ended_at,
       (SELECT count(*) FROM lot_loan_renewal r WHERE r.loan = c.id) AS renewals
  FROM {LOANS_FROM}
"""
VIEWS = {
    LotLoanView.out: "c.ended_at IS NULL",
    LotLoanView.overdue: "c.ended_at IS NULL AND c.due_at < now()",
    LotLoanView.ended: "c.ended_at IS NOT NULL",
}
LOAN_ORDERS = Orders(
    "due_at",
    Key("c.id", int, "id"),
    due_at=Key("c.due_at", datetime, "due_at", is_optional=True),
    started_at=Key("c.started_at", datetime, "started_at"),
)


async def list_lots(
    actor: Actor,
    filters: LotFilters = NO_FILTERS,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
    sort: str | None = None,
) -> Page[Lot]:
    """The lots of the actor's schools by what they are, or by ``sort``."""
    where = Where("l.school = any(:schools)", schools=actor.school_ids)
    where.add_given("l.place = :place", place=filters.place)
    where.add_given("l.model = :model", model=filters.model)
    if filters.there:
        where.add("l.on_hand > 0")
    if filters.school:
        where.add("l.school = :school", school=await school_id_of(actor, filters.school))
    if filters.q.strip():
        where.add(f"({TITLE} || ' ' || pp.path) ILIKE :pattern", pattern=like(filters.q))
    return await list_page(Lot, READ, where, ORDERS.chosen(sort), cursor=cursor, limit=limit)


async def get_lot(actor: Actor, lot_id: int) -> Lot:
    """One lot of a school in the actor's sight, else NotFound."""
    return await get_row(Lot, READ, in_sight(actor, "l", lot_id), MISSING)


async def list_lot_moves(
    actor: Actor, lot_id: int, *, cursor: str | None = None, limit: int = DEFAULT_LIMIT
) -> Page[LotMove]:
    """What became of a lot, the newest of its moves first."""
    lot = await get_lot(actor, lot_id)
    where = Where("v.lot = :lot", lot=lot.id)
    return await list_page(
        LotMove,
        MOVES,
        where,
        NEWEST_MOVES,
        cursor=cursor,
        limit=limit,
        readable=lambda rows: _readable(actor, rows),
    )


async def list_lot_loans(
    actor: Actor,
    filters: LotLoanFilters = ALL_OUT,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
    sort: str | None = None,
) -> Page[LotLoan]:
    """Who has how many of what: what is due first comes first."""
    return await list_page(
        LotLoan,
        LOANS,
        await _where(actor, filters),
        LOAN_ORDERS.chosen(sort),
        cursor=cursor,
        limit=limit,
        readable=lambda rows: _readable(actor, rows),
    )


async def count_lot_loans(actor: Actor, filters: LotLoanFilters = ALL_OUT) -> int:
    """How many loans ``list_lot_loans`` has in all its pages."""
    return await count_rows(LOANS_FROM, await _where(actor, filters))


async def count_overdue_lot_loans(actor: Actor) -> int:
    """How many loans of lots in the actor's sight should have been back."""
    where = Where("c.school = any(:schools)", schools=actor.school_ids)
    where.add(VIEWS[LotLoanView.overdue])
    return await count_rows("lot_loan c", where)


async def _where(actor: Actor, filters: LotLoanFilters) -> Where:
    where = Where("c.school = any(:schools)", schools=actor.school_ids)
    where.add(VIEWS[filters.view])
    if filters.school:
        where.add("c.school = :school", school=await school_id_of(actor, filters.school))
    _narrow(actor, where, filters)
    return where


def _narrow(actor: Actor, where: Where, filters: LotLoanFilters) -> None:
    reader = {"readable": actor.school_ids_with(READ_BORROWERS), "me": actor.person_id}
    where.add_given("c.lot = :lot", lot=filters.lot)
    if filters.q.strip():
        where.add(
            f"({TITLE} || ' ' || pp.path || ' '"
            f" || coalesce(CASE WHEN {IS_OPEN} OR {READABLE} THEN {HOLDER_NAME} END, ''))"
            " ILIKE :pattern",
            pattern=like(filters.q),
            **reader,
        )
    if filters.mine:
        where.add("c.holder = :own::bigint", own=actor.person_id)
    if filters.holder is not None:
        where.add(f"c.holder = :holder AND {READABLE}", holder=filters.holder, **reader)
    if filters.guest is not None:
        where.add(f"c.guest = :guest AND {READABLE}", guest=filters.guest, **reader)
    if filters.group is not None:
        where.add(f"c.borrower_group IN ({GROUP_AND_BEFORE})", group=filters.group)


async def get_lot_loan(actor: Actor, loan_id: int) -> LotLoan:
    """One loan at a school in the actor's sight, else NotFound."""
    loan = await get_row(LotLoan, LOANS, in_sight(actor, "c", loan_id), MISSING_LOAN)
    return _readable(actor, [loan])[0]


async def read_lot_loans(actor: Actor, loan_ids: list[int]) -> list[LotLoan]:
    """Several loans in the order of their lots, in one query."""
    rows = await fetch(
        LotLoan, f"{LOANS} WHERE c.id = any($1::bigint[]) ORDER BY c.lot, c.id", loan_ids
    )
    return _readable(actor, rows)


def _readable(actor: Actor, rows: list[Noted]) -> list[Noted]:
    return [without_borrower(actor, row, note="") for row in rows]
