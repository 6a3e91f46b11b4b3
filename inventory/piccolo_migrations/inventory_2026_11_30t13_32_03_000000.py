"""Custody is of exactly one person, place, class or guest."""

from piccolo.columns import BigSerial
from piccolo.constraints import Check
from piccolo.table import Table

from core.table_migrations import table_migration

ID = "2026-11-30T13:32:03:000000"
VERSION = "1.38.0"
DESCRIPTION = "no class as free text in custody; one holder of four kinds"


class Custody(Table, tablename="custody"):
    id = BigSerial(primary_key=True)

    custody_is_of_one_holder = Check(
        "num_nonnulls(holder, holder_place, borrower_group, guest) = 1"
    )


async def forwards():
    manager = table_migration("inventory", ID, DESCRIPTION, additions=[Custody])
    manager.drop_column("Custody", "custody", "holder_group")
    return manager
