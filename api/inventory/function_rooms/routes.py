"""Function rooms over JSON: lists, rooms with their gaps, what is spare, and the plan."""

from litestar.types import ControllerRouterHandler

from api.kit.forms import LONG_FORM_BYTES
from api.kit.noun_routes import NounRoutes
from core.paging import Page
from core.permissions import EDIT_EQUIPMENT, EDIT_PLACES, EDIT_ROOM_STANDARDS, READ_EQUIPMENT
from inventory import rooms
from inventory.rooms import GapSum, needs, standards
from monitoring.usage.room_candidates import SpareThing, find_room_candidates

_rooms = NounRoutes(
    "/function-rooms",
    "function_room",
    tags=("function rooms",),
    read=READ_EQUIPMENT,
    write=EDIT_PLACES,
)
_standards = NounRoutes(
    "/room-standards",
    "room_standard",
    tags=("function rooms",),
    read=READ_EQUIPMENT,
    write=EDIT_ROOM_STANDARDS,
)
ROUTES: list[ControllerRouterHandler] = [
    _rooms.list(
        rooms.list_function_rooms,
        "Rooms that follow a list, and how much each lacks",
        orders=needs.ORDERS,
    ),
    _rooms.get(
        rooms.get_function_room,
        "What a room should hold, holds and lacks",
        "A thing counts for one line: that of its model, else of the longest class code that its own"
        " begins with, else of its kind.",
    ),
    _rooms.update(
        rooms.set_function_room,
        "Let a room follow a list",
        called="set",
    ),
    _rooms.delete(rooms.clear_function_room, "Let a room follow no list", called="clear"),
    _rooms.at(
        "GET /{place_id:int}/candidates",
        find_room_candidates,
        "What is spare and would close a gap",
        "Of the room's school first, then of others whose equipment you keep.",
        operation="function_room_candidates",
        gives=Page[SpareThing],
        allowed=EDIT_EQUIPMENT,
    ),
    _rooms.step(
        "plan",
        rooms.plan_room,
        "Bring things into a room",
        "All of them or none: what is of the room's school moves, of each other school there is a draft"
        " of a transfer. 409 names each that is handed out, in repair, booked or on its way.",
        called="plan",
        allowed=EDIT_EQUIPMENT,
        most_bytes=LONG_FORM_BYTES,
    ),
    _rooms.at(
        "GET /gaps",
        rooms.sum_gaps,
        "What is missing in all rooms together",
        operation="function_room_gaps",
        gives=Page[GapSum],
    ),
    _standards.list(
        rooms.list_standards, "Lists of what a room should hold", orders=standards.ORDERS
    ),
    _standards.create(
        rooms.create_standard, "Write a list for a school", most_bytes=LONG_FORM_BYTES
    ),
    _standards.get(rooms.get_standard, "A list with its lines"),
    _standards.update(
        rooms.update_standard,
        "Write a list anew",
        "409 if it has been changed since `revision` was read.",
        most_bytes=LONG_FORM_BYTES,
    ),
    _standards.step(
        "retirement",
        rooms.retire_standard,
        "Take a list out of use",
        called="retire",
    ),
]
