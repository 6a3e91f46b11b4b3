"""Rooms: how many are on in each, one room from above, its seats, and waking it."""

from datetime import time
from typing import Any

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from api import urls
from api.http.access import allow, in_person
from api.http.types import WebRequest
from api.kit.flash import see_other
from api.kit.forms import Form, as_typed
from api.kit.numbers import PathId
from api.kit.options import school_options
from api.kit.page_handlers import button, posted, shown, to
from api.kit.rendering import render
from api.kit.submission import attempt
from core import places
from core.access import Actor
from core.errors import FieldError, Invalid, Message, say
from core.permissions import EDIT_MONITORING, WAKE_DEVICES
from monitoring.presence import rooms, seating, waking
from monitoring.presence.rooms import Room, SeatState
from monitoring.presence.seating import SeatPlace
from monitoring.presence.waking import NewWakePlan, WakePlan, Woken

USUAL_COLUMNS = 6

SEAT_STATES: dict[SeatState, tuple[Message, str]] = {
    SeatState.on: (say("on"), "ok"),
    SeatState.off: (say("off"), "idle"),
    SeatState.fault: (say("fault"), "bad"),
    SeatState.unknown: (say("not known"), "warn"),
    SeatState.paused: (say("paused"), "idle"),
}
WEEKDAYS: list[tuple[int, Message]] = [
    (1, say("Mon")),
    (2, say("Tue")),
    (3, say("Wed")),
    (4, say("Thu")),
    (5, say("Fri")),
    (6, say("Sat")),
    (7, say("Sun")),
]


class PlanForm(msgspec.Struct, frozen=True):
    """What the form of a plan asks."""

    wake_at: time
    weekdays: list[int] = []


class ColumnsForm(msgspec.Struct, frozen=True):
    """How many computers stand in a row."""

    columns: int


async def _list_page(request: WebRequest, actor: Actor) -> Response[str]:
    return render(
        request,
        "monitoring/rooms/list.html",
        rooms=await rooms.list_rooms(actor),
        schools=dict(await school_options(request, actor)),
    )


async def _plan(actor: Actor, place_id: int, form: PlanForm) -> WakePlan:
    return await waking.plan(actor, NewWakePlan(place_id, form.weekdays, form.wake_at))


async def _seat_in_rows(actor: Actor, place_id: int, form: ColumnsForm) -> Room:
    return await seating.seat_in_rows(actor, place_id, form.columns)


@post(
    urls.remove_wake_plan,
    guards=[allow(EDIT_MONITORING, tokens=False)],
    include_in_schema=False,
)
async def remove_plan(
    request: WebRequest, actor: NamedDependency[Actor], plan_id: PathId
) -> Redirect:
    await waking.delete_plan(actor, plan_id)
    back = urls.local((await request.form()).get("back"), urls.rooms())
    return see_other(back, say("The room is woken no longer at that time."))


@post(urls.room_seats, guards=[allow(EDIT_MONITORING, tokens=False)], include_in_schema=False)
async def set_seats(
    request: WebRequest, actor: NamedDependency[Actor], place_id: PathId
) -> Response[Any]:
    async def seat() -> None:
        seats = await _typed_seats(actor, place_id, await as_typed(request))
        await seating.seat(actor, place_id, seats)

    return await attempt(
        request,
        seat,
        then=lambda _: see_other(urls.room(place_id), say("Saved.")),
        page=lambda form: _seats_page(request, actor, place_id, form),
    )


def _told(woken: Woken) -> Message:
    if not woken.called and not woken.unknown:
        return say("All computers are on already.")
    if woken.unknown:
        return say(
            "{called} computers were called; the network card of these is not known: {tags}",
            called=woken.called,
            tags=", ".join(woken.unknown[:10]),
        )
    return say(
        "{called} computers were called; they show up when they have started.", called=woken.called
    )


async def _room_page(
    request: WebRequest, actor: Actor, place_id: int, form: Form | None = None
) -> Response[str]:
    room = await rooms.get_room(actor, place_id)
    return render(
        request,
        "monitoring/rooms/room.html",
        room=room,
        place=await places.get_place(actor, place_id),
        states=SEAT_STATES,
        counts={state: room.count(state) for state in SeatState},
        plans=await waking.list_plans(actor, place_id=place_id),
        weekdays=WEEKDAYS,
        may_wake=actor.can_at(room.school_id, WAKE_DEVICES),
        may_keep=actor.can_at(room.school_id, EDIT_MONITORING),
        form=form or Form({"wake_at": "07:40", "weekdays": [1, 2, 3, 4, 5]}),
    )


async def _seats_page(
    request: WebRequest, actor: Actor, place_id: int, form: Form | None = None
) -> Response[str]:
    room = await rooms.get_room(actor, place_id)
    actor.require(room.school_id, EDIT_MONITORING)
    columns = max((seat.column or 0 for seat in room.seats), default=0)
    return render(
        request,
        "monitoring/rooms/seats.html",
        room=room,
        form=(form or Form()).with_defaults(columns=columns or USUAL_COLUMNS),
    )


async def _typed_seats(actor: Actor, place_id: int, typed: dict[str, Any]) -> list[SeatPlace]:
    """A row and a column for each device of the room; every number that is none is named."""
    room = await rooms.get_room(actor, place_id)
    found, errors = [], []
    for seat in room.seats:
        given = {
            name: typed.get(f"{name}-{seat.device_id}", "").strip() for name in ("row", "column")
        }
        try:
            numbers = {name: int(text) for name, text in given.items() if text}
            found.append(msgspec.convert({"device_id": seat.device_id, **numbers}, SeatPlace))
        except (ValueError, msgspec.ValidationError):
            wrong = say(
                "{tag}: row and column are numbers of 1 to {most}",
                tag=seat.asset_tag,
                most=seating.MOST_SEATS,
            )
            errors.append(FieldError(f"row-{seat.device_id}", wrong, "number"))
    if errors:
        raise Invalid(errors)
    return found


PAGES: list[ControllerRouterHandler] = [
    shown(urls.rooms, _list_page, in_person),
    shown(urls.room, _room_page, in_person),
    button(
        urls.wake_room,
        waking.wake_room,
        then=lambda woken, place_id: see_other(urls.room(place_id), _told(woken)),
        allowed=WAKE_DEVICES,
    ),
    button(
        urls.wake_device,
        waking.wake_device,
        then=lambda woken, device_id: see_other(urls.device(device_id), _told(woken)),
        allowed=WAKE_DEVICES,
    ),
    posted(
        urls.wake_plans,
        PlanForm,
        _plan,
        then=to(urls.room, say("The room is woken from now on.")),
        page=_room_page,
        allowed=EDIT_MONITORING,
    ),
    remove_plan,
    shown(urls.room_seats, _seats_page, EDIT_MONITORING),
    set_seats,
    posted(
        urls.room_seat_rows,
        ColumnsForm,
        _seat_in_rows,
        then=to(urls.room_seats, say("Seated by name; move who sits elsewhere.")),
        page=_seats_page,
        allowed=EDIT_MONITORING,
    ),
]
