"""Kits: what belongs into a box of a model, what was counted, and what is missing or damaged now."""

from piccolo.columns import BigSerial, Boolean, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.tables import Person, School
from inventory.tables.assets import Asset, AssetModel


class PartsList(Table, tablename="parts_list"):
    """What belongs into a kit of a model, in one revision; of one school, or (none) of all that have
    no list of their own. Append-only: a change is the next revision."""

    id = BigSerial(primary_key=True)
    model = ForeignKey(AssetModel, null=False, index=True, on_delete=OnDelete.restrict)
    school = ForeignKey(School, null=True, default=None, on_delete=OnDelete.restrict)
    revision = Integer()
    note = Varchar(length=400)
    at = Timestamptz()
    by = ForeignKey(Person, null=True, default=None, on_delete=OnDelete.restrict)

    parts_list_revision_counts = Check("revision > 0")


class PartsListLine(Table, tablename="parts_list_line"):
    """So many of one part; a kit cannot be used without a ``critical`` one."""

    id = BigSerial(primary_key=True)
    parts_list = ForeignKey(PartsList, null=False, index=True, on_delete=OnDelete.restrict)
    position = Integer()
    part = Varchar(length=80)
    # Names that differ in case, width or spaces are one part; set by the database.
    folded = Varchar(length=80)
    quantity = Integer()
    is_critical = Boolean(default=False)
    spot = Varchar(length=60)
    substitutes = Varchar(length=200)

    parts_list_line_part_is_given = Check("btrim(part) <> ''")
    parts_list_line_is_of_some = Check("quantity BETWEEN 1 AND 999")
    parts_list_line_once = Unique(["parts_list", "folded"])
    parts_list_line_position_once = Unique(["parts_list", "position"])


class KitPart(Table, tablename="kit_part"):
    """A part of a model's kits by its name, whichever lists and revisions it stands in: what its
    photographs are of. Made by the database with the first list that names it."""

    id = BigSerial(primary_key=True)
    model = ForeignKey(AssetModel, null=False, on_delete=OnDelete.restrict)
    folded = Varchar(length=80)
    part = Varchar(length=80)

    kit_part_once_a_model = Unique(["model", "folded"])


class KitCount(Table, tablename="kit_count"):
    """One count of a kit, by one revision of its list; append-only."""

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
    """A part of which some were missing or damaged; what has no line was complete."""

    id = BigSerial(primary_key=True)
    kit_count = ForeignKey(KitCount, null=False, on_delete=OnDelete.restrict)
    line = ForeignKey(PartsListLine, null=False, on_delete=OnDelete.restrict)
    missing = Integer(default=0)
    damaged = Integer(default=0)

    kit_count_line_says_something = Check("missing >= 0 AND damaged >= 0 AND missing + damaged > 0")
    kit_count_line_once = Unique(["kit_count", "line"])


class KitGap(Table, tablename="kit_gap"):
    """How many of a part a kit lacks, and how many are damaged: the sum of its moves, by trigger."""

    id = BigSerial(primary_key=True)
    asset = ForeignKey(Asset, null=False, on_delete=OnDelete.restrict)
    folded = Varchar(length=80)
    part = Varchar(length=80)
    missing = Integer(default=0)
    damaged = Integer(default=0)

    kit_gap_is_not_negative = Check("missing >= 0 AND damaged >= 0")
    kit_gap_once_a_part = Unique(["asset", "folded"])


class KitMove(Table, tablename="kit_move"):
    """What changed a gap: a count, or parts that came; append-only."""

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
