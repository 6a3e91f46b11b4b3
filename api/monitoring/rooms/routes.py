"""Rooms over JSON: who is on, where they sit, and waking them."""

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from api.http.access import allow
from api.kit.numbers import PathId, QueryId
from core.access import Actor
from core.permissions import EDIT_MONITORING, READ_MONITORING, WAKE_DEVICES
from monitoring.presence import rooms, seating, waking
from monitoring.presence.rooms import Room, RoomCounts
from monitoring.presence.seating import SeatPlace
from monitoring.presence.waking import NewWakePlan, WakePlan, Woken


class SeatPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where devices of the room stand."""

    seats: list[SeatPlace]


class RoomRoutes(Controller):
    """/api/v1/rooms"""

    path = "/rooms"
    tags = ("rooms",)

    @get(
        guards=[allow(READ_MONITORING)],
        operation_id="room_list",
        summary="Rooms with monitored devices",
    )
    async def list_rooms(self, actor: NamedDependency[Actor]) -> list[RoomCounts]:
        """All of the schools in sight, by name: a school has dozens, so there are no pages."""
        return await rooms.list_rooms(actor)

    @get(
        "/{place_id:int}",
        guards=[allow(READ_MONITORING)],
        operation_id="room_get",
        summary="A room's seats",
    )
    async def get_room(self, actor: NamedDependency[Actor], place_id: PathId) -> Room:
        """Each device of the room and of its cabinets, with its state."""
        return await rooms.get_room(actor, place_id)

    @put(
        "/{place_id:int}/seats",
        guards=[allow(EDIT_MONITORING)],
        operation_id="room_seat",
        summary="Set where devices stand",
    )
    async def seat(
        self, actor: NamedDependency[Actor], place_id: PathId, data: JSONBody[SeatPlan]
    ) -> Room:
        """Those that are not named stay where they are."""
        return await seating.seat(actor, place_id, data.seats)

    @post(
        "/{place_id:int}/wake",
        guards=[allow(WAKE_DEVICES)],
        operation_id="room_wake",
        summary="Wake a room's computers",
        status_code=200,
    )
    async def wake(self, actor: NamedDependency[Actor], place_id: PathId) -> Woken:
        """Those that are not on are called; who has started is seen at the next visits."""
        return await waking.wake_room(actor, place_id)


class WakePlanRoutes(Controller):
    """/api/v1/wake-plans"""

    path = "/wake-plans"
    tags = ("rooms",)

    @get(
        guards=[allow(READ_MONITORING)],
        operation_id="wake_plan_list",
        summary="When rooms are woken",
    )
    async def list_plans(
        self, actor: NamedDependency[Actor], place_id: QueryId = None
    ) -> list[WakePlan]:
        return await waking.list_plans(actor, place_id=place_id)

    @post(
        guards=[allow(EDIT_MONITORING)],
        operation_id="wake_plan_add",
        summary="Wake a room regularly",
    )
    async def plan(self, actor: NamedDependency[Actor], data: JSONBody[NewWakePlan]) -> WakePlan:
        """By the school's clock, each day once."""
        return await waking.plan(actor, data)

    @delete(
        "/{plan_id:int}",
        guards=[allow(EDIT_MONITORING)],
        operation_id="wake_plan_remove",
        summary="Wake a room regularly no longer",
    )
    async def remove_plan(self, actor: NamedDependency[Actor], plan_id: PathId) -> None:
        await waking.delete_plan(actor, plan_id)


@post(
    "/devices/{device_id:int}/wake",
    guards=[allow(WAKE_DEVICES)],
    operation_id="device_wake",
    summary="Wake one computer",
    tags=["rooms"],
    status_code=200,
)
async def wake_device(actor: NamedDependency[Actor], device_id: PathId) -> Woken:
    """Conflict where its network card is not known."""
    return await waking.wake_device(actor, device_id)
