"""The forms of bookings: a new one, one to be changed or cancelled, an exam or a stock-take."""

from datetime import date
from typing import Any

import msgspec
from litestar import Response
from litestar.datastructures import MultiDict
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from api import urls
from api.http.types import WebRequest
from api.inventory.bookings.pages import calendar_of
from api.inventory.custody.desk import split_tags
from api.inventory.options import lesson_options, place_options
from api.kit.flash import see_other
from api.kit.forms import Form, convert_form
from api.kit.page_handlers import button, posted, shown, to
from api.kit.rendering import language_of, render
from api.kit.repeats import new_key
from api.wording import row_names, words
from core import clock
from core.access import Actor
from core.errors import Message, NotFound, say
from core.numbers import Id
from core.permissions import BOOK_EQUIPMENT, EDIT_EQUIPMENT, MANAGE_BOOKINGS, READ_EQUIPMENT
from core.places import PlaceKind
from inventory import custody
from inventory.holds import blocks, bookings, changing
from inventory.holds.bookings import Booked, BookingEdit, NewBooking
from inventory.holds.listing import Hold, get_hold
from inventory.holds.things import Wanted, find_thing
from inventory.holds.times import Period, find_lessons, when_of, zone_of

CHANGES_SHOWN = 30


class Start(msgspec.Struct, frozen=True):
    """What is wanted, from the lesson that was chosen."""

    tag: str | None = None
    place_id: Id | None = None
    model_id: Id | None = None
    school_id: Id | None = None
    day: date | None = None
    lesson_id: Id | None = None


async def _people(actor: Actor, school_id: int) -> list[tuple[int, str]]:
    """For whom those who keep bookings may book."""
    if not actor.can_at(school_id, EDIT_EQUIPMENT):
        return []
    found = await custody.find_candidates(actor, school_id)
    return [(one.id, one.name) for one in found if one.id != actor.person_id]


async def _new_page(request: WebRequest, actor: Actor, form: Form | None = None) -> Response[Any]:
    if form is None:
        start = convert_form(request.query_params, Start)
        if not (start.tag or start.place_id or start.model_id):
            return Redirect(urls.book(), status_code=303)
        form = Form({**msgspec.structs.asdict(start), "quantity": 1, "key": new_key()})
    wanted = convert_form(MultiDict(_given(form)), Start)
    thing = await find_thing(
        actor,
        Wanted(
            tag=wanted.tag,
            place_id=wanted.place_id,
            model_id=wanted.model_id,
            school_id=wanted.school_id,
        ).narrowest,
    )
    return render(
        request,
        "inventory/bookings/new.html",
        form=form.with_defaults(day=clock.today(await zone_of(thing.school_id))),
        thing=thing,
        calendar=calendar_of(thing),
        lessons=await lesson_options(actor, [thing.school_id]),
        people=await _people(actor, thing.school_id),
        some_taken=any(error.code == "taken" for error in form.errors),
    )


def _given(form: Form) -> dict[str, str]:
    """What names the thing, out of a form as it was typed; days and lessons are its own matter."""
    names = ("tag", "place_id", "model_id", "school_id")
    return {name: str(form.values[name]) for name in names if form.values.get(name)}


def _booked(done: Booked) -> Response[Any]:
    dates, left = len(done.items), len(done.skipped)
    said: Message = say("It is booked on {dates} dates.", dates=dates)
    if left:
        said = say("It is booked on {dates} dates; {left} are left out.", dates=dates, left=left)
    elif dates == 1:
        said = say("It is booked for {when}.", when=done.items[0].starts_at)
    return see_other(urls.booking(done.hold_id), said)


async def booking_page(
    request: WebRequest, actor: Actor, hold_id: int, form: Form | None = None
) -> Response[str]:
    held = await get_hold(actor, hold_id)
    written, hours = await _form_of(held)
    form = (form or Form()).with_defaults(**written)
    may_manage = actor.can_at(held.school_id, MANAGE_BOOKINGS) and held.closed_at is None
    is_booking = held.kind == "booking"
    return render(
        request,
        "inventory/bookings/booking.html",
        held=held,
        form=form.with_version(held.version),
        hours=hours,
        calendar=await _calendar_of(actor, held),
        lessons=await lesson_options(actor, [held.school_id]),
        may_change=changing.may_change(actor, held) and not _is_over(held),
        may_hand_out=may_manage and is_booking and not held.place_id and not _is_over(held),
        may_no_show=may_manage and is_booking and held.starts_at <= clock.now(),
        may_release=may_manage and held.kind in ("exam", "stocktake", "transfer"),
        changes=await row_names.history(language_of(request), "hold", hold_id, limit=CHANGES_SHOWN)
        if may_manage
        else [],
    )


async def _calendar_of(actor: Actor, held: Hold) -> str | None:
    """The week of what is held, unless it has gone to another school since."""
    try:
        return calendar_of(await find_thing(actor, held.wanted))
    except NotFound:
        return None


def _is_over(held: Hold) -> bool:
    return held.closed_at is not None or (held.ends_at is not None and held.ends_at <= clock.now())


async def _form_of(held: Hold) -> tuple[dict[str, object], str]:
    """What stands in the form of a booking, and its hours if they are those of no lesson."""
    if held.ends_at is None:
        return {"version": held.version}, ""
    lessons, zone = await find_lessons(held.school_id), await zone_of(held.school_id)
    when, hours = when_of(Period(held.starts_at, held.ends_at), lessons, zone)
    facts = msgspec.structs.asdict(when)
    if facts["last_lesson_id"] == facts["lesson_id"]:
        facts["last_lesson_id"] = None
    own = {"quantity": held.quantity, "group": held.group, "purpose": held.purpose}
    return {**facts, **own, "version": held.version}, hours


class BlockForm(msgspec.Struct, frozen=True):
    """A block as its form has it: tags typed, pasted or scanned into one field."""

    kind: blocks.BlockKind
    day: date
    tags: str = ""
    place_id: Id | None = None
    last_day: date | None = None
    lesson_id: Id | None = None
    last_lesson_id: Id | None = None
    purpose: str = ""
    displaces: bool = False


class BlockStart(msgspec.Struct, frozen=True):
    """Which room and which day, from the calendar that led here."""

    place_id: Id | None = None
    day: date | None = None


async def _block_page(request: WebRequest, actor: Actor, form: Form | None = None) -> Response[str]:
    if form is None:
        start = convert_form(request.query_params, BlockStart)
        form = Form({**msgspec.structs.asdict(start), "kind": "exam", "key": new_key()})
    kept = actor.school_ids_with(MANAGE_BOOKINGS)
    return render(
        request,
        "inventory/bookings/block.html",
        form=form,
        kinds=words.choices(language_of(request), "hold_kind", "exam", "stocktake", "transfer"),
        rooms=await place_options(actor, school_ids=kept, only=PlaceKind.room),
        lessons=await lesson_options(actor, kept),
    )


async def _block(actor: Actor, form: BlockForm) -> list[Hold]:
    facts = {**msgspec.structs.asdict(form), "tags": split_tags(form.tags)}
    return await blocks.block(actor, blocks.NewBlock(**facts))


class CancelForm(msgspec.Struct, frozen=True):
    """One, or those that follow it as well."""

    whole_series: bool = False


async def _cancel(actor: Actor, hold_id: int, form: CancelForm) -> list[Hold]:
    return await changing.cancel_booking(actor, hold_id, whole_series=form.whole_series)


def _cancelled(gone: list[Hold]) -> Message:
    if len(gone) == 1:
        return say("The booking is cancelled.")
    return say("{count} bookings are cancelled.", count=len(gone))


PAGES: list[ControllerRouterHandler] = [
    shown(urls.new_booking, _new_page, BOOK_EQUIPMENT),
    posted(
        urls.new_booking,
        NewBooking,
        bookings.book,
        then=_booked,
        page=_new_page,
        allowed=BOOK_EQUIPMENT,
        once=Booked,
    ),
    shown(urls.booking, booking_page, READ_EQUIPMENT),
    posted(
        urls.booking,
        BookingEdit,
        changing.change_booking,
        then=lambda held, *_: see_other(urls.booking(held.id), say("Saved.")),
        page=booking_page,
        allowed=BOOK_EQUIPMENT,
    ),
    posted(
        urls.cancel_booking,
        CancelForm,
        _cancel,
        then=lambda gone, *_: see_other(urls.bookings(mine="on"), _cancelled(gone)),
        page=booking_page,
        allowed=BOOK_EQUIPMENT,
    ),
    button(
        urls.no_show,
        changing.mark_no_show,
        then=to(urls.booking, say("Saved.")),
        allowed=MANAGE_BOOKINGS,
    ),
    shown(urls.new_block, _block_page, MANAGE_BOOKINGS),
    posted(
        urls.new_block,
        BlockForm,
        _block,
        then=lambda done, *_: see_other(
            urls.booking(done[0].id),
            say("It is taken for that time.")
            if len(done) == 1
            else say("{count} assets are taken for that time.", count=len(done)),
        ),
        page=_block_page,
        allowed=MANAGE_BOOKINGS,
        once=list[Hold],
    ),
    button(
        urls.release_block,
        blocks.release,
        then=to(urls.booking, say("It is called off.")),
        allowed=MANAGE_BOOKINGS,
    ),
]
