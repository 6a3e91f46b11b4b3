"""Guests: who borrows without an account and is no class; named until erased.

As little as will do: a name, and how to reach them. Pupils borrow through their class.
"""

from datetime import datetime

import msgspec

from core import clock
from core.access import Actor
from core.database import Refusals, execute, fetch_value, transaction
from core.errors import Conflict, Invalid, say
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import EDIT_EQUIPMENT, READ_BORROWERS
from core.query import Key, Orders, Where, get_row, list_page
from core.rows import update_row
from core.texts import Line, checked_texts
from inventory import tables
from inventory.models import like
from inventory.scope import school_id_of

# After the last thing came back: long enough to ask about a missing cable, and no longer.
ERASED_AFTER_DAYS = 180
NAME = Line(tables.Guest.name, required=say("Give the guest a name"))
CONTACT = Line(tables.Guest.contact)
ERASED = say("The name of this guest is erased")
REFUSALS: Refusals = {
    # It was erased between the look and the change.
    "guest_has_a_name_until_erased": Conflict(ERASED, code="erased"),
    "guest_erased_is_nobody": Conflict(ERASED, code="erased"),
    "guest_once_a_school": Conflict(
        say("A guest of this name and contact is there already"), field="name"
    ),
}
MISSING = say("There is no such guest, or they are not of your school")


class Guest(msgspec.Struct, frozen=True):
    """One guest; ``name`` is empty once erased, ``holding`` is how many loans are open."""

    id: int
    school_id: int
    school: str
    name: str
    contact: str
    added_at: datetime
    erased_at: datetime | None
    holding: int


class NewGuest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A guest as the desk knows them: a name, and an organisation or telephone, which tells two of
    one name apart."""

    name: str
    contact: str = ""


class GuestFilters(msgspec.Struct, frozen=True):
    """Which guests a list shows: those with a name, that contains ``q``."""

    q: str = ""
    school: str | None = None


NO_FILTERS = GuestFilters()
HOLDING = """(SELECT count(*) FROM custody WHERE guest = g.id AND ended_at IS NULL)
       + (SELECT count(*) FROM lot_loan WHERE guest = g.id AND ended_at IS NULL)"""
READ = f"""
SELECT g.id, g.school AS school_id, s.code AS school, g.name, g.contact, g.added_at, g.erased_at,
       {HOLDING} AS holding
  FROM guest g JOIN school s ON s.id = g.school
"""
# Names are one however they are spaced; an index holds the same.
KEY = "lower(regexp_replace({name}, '\\s', '', 'g'))"
ORDERS = Orders(
    "name",
    Key("g.id", int, "id"),
    name=Key("g.name", str, "name"),
    added_at=Key("g.added_at", datetime, "added_at"),
)
ENSURE = """
INSERT INTO guest (school, name, contact, added_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
"""
# Two of one name are told apart by how they are reached.
FIND = f"""
SELECT id FROM guest WHERE school = :school AND erased_at IS NULL AND contact = :contact
   AND {KEY.format(name="name")} = {KEY.format(name=":name")} FOR SHARE
"""
ERASE = """
UPDATE guest g SET name = '', contact = '', erased_at = :now::timestamptz
 WHERE g.erased_at IS NULL
   AND NOT EXISTS (SELECT FROM custody c WHERE c.guest = g.id AND c.ended_at IS NULL)
   AND NOT EXISTS (SELECT FROM lot_loan l WHERE l.guest = g.id AND l.ended_at IS NULL)
"""
LONG_AGO = """
   AND greatest(g.added_at, (SELECT max(c.ended_at) FROM custody c WHERE c.guest = g.id),
                (SELECT max(l.ended_at) FROM lot_loan l WHERE l.guest = g.id))
       < :now::timestamptz - make_interval(days => :days)
"""


def checked(new: NewGuest) -> NewGuest:
    """The same with spaces put straight, else Invalid."""
    return checked_texts(new, {"name": NAME, "contact": CONTACT})


async def list_guests(
    actor: Actor,
    filters: GuestFilters = NO_FILTERS,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
    sort: str | None = None,
) -> Page[Guest]:
    """The guests of the schools whose borrowers the actor may read; no erased ones."""
    where = Where(
        "g.erased_at IS NULL AND g.school = any(:schools)",
        schools=actor.school_ids_with(READ_BORROWERS),
    )
    if filters.school:
        where.add("g.school = :school", school=await school_id_of(actor, filters.school))
    if filters.q.strip():
        where.add("(g.name || ' ' || g.contact) ILIKE :pattern", pattern=like(filters.q))
    return await list_page(Guest, READ, where, ORDERS.chosen(sort), cursor=cursor, limit=limit)


async def get_guest(actor: Actor, guest_id: int) -> Guest:
    """One guest of a school whose borrowers the actor may read, erased or not; else NotFound."""
    return await get_row(
        Guest,
        READ,
        Where(
            "g.id = :id AND g.school = any(:schools::bigint[])",
            id=guest_id,
            schools=actor.school_ids_with(READ_BORROWERS),
        ),
        MISSING,
    )


async def update_guest(actor: Actor, guest_id: int, facts: NewGuest) -> Guest:
    """Put right how a guest is called or reached."""
    guest = await _get_editable(actor, guest_id)
    if guest.erased_at is not None:
        raise Conflict(ERASED, code="erased")
    async with transaction(actor, REFUSALS):
        await update_row(tables.Guest, guest_id, checked(facts))
    return await get_guest(actor, guest_id)


async def erase_guest(actor: Actor, guest_id: int) -> Guest:
    """Erase the name now; refused while the guest has something. A second time changes nothing."""
    guest = await _get_editable(actor, guest_id)
    async with transaction(actor):
        # Whoever hands something to the guest just now holds a lock on this row.
        await execute("SELECT 1 FROM guest WHERE id = $1 FOR UPDATE", guest_id)
        erased = await execute(f"{ERASE} AND g.id = :id", now=clock.now(), id=guest_id)
        if not erased and (await get_guest(actor, guest_id)).holding:
            raise Conflict(
                say("{name} still has something; take it back first", name=guest.name),
                code="holds_something",
            )
    return await get_guest(actor, guest_id)


async def erase_old_guests() -> int:
    """Erase the names of guests who brought everything back long ago; how many."""
    async with transaction():
        return await execute(ERASE + LONG_AGO, now=clock.now(), days=ERASED_AFTER_DAYS)


async def ensure_guest(school_id: int, new: NewGuest) -> int:
    """The guest of that name who is reached so, who may have come before; in the caller's
    transaction."""
    values = {"school": school_id, "name": new.name, "contact": new.contact}
    found: int | None = await fetch_value(FIND, **values)
    if found is None:
        await execute(ENSURE, school_id, new.name, new.contact, clock.now())
        found = await fetch_value(FIND, **values)
    if found is None:
        raise Conflict(say("Somebody changed this guest in the meantime; try again"))
    return found


async def require_known(school_id: int, guest_id: int) -> None:
    """Refuse who is no guest of the school, or is erased; in the caller's transaction."""
    if not await fetch_value(
        "SELECT true FROM guest WHERE id = $1 AND school = $2 AND erased_at IS NULL FOR SHARE",
        guest_id,
        school_id,
    ):
        raise Invalid.of("guest_id", say("Choose a guest of this school"), code="guest")


async def _get_editable(actor: Actor, guest_id: int) -> Guest:
    guest = await get_guest(actor, guest_id)
    actor.require(guest.school_id, EDIT_EQUIPMENT)
    return guest
