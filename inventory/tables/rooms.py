"""Function rooms (功能室): what a room of a kind should hold, which room follows which list, and what
is on its way to one."""

from piccolo.columns import BigSerial, Boolean, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.tables import Place, School
from inventory.tables.assets import AssetModel
from inventory.tables.transfers import Transfer


class RoomStandard(Table, tablename="room_standard"):
    """What a room of a kind should hold, by which document; a school's own copy, which it may change."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    room_kind = Varchar(length=16)
    title = Varchar(length=120)
    source = Varchar(length=200)
    edition = Varchar(length=60)
    # Made up to show how it works, and no rule of anybody.
    is_example = Boolean(default=False)
    # Counts the changes, so that nobody overwrites what he has not seen.
    revision = Integer(default=1)
    retired_at = Timestamptz(null=True, default=None)

    room_standard_kind_is_known = Check(
        "room_kind IN ('computer','physics','chemistry','biology','maker','robotics','library',"
        "'workshop','art','music','other')"
    )
    room_standard_title_is_given = Check("btrim(title) <> ''")
    room_standard_source_is_given = Check("btrim(source) <> ''")
    room_standard_revision_counts = Check("revision > 0")
    room_standard_id_school = Unique(["id", "school"])


class RoomStandardItem(Table, tablename="room_standard_item"):
    """So many of one thing, in a room or for so many seats: of a model, of a class, or of a kind."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    standard = ForeignKey(RoomStandard, null=False, on_delete=OnDelete.cascade)
    position = Integer()
    what = Varchar(length=120)
    kind = Varchar(length=16, null=True, default=None)
    # Indexed in the raw migration, as in other tables.
    model = ForeignKey(AssetModel, null=True, default=None, on_delete=OnDelete.restrict)
    class_code = Varchar(length=16, null=True, default=None)
    quantity = Integer()
    per_seats = Integer(null=True, default=None)
    is_obligatory = Boolean(default=True)
    page = Varchar(length=40)

    room_standard_item_position_once = Unique(["standard", "position"])
    room_standard_item_what_is_given = Check("btrim(what) <> ''")
    room_standard_item_is_of_one = Check("num_nonnulls(kind, model, class_code) = 1")
    room_standard_item_kind_is_known = Check(
        "kind IN ('computer','robot_kit','book','network','printer','projector','ups','part','other')"
    )
    room_standard_item_class_code_is_plain = Check("class_code ~ '^[A-Z]?[0-9]{1,15}$'")
    room_standard_item_is_of_some = Check("quantity BETWEEN 1 AND 9999")
    room_standard_item_per_seats_counts = Check("per_seats BETWEEN 1 AND 999")


class FunctionRoom(Table, tablename="function_room"):
    """A room that follows a list, and the seats in it."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    place = ForeignKey(Place, null=False, on_delete=OnDelete.restrict)
    standard = ForeignKey(RoomStandard, null=False, index=True, on_delete=OnDelete.restrict)
    seats = Integer()

    function_room_once_a_place = Unique(["place"])
    function_room_seats_are_counted = Check("seats BETWEEN 0 AND 999")


class RoomTransfer(Table, tablename="room_transfer"):
    """A transfer that was planned for a room: what of it has not arrived is on its way there."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    place = ForeignKey(Place, null=False, index=True, on_delete=OnDelete.restrict)
    transfer = ForeignKey(Transfer, null=False, on_delete=OnDelete.restrict)

    room_transfer_once = Unique(["transfer"])
