"""Disposals say which way things went and what came in for them; they have photographs and papers."""

from piccolo.columns import BigSerial, ForeignKey, Numeric, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.table_migrations import table_migration

ID = "2026-12-01T08:10:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "way, proceeds and attachments of disposals"


class Disposal(Table, tablename="disposal"):
    id = BigSerial(primary_key=True)
    way = Varchar(length=12)
    proceeds = Numeric(digits=(12, 2), null=True, default=None)
    currency = Varchar(length=3, default="CNY")

    disposal_way_is_known = Check("way IN ('','recycled','destroyed','given','other')")
    disposal_way_is_of_a_disposal = Check("way = '' OR end_state = 'disposed'")
    disposal_proceeds_are_an_amount = Check("proceeds >= 0")
    disposal_currency_is_known = Check("currency ~ '^[A-Z]{3}$'")


class Attachment(Table, tablename="attachment"):
    disposal = ForeignKey(Disposal, null=True, default=None, on_delete=OnDelete.restrict)

    attachment_slot_of_disposal = Unique(["disposal", "kind", "slot"])


async def forwards():
    return table_migration("inventory", ID, DESCRIPTION, additions=[Disposal, Attachment])
