"""Work of student helpers: proposed until a technician or an admin signs it off or sends it back."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated

import msgspec

from core import clock
from core.access import Actor
from core.database import Refusals, execute, fetch, fetch_value, transaction
from core.errors import Conflict, Forbidden, Invalid, Message, NotFound, say
from core.numbers import Id
from core.paging import DEFAULT_LIMIT, MAX_LIMIT, Page
from core.permissions import MANAGE_WORK_ORDERS
from core.query import EVERY_SCHOOL, Key, OfSchool, Order, Where, list_page
from core.texts import Text
from inventory import tables
from inventory.repairs.entries import find_entries
from inventory.repairs.views import CURRENCY, SignOff, WorkOrderEntry, worded

NOTE = Text(tables.WorkOrderEntry.decision_note, required=say("Say what is to be done better"))
OWN_WORK = Conflict(say("Another person signs off what you did yourself"), code="own_work")
REFUSALS: Refusals = {
    "work_order_entry_decided_by_another": OWN_WORK,
    "work_order_entry_is_decided_by_who_may": Forbidden(
        say("A technician or an admin of the school signs this off")
    ),
}


class ProposedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Work of a student helper that waits, with the order and the thing that it is about."""

    id: int
    work_order_id: int
    school_id: int
    asset_tag: str
    asset_model: str
    place: str
    summary: str
    summary_params: dict[str, object] | None
    at: datetime
    by_id: int
    by: str
    found: str
    done: str
    minutes: int
    cost: Decimal
    currency: str = CURRENCY
    photo_ids: list[int]

    @property
    def wording(self) -> Message | str:
        """The summary of the order: a sentence to be translated, or somebody's own words."""
        return worded(self.summary, self.summary_params)


class EntriesToSignOff(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which entries are right as they are."""

    entry_ids: Annotated[list[Id], msgspec.Meta(min_length=1, max_length=MAX_LIMIT)]


class SentBack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the student helper is to do better."""

    note: Annotated[
        str, msgspec.Meta(max_length=400, examples=["Please measure the voltage as well"])
    ]


class _Locked(msgspec.Struct):
    id: int
    work_order_id: int
    school_id: int
    by_id: int | None
    sign_off: SignOff


READ = """
SELECT e.id, e.work_order AS work_order_id, e.school AS school_id, a.tag AS asset_tag,
       model_title(m.brand, m.name) AS asset_model, coalesce(pp.path, '') AS place,
       w.summary, w.summary_params, e.at, e.by AS by_id, e.by_name AS by, e.found, e.done,
       e.minutes, e.cost,
       array(SELECT p.id FROM work_order_photo p WHERE p.entry = e.id ORDER BY p.id) AS photo_ids
  FROM work_order_entry e JOIN work_order w ON w.id = e.work_order
  JOIN asset a ON a.id = w.asset JOIN asset_model m ON m.id = a.model
  LEFT JOIN place_path pp ON pp.place = a.place AND a.school = w.school
"""
OLDEST_FIRST = Order(Key("e.id", int, "id"))
COUNT = """
SELECT count(*) FROM work_order_entry WHERE sign_off = 'proposed' AND school = any($1::bigint[])
"""
LOCK = """
SELECT id, work_order AS work_order_id, school AS school_id, by AS by_id, sign_off
  FROM work_order_entry WHERE id = any($1::bigint[]) AND school = any($2::bigint[]) ORDER BY id FOR NO KEY UPDATE
"""
DECIDE = """
UPDATE work_order_entry SET sign_off = :sign_off, decided_by = :by, decided_at = :at,
       decision_note = :note WHERE id = any(:ids::bigint[])
"""
WHO_DECIDED = """
SELECT p.name FROM work_order_entry e JOIN person p ON p.id = e.decided_by WHERE e.id = $1
"""
SENT_BACK = """
e.id IN (SELECT e.id FROM work_order_entry e JOIN work_order w ON w.id = e.work_order
 WHERE w.assignee = :me AND w.closed_at IS NULL AND e.by = :me AND e.sign_off = 'sent_back'
   AND w.school = any(:schools::bigint[]) AND NOT EXISTS (
       SELECT FROM work_order_entry later
        WHERE later.work_order = w.id AND later.by = :me AND later.id > e.id)
 ORDER BY e.decided_at DESC, e.id LIMIT :most)
"""


async def list_to_sign_off(
    actor: Actor,
    filters: OfSchool = EVERY_SCHOOL,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Page[ProposedEntry]:
    """What student helpers did at the schools whose repairs the actor manages, oldest first."""
    where = Where("e.sign_off = 'proposed'")
    where.add("e.school = any(:schools)", schools=actor.school_ids_with(MANAGE_WORK_ORDERS))
    where.add_given("e.school = :school", school=filters.school_id)
    return await list_page(ProposedEntry, READ, where, OLDEST_FIRST, cursor=cursor, limit=limit)


async def count_to_sign_off(actor: Actor) -> int:
    """How many entries wait for the actor."""
    waiting: int = await fetch_value(COUNT, actor.school_ids_with(MANAGE_WORK_ORDERS))
    return waiting


async def list_sent_back(actor: Actor, *, limit: int) -> list[WorkOrderEntry]:
    """What the actor is to do better: sent back, on an order that is still his, and the last word."""
    if actor.person_id is None:
        return []
    return await find_entries(SENT_BACK, me=actor.person_id, schools=actor.school_ids, most=limit)


async def sign_off(actor: Actor, chosen: EntriesToSignOff) -> list[WorkOrderEntry]:
    """Let the work of student helpers count, all of the chosen entries or none.

    Conflict where one is decided already, or is the actor's own; NotFound where one is not of a
    school of the actor.
    """
    async with transaction(actor, REFUSALS):
        return await _decide(actor, chosen.entry_ids, "signed_off")


async def send_back(
    actor: Actor, work_order_id: int, entry_id: int, sent_back: SentBack
) -> WorkOrderEntry:
    """Let an entry of a student helper not count, and say why; the helper writes another one.

    Conflict where it is decided already, or is the actor's own.
    """
    note = NOTE.checked("note", sent_back.note)
    async with transaction(actor, REFUSALS):
        (entry,) = await _decide(actor, [entry_id], "sent_back", note, work_order_id=work_order_id)
        return entry


async def _decide(
    actor: Actor,
    entry_ids: Sequence[int],
    sign_off: SignOff,
    note: str = "",
    *,
    work_order_id: int | None = None,
) -> list[WorkOrderEntry]:
    if actor.person_id is None:
        raise Forbidden(say("Only a person can decide this"))
    ids = sorted(set(entry_ids))
    if not ids:
        raise Invalid.of("entry_ids", say("Choose at least one"), code="required")
    locked = await fetch(_Locked, LOCK, ids, actor.school_ids)
    if len(locked) < len(ids):
        raise NotFound(say("There is no such entry, or it is not of your school"))
    if work_order_id not in (None, locked[0].work_order_id):
        raise NotFound(say("There is no such entry on this work order"))
    for entry in locked:
        actor.require(entry.school_id, MANAGE_WORK_ORDERS)
        if entry.by_id == actor.person_id:
            raise OWN_WORK
        if entry.sign_off != "proposed":
            raise await _decided(entry)
    await execute(DECIDE, ids=ids, sign_off=sign_off, by=actor.person_id, at=clock.now(), note=note)
    return await find_entries("e.id = any(:ids::bigint[])", ids=ids)


async def _decided(entry: _Locked) -> Conflict:
    if entry.sign_off == "not_needed":
        return Conflict(say("This entry needs no sign-off"), code="not_needed")
    name = await fetch_value(WHO_DECIDED, entry.id)
    return Conflict(say("{name} has decided on this already", name=name), code="decided")
