"""Parts lists, counts of kits, what is missing of them, and what changed that."""

from piccolo.columns import BigSerial, Boolean, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.table_migrations import table_migration

ID = "2026-11-30T18:20:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "parts lists of models, counts and gaps of kits"


class School(Table, tablename="school"):
    id = BigSerial(primary_key=True)


class Person(Table, tablename="person"):
    id = BigSerial(primary_key=True)


class AssetModel(Table, tablename="asset_model"):
    id = BigSerial(primary_key=True)


class Asset(Table, tablename="asset"):
    id = BigSerial(primary_key=True)


class PartsList(Table, tablename="parts_list"):
    id = BigSerial(primary_key=True)
    model = ForeignKey(AssetModel, null=False, index=True, on_delete=OnDelete.restrict)
    school = ForeignKey(School, null=True, default=None, on_delete=OnDelete.restrict)
    revision = Integer()
    note = Varchar(length=400)
    at = Timestamptz()
    by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)

    parts_list_revision_counts = Check("revision > 0")


class PartsListLine(Table, tablename="parts_list_line"):
    id = BigSerial(primary_key=True)
    parts_list = ForeignKey(PartsList, null=False, index=True, on_delete=OnDelete.restrict)
    position = Integer()
    part = Varchar(length=80)
    folded = Varchar(length=80)
    quantity = Integer()
    is_critical = Boolean(default=False)
    spot = Varchar(length=60)
    substitutes = Varchar(length=200)

    parts_list_line_part_is_given = Check("btrim(part) <> ''")
    parts_list_line_is_of_some = Check("quantity BETWEEN 1 AND 999")
    parts_list_line_once = Unique(["parts_list", "folded"])
    parts_list_line_position_once = Unique(["parts_list", "position"])


class KitCount(Table, tablename="kit_count"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    asset = ForeignKey(Asset, null=False, index=True, on_delete=OnDelete.restrict)
    parts_list = ForeignKey(PartsList, null=False, on_delete=OnDelete.restrict)
    phase = Varchar(length=8)
    at = Timestamptz()
    by = ForeignKey(Person, null=False, on_delete=OnDelete.restrict)
    note = Varchar(length=400)

    kit_count_phase_is_known = Check("phase IN ('out','in','check')")


class KitCountLine(Table, tablename="kit_count_line"):
    id = BigSerial(primary_key=True)
    kit_count = ForeignKey(KitCount, null=False, on_delete=OnDelete.restrict)
    line = ForeignKey(PartsListLine, null=False, on_delete=OnDelete.restrict)
    missing = Integer(default=0)
    damaged = Integer(default=0)

    kit_count_line_says_something = Check("missing >= 0 AND damaged >= 0 AND missing + damaged > 0")
    kit_count_line_once = Unique(["kit_count", "line"])


class KitGap(Table, tablename="kit_gap"):
    id = BigSerial(primary_key=True)
    asset = ForeignKey(Asset, null=False, on_delete=OnDelete.restrict)
    folded = Varchar(length=80)
    part = Varchar(length=80)
    missing = Integer(default=0)
    damaged = Integer(default=0)

    kit_gap_is_not_negative = Check("missing >= 0 AND damaged >= 0")
    kit_gap_once_a_part = Unique(["asset", "folded"])


class KitMove(Table, tablename="kit_move"):
    id = BigSerial(primary_key=True)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    gap = ForeignKey(KitGap, null=False, index=True, on_delete=OnDelete.restrict)
    kind = Varchar(length=12)
    missing_change = Integer(default=0)
    damaged_change = Integer(default=0)
    kit_count = ForeignKey(
        KitCount, null=True, default=None, index=True, on_delete=OnDelete.restrict
    )
    at = Timestamptz()
    by = ForeignKey(Person, null=False, on_delete=OnDelete.restrict)
    note = Varchar(length=400)

    kit_move_id_school = Unique(["id", "school"])
    kit_move_changes_something = Check("missing_change <> 0 OR damaged_change <> 0")
    kit_move_changes_as_its_kind_says = Check(
        "(kind = 'counted') = (kit_count IS NOT NULL)"
        " AND (kind = 'counted'"
        " OR (kind IN ('found','issued','bought') AND missing_change < 0 AND damaged_change = 0)"
        " OR (kind IN ('repaired','replaced') AND missing_change = 0 AND damaged_change < 0))"
    )


async def forwards():
    return table_migration(
        "inventory",
        ID,
        DESCRIPTION,
        [PartsList, PartsListLine, KitCount, KitCountLine, KitGap, KitMove],
    )
