"""What a school's books ask for: value, dates, class of an asset, and the numbers a school gave it."""

from piccolo.columns import BigSerial, Date, ForeignKey, Numeric, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from core.table_migrations import table_migration

ID = "2026-11-30T08:10:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "value, dates and class of assets, a school's own numbers"


class School(Table, tablename="school"):
    id = BigSerial(primary_key=True)


class Asset(Table, tablename="asset"):
    id = BigSerial(primary_key=True)
    cost = Numeric(digits=(12, 2), null=True, default=None)
    currency = Varchar(length=3, default="CNY")
    cost_basis = Varchar(length=12, null=True, default=None)
    acquired_on = Date(null=True, default=None)
    warranty_until = Date(null=True, default=None)
    supplier = Varchar(length=120)
    class_code = Varchar(length=16)
    class_edition = Varchar(length=24)

    asset_cost_is_not_negative = Check("cost >= 0")
    asset_cost_basis_is_known = Check("cost_basis IN ('invoice','market','depreciated')")
    asset_cost_has_a_basis = Check("(cost IS NULL) = (cost_basis IS NULL)")
    asset_currency_is_a_code = Check("currency ~ '^[A-Z]{3}$'")
    asset_warranty_ends_after_it_begins = Check("warranty_until >= acquired_on")
    asset_class_has_an_edition = Check("(class_code = '') = (class_edition = '')")
    asset_class_code_is_plain = Check("class_code ~ '^([A-Z]?[0-9]{1,15})?$'")


class AssetNumber(Table, tablename="asset_number"):
    id = BigSerial(primary_key=True)
    asset = ForeignKey(Asset, null=False, index=True, on_delete=OnDelete.restrict)
    school = ForeignKey(School, null=False, on_delete=OnDelete.restrict)
    number = Varchar(length=60)
    folded = Varchar(length=60)

    asset_number_is_given = Check("btrim(number) <> '' AND btrim(folded) <> ''")
    asset_number_once_a_school = Unique(["school", "folded"])


async def forwards():
    return table_migration(
        "inventory", ID, DESCRIPTION, [AssetNumber], additions=[Asset]
    )
