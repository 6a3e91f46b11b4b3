"""Bookings over JSON: when a thing is free; booked, changed, cancelled; exams and stock-takes."""

from typing import Annotated

import msgspec
from litestar.types import ControllerRouterHandler

from api.kit.noun_routes import NounRoutes
from core.access import Actor
from core.numbers import Id
from core.paging import DEFAULT_LIMIT, Page
from core.permissions import BOOK_EQUIPMENT, MANAGE_BOOKINGS, READ_EQUIPMENT
from inventory.holds import blocks, bookings, changing, lending, listing, weeks
from inventory.holds.availability import Availability, find_availability
from inventory.holds.listing import Hold, HoldFilters
from inventory.holds.things import Wanted, find_thing
from inventory.holds.times import When, find_periods


class AskedTime(When, frozen=True, kw_only=True):
    """Which thing (a tag, else a place, else a model), when: lessons of a day, of several, or days."""

    tag: str | None = None
    place_id: Id | None = None
    model_id: Id | None = None
    school_id: Id | None = None


async def get_availability(actor: Actor, asked: AskedTime) -> Availability:
    """Whether a thing can be had at a time, and what stands in the way."""
    wanted = Wanted(
        tag=asked.tag,
        place_id=asked.place_id,
        model_id=asked.model_id,
        school_id=asked.school_id,
    )
    thing = await find_thing(actor, wanted.narrowest)
    (found,) = await find_availability(actor, thing, await find_periods(thing.school_id, asked))
    return found


async def list_bookings(
    actor: Actor,
    filters: HoldFilters = listing.NO_FILTERS,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
    sort: str | None = None,
) -> Page[Hold]:
    """The bookings alone."""
    only = msgspec.structs.replace(filters, kind="booking")
    return await listing.list_holds(actor, only, cursor=cursor, limit=limit, sort=sort)


WholeSeries = Annotated[bool, msgspec.Meta(description="Those that follow it weekly as well")]


class Cancel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One booking, or with ``whole_series`` those that follow it week by week as well."""

    whole_series: WholeSeries = False


_bookings = NounRoutes(
    "/bookings", "booking", tags=("bookings",), read=READ_EQUIPMENT, write=BOOK_EQUIPMENT
)
_holds = NounRoutes(
    "/holds", "hold", tags=("bookings",), read=READ_EQUIPMENT, write=MANAGE_BOOKINGS
)
ROUTES: list[ControllerRouterHandler] = [
    _bookings.list(
        list_bookings,
        "Bookings",
        "Those to come, the first that ends first; with view=past those that are over, latest first.",
        orders=listing.ORDERS,
        without=("kind",),
    ),
    _bookings.at(
        "GET /availability",
        get_availability,
        "Whether a thing can be had at a time",
        "Of a model it says how many are free; of an asset or a room what stands in the way.",
        operation="booking_availability",
    ),
    _bookings.at(
        "GET /week",
        weeks.get_week,
        "When a thing can be had, lesson by lesson of a week",
        operation="booking_week",
    ),
    _bookings.at(
        "GET /models",
        lending.list_lent_models,
        "The models that can be booked, and how many are free now",
        operation="booking_models",
    ),
    _bookings.get(changing.get_booking, "A booking"),
    _bookings.create(
        bookings.book,
        "Book an asset, a room, or so many of a model",
        "409 names each date that is taken, and why; nothing is booked then, unless skip_taken.",
    ),
    _bookings.update(changing.change_booking, "Put a booking to another time"),
    _bookings.step(
        "cancel", changing.cancel_booking, "Cancel a booking", body=Cancel, gives=Page[Hold]
    ),
    _bookings.step("no-show", changing.mark_no_show, "Nobody came for it", called="no_show"),
    _holds.list(
        listing.list_holds,
        "All that is taken for a time: bookings, repairs, exams, stock-takes, transfers",
        orders=listing.ORDERS,
    ),
    _holds.create(
        blocks.block,
        "Take a room or assets for an exam, a stock-take or a transfer",
        "All of them or none: 409 names each that is taken.",
        gives=Page[Hold],
    ),
    _holds.step("release", blocks.release, "Call off an exam, a stock-take or a transfer"),
]
