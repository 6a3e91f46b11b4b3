"""The columns of the lists of lots and of their loans, on their pages and in their files."""

from api import urls
from api.inventory.unnamed import unnamed
from api.kit.list_files import list_files
from api.kit.list_tables import Column, ListTable
from core.errors import say
from core.permissions import READ_EQUIPMENT
from inventory import lots
from inventory.lots import Lot, LotFilters, LotLoan, LotLoanFilters
from inventory.lots.reading import LOAN_ORDERS, ORDERS

TABLE = ListTable[Lot](
    "lots",
    [
        Column("title", say("What it is"), lambda row, _: row.title),
        Column("place", say("Place"), lambda row, _: row.place, line="where"),
        Column("on_hand", say("There now"), lambda row, _: row.on_hand, line="state", numeric=True),
        Column("out", say("Handed out"), lambda row, _: row.out, numeric=True),
        Column("school", say("School"), lambda row, _: row.school, names_school=True),
    ],
    ORDERS,
)
FILES = list_files(
    TABLE, LotFilters, lots.list_lots, csv=urls.lots_csv, xlsx=urls.lots_xlsx, read=READ_EQUIPMENT
)


LOANS_TABLE = ListTable[LotLoan](
    "lot-loans",
    [
        Column("title", say("What it is"), lambda row, _: row.title),
        Column(
            "holder",
            say("Holder"),
            lambda row, speech: row.holder or speech.words(unnamed(row.holder_kind)),
            line="where",
        ),
        Column("outstanding", say("Still out"), lambda row, _: row.outstanding, numeric=True),
        Column("quantity", say("Handed out"), lambda row, _: row.quantity, numeric=True),
        Column("lost", say("Lost"), lambda row, _: row.lost, on_page=False, numeric=True),
        Column("broken", say("Broken"), lambda row, _: row.broken, on_page=False, numeric=True),
        Column("place", say("Place"), lambda row, _: row.place),
        Column("school", say("School"), lambda row, _: row.school, names_school=True),
        Column("started_at", say("Since"), lambda row, speech: speech.date_of(row.started_at)),
        Column("due_at", say("Due back on"), lambda row, _: row.due_on, line="state"),
        Column(
            "ended_at",
            say("Ended on"),
            lambda row, speech: speech.date_of(row.ended_at),
            on_page=False,
        ),
        Column("note", say("Note"), lambda row, _: row.note, on_page=False),
    ],
    LOAN_ORDERS,
)
LOANS_FILES = list_files(
    LOANS_TABLE,
    LotLoanFilters,
    lots.list_lot_loans,
    csv=urls.lot_loans_csv,
    xlsx=urls.lot_loans_xlsx,
    read=READ_EQUIPMENT,
)
