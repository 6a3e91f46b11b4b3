"""The columns of the list of function rooms, on its page and in its files."""

from api import urls
from api.kit.list_files import list_files
from api.kit.list_tables import Column, ListTable
from api.wording.words import word_of
from core.errors import say
from core.permissions import READ_EQUIPMENT
from inventory import rooms
from inventory.rooms import RoomFilters, RoomRow
from inventory.rooms.needs import ORDERS

TABLE = ListTable[RoomRow](
    "function-rooms",
    [
        Column("room", say("Room"), lambda row, _: row.room),
        Column(
            "school",
            say("School"),
            lambda row, speech: row.school_name(speech.code),
            line="where",
        ),
        Column(
            "room_kind",
            say("Kind of room"),
            lambda row, speech: word_of(speech, "room_kind", row.room_kind),
            line="title",
        ),
        Column("standard", say("List that it follows"), lambda row, _: row.standard),
        Column("seats", say("Seats"), lambda row, _: row.seats, numeric=True, on_page=False),
        Column("short_lines", say("Lines not met"), lambda row, _: row.short_lines, numeric=True),
        Column("missing", say("Missing"), lambda row, _: row.missing, numeric=True, line="state"),
        Column("must", say("Of these needed"), lambda row, _: row.must, numeric=True),
        Column("coming", say("On the way"), lambda row, _: row.coming, numeric=True),
    ],
    ORDERS,
)
FILES = list_files(
    TABLE,
    RoomFilters,
    rooms.list_function_rooms,
    csv=urls.function_rooms_csv,
    xlsx=urls.function_rooms_xlsx,
    read=READ_EQUIPMENT,
)
