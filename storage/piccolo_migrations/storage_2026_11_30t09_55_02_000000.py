"""Pictures that the store no longer gives back."""

from piccolo.columns import BigSerial, Timestamptz, Varchar
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.table_migrations import table_migration

ID = "2026-11-30T09:55:02:000000"
VERSION = "1.38.0"
DESCRIPTION = "damaged pictures"


class DamagedPicture(Table, tablename="damaged_picture"):
    id = BigSerial(primary_key=True)
    object_key = Varchar(length=120)
    damage = Varchar(length=16)
    damaged_at = Timestamptz()
    verified_at = Timestamptz()

    damaged_picture_once = Unique(["object_key"])
    damaged_picture_damage_is_known = Check("damage IN ('missing','unreadable')")


async def forwards():
    return table_migration("storage", ID, DESCRIPTION, [DamagedPicture])
