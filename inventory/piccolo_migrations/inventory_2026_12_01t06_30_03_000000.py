"""Parts of kits by their names, and the photographs that show them."""

from piccolo.columns import BigSerial, ForeignKey, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Unique
from piccolo.table import Table

from core.table_migrations import table_migration

ID = "2026-12-01T06:30:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "parts of kits that have photographs"


class AssetModel(Table, tablename="asset_model"):
    id = BigSerial(primary_key=True)


class KitPart(Table, tablename="kit_part"):
    id = BigSerial(primary_key=True)
    model = ForeignKey(AssetModel, null=False, on_delete=OnDelete.restrict)
    folded = Varchar(length=80)
    part = Varchar(length=80)

    kit_part_once_a_model = Unique(["model", "folded"])


class Attachment(Table, tablename="attachment"):
    kit_part = ForeignKey(KitPart, null=True, default=None, on_delete=OnDelete.restrict)

    attachment_slot_of_kit_part = Unique(["kit_part", "kind", "slot"])


async def forwards():
    return table_migration("inventory", ID, DESCRIPTION, [KitPart], additions=[Attachment])
