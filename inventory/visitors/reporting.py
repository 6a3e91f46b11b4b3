"""A visitor reports a fault: bounded for each thing, each address and each school."""

from datetime import timedelta
from hashlib import blake2b

import msgspec

from core import clock, database
from core.database import fetch_value, refusing, transaction
from core.errors import Conflict, Message, Problem, TooMany, say
from core.rows import insert_row
from core.texts import Line, Text, checked_texts
from core.throttle import place_of
from inventory import tables
from inventory.visitors.things import Thing, get_thing

# A school shares the address of its router.
MOST_OF_AN_ADDRESS = 20
WINDOW = timedelta(hours=1)
MOST_OF_A_THING = 3
MOST_OF_A_SCHOOL = 300
TEXTS = {
    "what": Text(tables.VisitorReport.what, required=say("Say what is wrong")),
    "contact": Line(tables.VisitorReport.contact),
}
FULL = say("Thank you. This has been reported already and waits for a technician.")
REFUSALS: dict[str, Message | Problem] = {
    "visitor_report_slot_of_asset": Conflict(FULL, code="reported_already")
}


class VisitorWords(msgspec.Struct, frozen=True):
    """What a visitor writes; a contact is not asked for, and pupils leave it empty."""

    what: str
    contact: str = ""


async def report_as_visitor(code: str, words: VisitorWords, *, address: str, secret: str) -> Thing:
    """Store a report about the thing of a label; it waits for a technician, and changes nothing.

    Conflict where the school takes none, or enough about the thing wait already; TooMany where too
    many came from the address within an hour, or wait at the school. ``secret`` keys the hash in
    whose place the address itself is not stored.
    """
    thing = await get_thing(code)
    clean = checked_texts(words, TEXTS)
    if not thing.takes_reports:
        raise Conflict(
            say("This school takes no reports here; please tell a teacher"), code="no_reports"
        )
    sender = blake2b(place_of(address).encode(), key=secret.encode()[:64], digest_size=16).digest()
    with refusing(REFUSALS):
        async with transaction():
            # One at a time for a thing's school and for an address, always in this order.
            for name in (f"visitors of school {thing.school_id}", f"visitors from {sender.hex()}"):
                await database.execute(
                    "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", name
                )
            if await _is_told(thing, clean.what):
                return thing
            await _refuse_many(thing, sender)
            await insert_row(
                tables.VisitorReport,
                school_id=thing.school_id,
                asset_id=thing.asset_id,
                slot=await _free_slot(thing.asset_id),
                what=clean.what,
                contact=clean.contact,
                sender=sender,
                reported_at=clock.now(),
            )
    return thing


async def _is_told(thing: Thing, what: str) -> bool:
    """Whether the same words wait already: a form that was sent twice."""
    told: bool = await fetch_value(
        "SELECT EXISTS (SELECT FROM visitor_report WHERE asset = $1 AND what = $2"
        " AND decided_at IS NULL)",
        thing.asset_id,
        what,
    )
    return told


async def _free_slot(asset_id: int) -> int:
    slot: int | None = await fetch_value(
        "SELECT min(n) FROM generate_series(1, $2::int) n WHERE NOT EXISTS"
        " (SELECT FROM visitor_report r WHERE r.asset = $1 AND r.slot = n AND r.decided_at IS NULL)",
        asset_id,
        MOST_OF_A_THING,
    )
    if slot is None:
        raise Conflict(FULL, code="reported_already")
    return slot


async def _refuse_many(thing: Thing, sender: bytes) -> None:
    waiting = await fetch_value(
        "SELECT count(*) FROM visitor_report WHERE school = $1 AND decided_at IS NULL",
        thing.school_id,
    )
    lately = await fetch_value(
        "SELECT count(*) FROM visitor_report WHERE sender = $1 AND reported_at > $2",
        sender,
        clock.now() - WINDOW,
    )
    if lately >= MOST_OF_AN_ADDRESS or waiting >= MOST_OF_A_SCHOOL:
        raise TooMany(
            say("Too many reports came at once. Try again later, or tell a teacher."),
            retry_after_seconds=int(WINDOW.total_seconds()),
        )
