"""The columns of the lists of parts in stock, on their pages and in their files."""

from api import urls
from api.kit.list_files import list_files
from api.kit.list_tables import Column, ListTable
from core.errors import say
from core.permissions import READ_EQUIPMENT
from inventory import stock
from inventory.stock import (
    PartFilters,
    Purchase,
    PurchaseFilters,
    StockFilters,
    StockItem,
    StockPart,
    buying,
    parts,
    reading,
)

TABLE = ListTable[StockItem](
    "stock",
    [
        Column("title", say("Spare part"), lambda row, _: row.title),
        Column("place", say("Place"), lambda row, _: row.place, line="where"),
        Column("on_hand", say("There now"), lambda row, _: row.on_hand, line="state", numeric=True),
        Column("reserved", say("Reserved"), lambda row, _: row.reserved, numeric=True),
        Column("available", say("Free to take"), lambda row, _: row.available, numeric=True),
        Column("school", say("School"), lambda row, _: row.school, names_school=True),
    ],
    reading.ORDERS,
)
PARTS = ListTable[StockPart](
    "stock-parts",
    [
        Column("title", say("Spare part"), lambda row, _: row.title),
        Column("on_hand", say("There now"), lambda row, _: row.on_hand, numeric=True),
        Column(
            "available",
            say("Free to take"),
            lambda row, _: row.available,
            line="state",
            numeric=True,
        ),
        Column("minimum", say("Minimum"), lambda row, _: row.minimum or None, numeric=True),
        Column("short", say("Too few by"), lambda row, _: row.short or None, numeric=True),
        Column("used_a_month", say("Used a month"), lambda row, _: row.used_a_month, numeric=True),
        Column("empty_on", say("Lasts until"), lambda row, _: row.empty_on, line="where"),
        Column("school", say("School"), lambda row, _: row.school, names_school=True),
    ],
    parts.ORDERS,
)
PURCHASES = ListTable[Purchase](
    "purchases",
    [
        Column("part", say("Spare part"), lambda row, _: row.part),
        Column("buy", say("To buy"), lambda row, _: row.buy, line="state", numeric=True),
        Column("available", say("Free to take"), lambda row, _: row.available, numeric=True),
        Column("minimum", say("Minimum"), lambda row, _: row.minimum or None, numeric=True),
        Column("missing_in_kits", say("Missing in kits"), lambda row, _: row.missing_in_kits or None, numeric=True),
        Column("damaged_in_kits", say("Damaged in kits"), lambda row, _: row.damaged_in_kits or None, numeric=True),
        Column("of_kits", say("Kits"), lambda row, _: row.of_kits, line="where"),
        Column("school", say("School"), lambda row, _: row.school, names_school=True),
    ],
    buying.ORDERS,
)  # fmt: skip
FILES = [
    *list_files(
        TABLE,
        StockFilters,
        stock.list_stock,
        csv=urls.stock_csv,
        xlsx=urls.stock_xlsx,
        read=READ_EQUIPMENT,
    ),
    *list_files(
        PARTS,
        PartFilters,
        stock.list_parts,
        csv=urls.stock_parts_csv,
        xlsx=urls.stock_parts_xlsx,
        read=READ_EQUIPMENT,
    ),
    *list_files(
        PURCHASES,
        PurchaseFilters,
        stock.list_purchases,
        csv=urls.purchases_csv,
        xlsx=urls.purchases_xlsx,
        read=READ_EQUIPMENT,
    ),
]
