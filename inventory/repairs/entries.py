"""Entries of a work order: what was found, what was done, minutes, cost, pictures."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

import msgspec

from core import clock, database
from core.access import Actor, Role
from core.database import transaction
from core.errors import Conflict, Forbidden, Invalid, Message, say
from core.permissions import COMMENT_WORK_ORDERS, MANAGE_WORK_ORDERS
from core.rows import insert_row
from inventory import tables
from inventory.photos import PHOTOS_PER_FORM
from inventory.repairs.part_uses import MOST_PARTS, PartUse, use_parts
from inventory.repairs.views import CURRENCY, WorkOrder, WorkOrderEntry, get_work_order, stored
from inventory.stock.moving import REFUSALS
from storage.photos import COLUMNS, Photo

MINUTES_MAX = 10_000
PHOTOS_PER_ENTRY = PHOTOS_PER_FORM

_SELECT_ENTRY = """
SELECT e.id, e.work_order AS work_order_id, e.at, e.by AS by_id, e.by_name AS by,
       e.found, e.found_params, e.done, e.minutes, e.cost, e.currency,
       e.sign_off, coalesce(d.name, '') AS decided_by, e.decided_at, e.decision_note,
       array(SELECT p.id FROM work_order_photo p WHERE p.entry = e.id ORDER BY p.id) AS photo_ids,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('title', model_title(m.brand, m.name),
                   'quantity', v.quantity, 'cost', (v.quantity * v.unit_cost)::text)
                   ORDER BY v.id), '[]')
          FROM stock_move v JOIN stock_balance b ON b.id = v.balance
          JOIN asset_model m ON m.id = b.model WHERE v.entry = e.id) AS parts
  FROM work_order_entry e LEFT JOIN person d ON d.id = e.decided_by
"""


class _Written(msgspec.Struct):
    by_id: int | None


class NewEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of the job card; at least one of ``found``, ``done`` and ``parts`` says something.

    ``parts`` are taken from stock with it; what they cost is beside ``cost``."""

    found: Annotated[str, msgspec.Meta(max_length=4000)] = ""
    done: Annotated[str, msgspec.Meta(max_length=4000)] = ""
    minutes: Annotated[int, msgspec.Meta(ge=0, le=MINUTES_MAX)] = 0
    cost: Annotated[Decimal, msgspec.Meta(description="In yuan, two decimals")] = Decimal(0)
    parts: Annotated[list[PartUse], msgspec.Meta(max_length=MOST_PARTS)] = []


def may_work_on(actor: Actor, order: WorkOrder) -> bool:
    """Technicians and admins of the school; a student helper on what was given to them."""
    return order.school_id in actor.school_ids_with(MANAGE_WORK_ORDERS) or (
        order.assignee_id is not None
        and order.assignee_id == actor.person_id
        and order.school_id in actor.school_ids_as(Role.student_helper)
    )


async def create_entry(
    actor: Actor, work_order_id: int, entry: NewEntry, *, photos: Sequence[Photo] = ()
) -> WorkOrderEntry:
    """Write down work on an order that is not closed. ``photos`` are in the store already.

    What a student helper writes waits to be signed off: see :mod:`inventory.repairs.sign_offs`.
    """
    _check(entry)
    async with transaction(actor, REFUSALS):
        order = await get_work_order(actor, work_order_id)
        if not may_work_on(actor, order):
            raise Forbidden(say("Only those who repair it may write what was done"))
        # Shared with other writers, but a closing in progress is waited for.
        closed_at = await database.fetch_value(
            "SELECT closed_at FROM work_order WHERE id = $1 FOR SHARE", work_order_id
        )
        if closed_at is not None:
            raise Conflict(
                say("This work order is closed; add a comment instead"), code="work_order_closed"
            )
        if not entry.parts:
            return await record(actor, work_order_id, order.school_id, entry, photos)
        return await _record_with_parts(actor, work_order_id, order.school_id, entry, photos)


async def _record_with_parts(
    actor: Actor, work_order_id: int, school_id: int, entry: NewEntry, photos: Sequence[Photo]
) -> WorkOrderEntry:
    params = None
    if not (entry.found.strip() or entry.done.strip()):
        words, params = stored(say("Parts from stock"))
        entry = msgspec.structs.replace(entry, found=words)
    made = await record(actor, work_order_id, school_id, entry, photos, params=params)
    await use_parts(actor, work_order_id, school_id, made.id, entry.parts)
    return await _get_entry(made.id)


async def comment(actor: Actor, work_order_id: int, text: Message | str) -> WorkOrderEntry:
    """Say something about an order, closed or not; a worker's Message stays translatable."""
    order = await get_work_order(actor, work_order_id)
    actor.require(order.school_id, COMMENT_WORK_ORDERS)
    words, params = stored(text)
    entry = NewEntry(found=words.strip())
    _check(entry, field="text")
    async with transaction(actor):
        return await record(actor, work_order_id, order.school_id, entry, (), params=params)


async def list_entries(actor: Actor, work_order_id: int) -> list[WorkOrderEntry]:
    """All entries of an order that the actor may read, oldest first."""
    await get_work_order(actor, work_order_id)
    return await find_entries("e.work_order = :work_order", work_order=work_order_id)


async def add_photos(
    actor: Actor, work_order_id: int, entry_id: int, photos: Sequence[Photo]
) -> WorkOrderEntry:
    """Add pictures, in the store already, to one's own entry or to an order one works on."""
    async with transaction(actor):
        order = await get_work_order(actor, work_order_id)
        entry = await database.get_one(
            _Written,
            "SELECT by AS by_id FROM work_order_entry WHERE id = $1 AND work_order = $2"
            " FOR NO KEY UPDATE",
            entry_id,
            work_order_id,
            missing=say("There is no such entry on this work order"),
        )
        if not (may_work_on(actor, order) or entry.by_id == actor.person_id):
            raise Forbidden(say("Only those who repair it may write what was done"))
        present = await database.fetch_value(
            "SELECT count(*) FROM work_order_photo WHERE entry = $1", entry_id
        )
        if present + len(photos) > PHOTOS_PER_ENTRY:
            raise Invalid.of(
                "photos",
                say("An entry may have up to {most} photos", most=PHOTOS_PER_ENTRY),
                code="too_many_photos",
            )
        await _insert_photos(entry_id, order.school_id, photos)
        return await _get_entry(entry_id)


async def record(
    actor: Actor,
    work_order_id: int,
    school_id: int,
    entry: NewEntry,
    photos: Sequence[Photo],
    *,
    params: str | None = None,
) -> WorkOrderEntry:
    """Write the rows in the open transaction; the caller has made sure that the actor may."""
    entry_id = await insert_row(
        tables.WorkOrderEntry,
        work_order_id=work_order_id,
        school_id=school_id,
        at=clock.now(),
        by=actor.person_id,
        by_name=actor.name,
        found=entry.found.strip(),
        found_params=params,
        done=entry.done.strip(),
        minutes=entry.minutes,
        cost=entry.cost,
        currency=CURRENCY,
    )
    await _insert_photos(entry_id, school_id, photos)
    return await _get_entry(entry_id)


async def _insert_photos(entry_id: int, school_id: int, photos: Sequence[Photo]) -> None:
    await database.execute_many(
        f"INSERT INTO work_order_photo (entry, school, {COLUMNS})"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [(entry_id, school_id, *photo.values) for photo in photos],
    )


async def find_entries(condition: str, **values: object) -> list[WorkOrderEntry]:
    """Entries under a condition on e (entry), oldest first; who may read them is the caller's."""
    return await database.fetch(
        WorkOrderEntry, f"{_SELECT_ENTRY} WHERE {condition} ORDER BY e.id", **values
    )


async def _get_entry(entry_id: int) -> WorkOrderEntry:
    [entry] = await find_entries("e.id = :id", id=entry_id)
    return entry


def _check(entry: NewEntry, *, field: str = "done") -> None:
    if not (entry.found.strip() or entry.done.strip() or entry.parts):
        raise Invalid.of(field, say("Say what was found or what was done"), code="empty")
    if not 0 <= entry.minutes <= MINUTES_MAX:
        raise Invalid.of(
            "minutes", say("Minutes must be 0 to {most}", most=MINUTES_MAX), code="range"
        )
    if not (entry.cost.is_finite() and 0 <= entry.cost < 10**10):
        raise Invalid.of("cost", say("The cost must be an amount of yuan, 0 or more"), code="range")
    if entry.cost != round(entry.cost, 2):
        raise Invalid.of("cost", say("The cost may have two decimals at most"), code="decimals")
