"""Rooms over JSON: who is on, where they sit, and waking them."""

import msgspec
from litestar.types import ControllerRouterHandler

from api.kit.noun_routes import NounRoutes
from core.permissions import EDIT_MONITORING, READ_MONITORING, WAKE_DEVICES
from monitoring.presence import rooms, seating, waking
from monitoring.presence.seating import SeatPlace


class SeatPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where devices of the room stand."""

    seats: list[SeatPlace]


_rooms = NounRoutes("/rooms", "room", tags=("rooms",), read=READ_MONITORING, write=EDIT_MONITORING)
_plans = NounRoutes(
    "/wake-plans", "wake_plan", tags=("rooms",), read=READ_MONITORING, write=EDIT_MONITORING
)
_devices = NounRoutes("/devices", "device", tags=("rooms",), read=WAKE_DEVICES)
ROUTES: list[ControllerRouterHandler] = [
    _rooms.list(
        rooms.list_rooms,
        "Rooms with monitored devices",
        "All of the schools in sight, by name: a school has dozens, so there are no pages.",
    ),
    _rooms.get(
        rooms.get_room,
        "A room's seats",
        "Each device of the room and of its cabinets, with its state.",
    ),
    _rooms.at(
        "PUT /{place_id:int}/seats",
        seating.seat,
        "Set where devices stand",
        "Those that are not named stay where they are.",
        operation="room_seat",
        body=SeatPlan,
    ),
    _rooms.step(
        "wake",
        waking.wake_room,
        "Wake a room's computers",
        "Those that are not on are called; who has started is seen at the next visits.",
        allowed=WAKE_DEVICES,
    ),
    _plans.list(waking.list_plans, "When rooms are woken"),
    _plans.create(
        waking.plan, "Wake a room regularly", "By the school's clock, each day once.", called="add"
    ),
    _plans.delete(waking.delete_plan, "Wake a room regularly no longer", called="remove"),
    _devices.step(
        "wake",
        waking.wake_device,
        "Wake one computer",
        "Conflict where its network card is not known.",
    ),
]
