"""Parts that are used up: how many lie where, what came and went, what repairs have reserved."""

from piccolo.columns import BigSerial, ForeignKey, Integer, Numeric, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.tables import Person, Place, School
from inventory.tables.assets import Asset, AssetModel, Donation
from inventory.tables.kits import KitMove
from inventory.tables.repairs import WorkOrder, WorkOrderEntry


class StockBalance(Table, tablename="stock_balance"):
    """So many of a part at a place: ``on_hand`` is the sum of its moves, ``reserved`` that of its
    reservations, both kept by triggers. After a count fewer may be there than are reserved."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    model = ForeignKey(AssetModel, null=False, index=True, on_delete=OnDelete.restrict)
    place = ForeignKey(Place, null=False, index=True, on_delete=OnDelete.restrict)
    on_hand = Integer(default=0)
    reserved = Integer(default=0)

    stock_balance_on_hand_is_not_negative = Check("on_hand >= 0")
    stock_balance_on_hand_is_bounded = Check("on_hand <= 1000000")
    stock_balance_reserved_is_not_negative = Check("reserved >= 0")
    stock_balance_once_a_model_and_place = Unique(["model", "place"])
    stock_balance_id_school = Unique(["id", "school"])


class StockReservation(Table, tablename="stock_reservation"):
    """So many of a balance that an open work order will need; none once it is closed."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    balance = ForeignKey(StockBalance, null=False, on_delete=OnDelete.restrict)
    work_order = ForeignKey(WorkOrder, null=False, index=True, on_delete=OnDelete.restrict)
    quantity = Integer()

    stock_reservation_is_not_negative = Check("quantity >= 0")
    stock_reservation_once = Unique(["balance", "work_order"])


class StockMove(Table, tablename="stock_move"):
    """Some of a part came to a place or left it: append-only, each of a kind with its effect."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    balance = ForeignKey(StockBalance, null=False, index=True, on_delete=OnDelete.restrict)
    kind = Varchar(length=12)
    quantity = Integer()
    change = Integer()
    # Where they came from or went to, of those moved.
    other = ForeignKey(StockBalance, null=True, default=None, on_delete=OnDelete.restrict)
    work_order = ForeignKey(
        WorkOrder, null=True, default=None, index=True, on_delete=OnDelete.restrict
    )
    entry = ForeignKey(
        WorkOrderEntry, null=True, default=None, index=True, on_delete=OnDelete.restrict
    )
    kit_move = ForeignKey(KitMove, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    # What was taken apart.
    asset = ForeignKey(Asset, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    donation = ForeignKey(
        Donation, null=True, default=None, index=True, on_delete=OnDelete.restrict
    )
    order_number = Varchar(length=60)
    # In yuan, of one.
    unit_cost = Numeric(digits=(12, 2), null=True, default=None)
    at = Timestamptz()
    by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)
    note = Varchar(length=400)

    stock_move_is_of_some = Check("quantity > 0 OR (quantity = 0 AND kind = 'counted')")
    stock_move_changes_as_its_kind_says = Check(
        "(kind IN ('received','returned','dismantled','moved_in') AND change = quantity)"
        " OR (kind IN ('issued','used','moved_out') AND change = -quantity)"
        " OR (kind = 'counted' AND abs(change) = quantity)"
    )
    stock_move_goes_to_another_place = Check(
        "(kind IN ('moved_in','moved_out')) = (other IS NOT NULL)"
    )
    stock_move_is_of_one_thing = Check(
        "(kind = 'dismantled') = (asset IS NOT NULL)"
        " AND (kind = 'received' OR (donation IS NULL AND order_number = ''))"
        " AND (kind IN ('issued','returned') OR work_order IS NULL)"
        " AND (kind = 'issued' OR kit_move IS NULL)"
        " AND num_nonnulls(work_order, kit_move) <= 1"
        " AND (entry IS NULL OR work_order IS NOT NULL)"
    )
    stock_move_unit_cost_is_not_negative = Check("unit_cost >= 0")


class StockMinimum(Table, tablename="stock_minimum"):
    """How many of a part a school wants to have, in all or (with a place) there."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    model = ForeignKey(AssetModel, null=False, index=True, on_delete=OnDelete.restrict)
    place = ForeignKey(Place, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    minimum = Integer()

    stock_minimum_is_of_some = Check("minimum BETWEEN 1 AND 1000000")


class PartCode(Table, tablename="part_code"):
    """What stands in bars on a part's packing, as a school scans it."""

    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    code = Varchar(length=64)
    model = ForeignKey(AssetModel, null=False, index=True, on_delete=OnDelete.restrict)

    part_code_is_given = Check("btrim(code) <> ''")
    part_code_once_a_school = Unique(["school", "code"])
