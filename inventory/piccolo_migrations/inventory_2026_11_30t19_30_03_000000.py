"""Parts at their places, what came and went, reservations of work orders, minimum levels."""

from piccolo.columns import BigSerial, ForeignKey, Integer, Numeric, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.table_migrations import table_migration

ID = "2026-11-30T19:30:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "stock of parts"


class School(Table, tablename="school"):
    id = BigSerial(primary_key=True)


class Person(Table, tablename="person"):
    id = BigSerial(primary_key=True)


class Place(Table, tablename="place"):
    id = BigSerial(primary_key=True)


class AssetModel(Table, tablename="asset_model"):
    id = BigSerial(primary_key=True)


class Asset(Table, tablename="asset"):
    id = BigSerial(primary_key=True)


class Donation(Table, tablename="donation"):
    id = BigSerial(primary_key=True)


class KitMove(Table, tablename="kit_move"):
    id = BigSerial(primary_key=True)


class WorkOrder(Table, tablename="work_order"):
    id = BigSerial(primary_key=True)


class WorkOrderEntry(Table, tablename="work_order_entry"):
    id = BigSerial(primary_key=True)


class StockBalance(Table, tablename="stock_balance"):
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
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    balance = ForeignKey(StockBalance, null=False, on_delete=OnDelete.restrict)
    work_order = ForeignKey(WorkOrder, null=False, index=True, on_delete=OnDelete.restrict)
    quantity = Integer()

    stock_reservation_is_not_negative = Check("quantity >= 0")
    stock_reservation_once = Unique(["balance", "work_order"])


class StockMove(Table, tablename="stock_move"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    balance = ForeignKey(StockBalance, null=False, index=True, on_delete=OnDelete.restrict)
    kind = Varchar(length=12)
    quantity = Integer()
    change = Integer()
    other = ForeignKey(StockBalance, null=True, default=None, on_delete=OnDelete.restrict)
    work_order = ForeignKey(
        WorkOrder, null=True, default=None, index=True, on_delete=OnDelete.restrict
    )
    entry = ForeignKey(
        WorkOrderEntry, null=True, default=None, index=True, on_delete=OnDelete.restrict
    )
    kit_move = ForeignKey(KitMove, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    asset = ForeignKey(Asset, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    donation = ForeignKey(
        Donation, null=True, default=None, index=True, on_delete=OnDelete.restrict
    )
    order_number = Varchar(length=60)
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
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.restrict)
    model = ForeignKey(AssetModel, null=False, index=True, on_delete=OnDelete.restrict)
    place = ForeignKey(Place, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    minimum = Integer()

    stock_minimum_is_of_some = Check("minimum BETWEEN 1 AND 1000000")


class PartCode(Table, tablename="part_code"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    code = Varchar(length=64)
    model = ForeignKey(AssetModel, null=False, index=True, on_delete=OnDelete.restrict)

    part_code_is_given = Check("btrim(code) <> ''")
    part_code_once_a_school = Unique(["school", "code"])


async def forwards():
    return table_migration(
        "inventory",
        ID,
        DESCRIPTION,
        [StockBalance, StockReservation, StockMove, StockMinimum, PartCode],
    )
