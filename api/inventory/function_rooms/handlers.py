"""What answers for function rooms: the lists that api.app takes in."""

from typing import Any

from litestar.types import ControllerRouterHandler

from api import urls
from api.http.types import WebRequest
from api.inventory.function_rooms.pages import CLEAR, FunctionRoomPages
from api.inventory.function_rooms.routes import ROUTES as ROUTES
from api.inventory.function_rooms.standard_pages import RETIRE, StandardPages
from api.inventory.function_rooms.tables import FILES, TABLE
from api.inventory.options import school_codes
from api.kit.noun_pages import NounPages
from core.access import Actor
from core.permissions import EDIT_PLACES, EDIT_ROOM_STANDARDS, READ_EQUIPMENT
from inventory import rooms
from inventory.rooms import RoomRow, StandardRow


async def _sums(_: WebRequest, actor: Actor, __: RoomRow | None) -> dict[str, Any]:
    return {"gaps": await rooms.sum_gaps(actor)}


_rooms = NounPages[RoomRow](
    "function_room",
    "inventory/function_rooms",
    urls.function_rooms,
    read=READ_EQUIPMENT,
    write=EDIT_PLACES,
    schools=school_codes,
    more=_sums,
)
_standards = NounPages[StandardRow](
    "room_standard",
    "inventory/function_rooms/standards",
    urls.room_standards,
    read=READ_EQUIPMENT,
    write=EDIT_ROOM_STANDARDS,
    schools=school_codes,
)
PAGES: list[ControllerRouterHandler] = [
    _rooms.list(rooms.list_function_rooms, TABLE),
    *FILES,
    FunctionRoomPages,
    CLEAR,
    _standards.list(rooms.list_standards),
    StandardPages,
    RETIRE,
]
