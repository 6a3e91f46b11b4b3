"""A hand-out that begins with a booking: the form filled in from it, and what is said of it."""

import msgspec

from api.http.types import WebRequest
from api.kit.forms import Form, convert_form
from core.access import Actor
from core.errors import NotFound
from core.numbers import Id
from inventory.custody.booked import Meeting
from inventory.holder_search import find_holders
from inventory.holds.listing import Hold, get_hold
from inventory.holds.times import Period, find_lessons, when_of, zone_of


class ForBooking(msgspec.Struct, frozen=True):
    """The booking that the link or the form names."""

    booking_id: Id | None = None


async def begun(request: WebRequest, actor: Actor, form: Form) -> Form:
    """The form with whom the booking is for and until when, where the address names one."""
    booking_id = convert_form(request.query_params, ForBooking).booking_id
    if booking_id is None:
        return form
    held = await get_hold(actor, booking_id)
    if held.ends_at is None:
        return form
    lessons = await find_lessons(held.school_id)
    period = Period(held.starts_at, held.ends_at)
    when, _ = when_of(period, lessons, await zone_of(held.school_id))
    return form.with_values(
        booking_id=held.id,
        # A class that is named is the one that answers for it.
        who=await _class_of(actor, held) or held.person or "",
        due_on=when.last_day or when.day,
        due_period_id=when.last_lesson_id,
    )


async def _class_of(actor: Actor, held: Hold) -> str:
    """The class of the booking as it is called where it is known, else as it was written."""
    found = await find_holders(actor, [held.school_id], held.group) if held.group else []
    return next((one.name for one in found if one.is_exact and one.kind == "group"), held.group)


async def booking_of(actor: Actor, form: Form) -> Hold | None:
    """The booking that the form names, if it is one that may be seen."""
    booking_id = meeting_of(form).booking_id
    try:
        return None if booking_id is None else await get_hold(actor, booking_id)
    except NotFound:
        return None


def meeting_of(form: Form) -> Meeting:
    """The booking that the form names, and whether it overrides others."""
    text = str(form.values.get("booking_id") or "")
    booking_id = int(text) if text.isdecimal() and len(text) < 16 else None
    return Meeting(booking_id, bool(form.values.get("overrides_bookings")))


def is_against_bookings(form: Form) -> bool:
    """Whether the form was refused for a booking, or overrides some already."""
    return meeting_of(form).overrides_bookings or any(
        error.code == "booked" for error in form.errors
    )
