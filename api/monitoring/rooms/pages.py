"""Rooms: how many are on in each, one room from above, its seats, and waking it."""

from datetime import time
from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from api import urls
from api.http.access import allow, in_person
from api.http.types import WebRequest
from api.kit.flash import see_other
from api.kit.forms import Form, as_typed
from api.kit.numbers import PathId
from api.kit.options import school_options
from api.kit.rendering import render
from api.kit.submission import attempt, submit
from core import places
from core.access import Actor
from core.errors import FieldError, Invalid, Message, say
from core.permissions import EDIT_MONITORING, WAKE_DEVICES
from monitoring.presence import rooms, seating, waking
from monitoring.presence.rooms import SeatState
from monitoring.presence.seating import SeatPlace
from monitoring.presence.waking import NewWakePlan, Woken

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


class RoomPages(Controller):
    """/rooms"""

    include_in_schema = False

    @get(urls.rooms, guards=[in_person])
    async def list_rooms(self, request: WebRequest, actor: NamedDependency[Actor]) -> Response[str]:
        return render(
            request,
            "monitoring/rooms/list.html",
            rooms=await rooms.list_rooms(actor),
            schools=dict(await school_options(request, actor)),
        )

    @get(urls.room, guards=[in_person])
    async def show_room(
        self, request: WebRequest, actor: NamedDependency[Actor], place_id: PathId
    ) -> Response[str]:
        return await _room_page(request, actor, place_id)

    @post(urls.wake_room, guards=[allow(WAKE_DEVICES, tokens=False)])
    async def wake(self, actor: NamedDependency[Actor], place_id: PathId) -> Redirect:
        woken = await waking.wake_room(actor, place_id)
        return see_other(urls.room(place_id), _told(woken))

    @post(urls.wake_plans, guards=[allow(EDIT_MONITORING, tokens=False)])
    async def add_plan(
        self, request: WebRequest, actor: NamedDependency[Actor], place_id: PathId
    ) -> Response[Any]:
        return await submit(
            request,
            PlanForm,
            lambda given: waking.plan(actor, NewWakePlan(place_id, given.weekdays, given.wake_at)),
            then=lambda _: see_other(urls.room(place_id), say("The room is woken from now on.")),
            page=lambda form: _room_page(request, actor, place_id, form),
        )

    @post(urls.remove_wake_plan, guards=[allow(EDIT_MONITORING, tokens=False)])
    async def remove_plan(
        self, request: WebRequest, actor: NamedDependency[Actor], plan_id: PathId
    ) -> Redirect:
        await waking.delete_plan(actor, plan_id)
        back = urls.local((await request.form()).get("back"), urls.rooms())
        return see_other(back, say("The room is woken no longer at that time."))

    @get(urls.room_seats, guards=[allow(EDIT_MONITORING, tokens=False)])
    async def show_seats(
        self, request: WebRequest, actor: NamedDependency[Actor], place_id: PathId
    ) -> Response[str]:
        return await _seats_page(request, actor, place_id)

    @post(urls.room_seats, guards=[allow(EDIT_MONITORING, tokens=False)])
    async def set_seats(
        self, request: WebRequest, actor: NamedDependency[Actor], place_id: PathId
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

    @post(urls.room_seat_rows, guards=[allow(EDIT_MONITORING, tokens=False)])
    async def seat_in_rows(
        self, request: WebRequest, actor: NamedDependency[Actor], place_id: PathId
    ) -> Response[Any]:
        return await submit(
            request,
            ColumnsForm,
            lambda form: seating.seat_in_rows(actor, place_id, form.columns),
            then=lambda _: see_other(
                urls.room_seats(place_id), say("Seated by name; move who sits elsewhere.")
            ),
            page=lambda form: _seats_page(request, actor, place_id, form),
        )


@post(
    urls.wake_device,
    guards=[allow(WAKE_DEVICES, tokens=False)],
    include_in_schema=False,
)
async def do_wake_device(actor: NamedDependency[Actor], device_id: PathId) -> Redirect:
    woken = await waking.wake_device(actor, device_id)
    return see_other(urls.device(device_id), _told(woken))


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
