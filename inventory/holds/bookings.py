"""Booking an asset, a room or so many of a model: once or weekly, changed, cancelled, not come for."""

from datetime import datetime
from uuid import uuid4

import msgspec

from core import clock
from core.access import Actor
from core.database import Refusals, fetch_column, fetch_value, transaction
from core.errors import Conflict, FieldError, Forbidden, Message, say
from core.numbers import Id, Version
from core.permissions import BOOK_EQUIPMENT, MANAGE_BOOKINGS
from core.texts import Line, refuse, tidied
from inventory import tables
from inventory.holds.availability import Availability, find_availability
from inventory.holds.listing import Hold, find_holds
from inventory.holds.things import (
    MOST_OF_A_MODEL,
    Thing,
    Wanted,
    find_thing,
    lock_calendars,
)
from inventory.holds.times import Period, When, find_periods

TEXTS = {"group": Line(tables.Hold.group_name), "purpose": Line(tables.Hold.purpose)}


class BookingFacts(When, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """When, how many of a model, with which class, what for."""

    quantity: int = 1
    group: str = ""
    purpose: str = ""


class BookingEdit(BookingFacts, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A booking written anew; ``version`` is the one that was read.

    ``keeps_hours``: without a lesson its times of day stay, in place of the whole days.
    """

    keeps_hours: bool = False
    version: Version | None = None


class NewBooking(BookingFacts, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What, when, for whom: for oneself, or by those who keep bookings for another ``person_id``.

    ``weekly``: again on each day of the term with the lessons of that weekday. ``skip_taken``: of a weekly booking the dates that are taken are left out.
    """

    tag: str | None = None
    place_id: Id | None = None
    model_id: Id | None = None
    school_id: Id | None = None
    person_id: Id | None = None
    weekly: bool = False
    skip_taken: bool = False

    @property
    def wanted(self) -> Wanted:
        return Wanted(
            tag=self.tag,
            place_id=self.place_id,
            model_id=self.model_id,
            school_id=self.school_id,
        )


class Booked(msgspec.Struct, frozen=True):
    """The bookings that were made, and the dates that were left out."""

    items: list[Hold]
    skipped: list[Availability]

    @property
    def hold_id(self) -> int:
        """The first of them, by which an answer says where it can be read."""
        return self.items[0].id


# Whoever wrote without the lock is refused by the database.
REFUSALS: Refusals = {
    "hold_asset_never_twice": say("It has just been booked by somebody else"),
    "hold_place_never_twice": say("It has just been booked by somebody else"),
    "hold_of_what_is_free": say("It is not free at that time"),
    "hold_of_what_there_is": say("So many are not free at that time"),
    "hold_is_where_the_asset_is": say("It is of another school by now"),
    "hold_is_closed": say("This booking is closed; nothing changes it any more"),
    "hold_ends_with_its_transfer": say(
        "This belongs to a transfer to another school; it ends with that"
    ),
}
# The refusals that say that it is taken.
TAKEN = (
    "hold_asset_never_twice", "hold_place_never_twice", "hold_of_what_is_free",
    "hold_of_what_there_is",
)  # fmt: skip
INSERT = """
INSERT INTO hold (school, kind, asset, place, model, quantity, starts_at, ends_at, person,
                  group_name, purpose, series, made_by, made_at, version)
SELECT :school, 'booking', :asset, :place, :model, :quantity, p.starts_at, p.ends_at, :person,
       :group, :purpose, :series, :by, :now, 1
  FROM unnest(:starts::timestamptz[], :ends::timestamptz[]) p (starts_at, ends_at)
RETURNING id
"""


async def book(actor: Actor, new: NewBooking) -> Booked:
    """Book a thing for each of the dates meant; all of them or none, unless ``skip_taken``.

    Conflict names each date that is taken, and by whom or what. Of two who book the last one at
    the same moment the database lets one through.
    """
    try:
        async with transaction(actor, REFUSALS):
            thing = await find_thing(actor, new.wanted)
            actor.require(thing.school_id, BOOK_EQUIPMENT)
            clean, person_id = await _checked(actor, new, thing)
            periods = await find_periods(thing.school_id, new, weekly=new.weekly, zone=thing.zone)
            taken = await _taken(actor, thing, new, periods) if new.weekly else []
            free = [one for one in periods if (one.starts_at, one.ends_at) not in _spans(taken)]
            ids = await _insert(actor, thing, clean, person_id, free)
            return Booked(await find_holds(actor, ids), taken)
    except Conflict as refused:
        if refused.code not in TAKEN:
            raise
        # A single date is judged as it is written; only a refusal asks what stands in its way.
        found = await find_availability(actor, thing, periods)
        if found[0].free >= new.quantity:
            raise
        raise refused_dates(found, new.quantity) from refused


async def _taken(
    actor: Actor, thing: Thing, new: NewBooking, periods: list[Period]
) -> list[Availability]:
    """The dates of a weekly booking that are taken, if they may be left out; else the refusal."""
    await lock_calendars([thing])
    found = await find_availability(actor, thing, periods)
    taken = [one for one in found if one.free < new.quantity]
    if taken and not (new.skip_taken and len(taken) < len(periods)):
        raise refused_dates(found, new.quantity, weekly=True)
    return taken


def _spans(found: list[Availability]) -> set[tuple[datetime, datetime]]:
    return {(one.starts_at, one.ends_at) for one in found}


async def _checked(actor: Actor, new: NewBooking, thing: Thing) -> tuple[NewBooking, int]:
    clean, errors = tidied(new, TEXTS)
    errors += await wrong_quantity(new.quantity, thing)
    if not thing.is_lent:
        errors.append(FieldError("tag", say("The school does not lend things of this model")))
    person_id = new.person_id or actor.person_id
    if person_id is None:
        raise Forbidden(say("Only a person can book something"))
    if person_id != actor.person_id:
        actor.require(thing.school_id, MANAGE_BOOKINGS)
        errors += await _wrong_person(person_id, thing.school_id)
    refuse(errors)
    return clean, person_id


async def wrong_quantity(quantity: int, thing: Thing) -> list[FieldError]:
    """What is wrong with how many are asked for: more than one is for models."""
    is_of_model = thing.asset_id is None and thing.place_id is None
    most = MOST_OF_A_MODEL if is_of_model else 1
    if 1 <= quantity <= most:
        return []
    return [FieldError("quantity", say("Choose 1 to {most}", most=most), "quantity")]


async def _wrong_person(person_id: int, school_id: int) -> list[FieldError]:
    if await fetch_value(
        "SELECT EXISTS (SELECT FROM valid_membership m JOIN person p ON p.id = m.person"
        " WHERE m.person = $1 AND m.school = $2 AND p.closed_at IS NULL)",
        person_id,
        school_id,
    ):
        return []
    return [FieldError("person_id", say("Choose a person of this school"), "person")]


def why_taken(one: Availability, quantity: int) -> Message:
    """Why it cannot be booked then."""
    if one.obstacles:
        return one.obstacles[0].sentence
    if one.total < quantity:
        return say("the school has {total} of it in service", total=one.total)
    return say("{free} of {total} are free", free=one.free, total=one.total)


def refused_dates(found: list[Availability], quantity: int, *, weekly: bool = False) -> Conflict:
    """The refusal that names each date that is taken, and why.

    It is beside how many are asked for where fewer would do, else beside the day.
    """
    errors = tuple(
        FieldError(
            "quantity" if one.free > 0 else "day",
            say("{when}: {why}", when=one.starts_at, why=why_taken(one, quantity)),
            "taken",
            index if weekly else None,
        )
        for index, one in enumerate(found)
        if one.free < quantity
    )
    message = errors[0].message
    if len(errors) > 1:
        message = say(
            "{count} of {total} dates are taken; nothing was booked",
            count=len(errors),
            total=len(found),
        )
    return Conflict(message, code="taken", field=errors[0].field, errors=errors)


async def _insert(
    actor: Actor, thing: Thing, new: NewBooking, person_id: int, periods: list[Period]
) -> list[int]:
    is_of_model = thing.asset_id is None and thing.place_id is None
    return await fetch_column(
        int,
        INSERT,
        school=thing.school_id,
        asset=thing.asset_id,
        place=thing.place_id,
        model=thing.model_id if is_of_model else None,
        quantity=new.quantity,
        starts=[one.starts_at for one in periods],
        ends=[one.ends_at for one in periods],
        person=person_id,
        group=new.group,
        purpose=new.purpose,
        series=uuid4() if new.weekly else None,
        by=actor.person_id,
        now=clock.now(),
    )
