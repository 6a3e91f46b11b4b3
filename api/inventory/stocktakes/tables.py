"""The columns of the list of stock-takes, on its page and in its files."""

from api import urls
from api.kit.list_files import list_files
from api.kit.list_tables import Column, ListTable
from api.wording.words import word_of
from core.errors import say
from core.permissions import READ_EQUIPMENT
from inventory import stocktakes
from inventory.stocktakes import Stocktake, StocktakeFilters
from inventory.stocktakes.reading import ORDERS

TABLE = ListTable[Stocktake](
    "stocktakes",
    [
        Column("title", say("Title"), lambda row, _: row.title),
        Column(
            "state",
            say("State"),
            lambda row, speech: word_of(speech, "stocktake_state", row.state),
            line="state",
        ),
        Column("started_at", say("Started"), lambda row, _: row.started_at, line="where"),
        Column("expected", say("Expected"), lambda row, _: row.expected, numeric=True),
        Column("seen", say("Things seen"), lambda row, _: row.seen, numeric=True),
        Column("missing", say("Not seen"), lambda row, _: row.missing, numeric=True),
        Column("not_counted", say("Not counted"), lambda row, _: row.not_counted, numeric=True),
        Column("wrong_place", say("Wrong place"), lambda row, _: row.wrong_place, numeric=True),
        Column("unexpected", say("Unexpected"), lambda row, _: row.unexpected, numeric=True),
        Column("school", say("School"), lambda row, _: row.school, names_school=True),
    ],
    ORDERS,
)
FILES = list_files(
    TABLE,
    StocktakeFilters,
    stocktakes.list_stocktakes,
    csv=urls.stocktakes_csv,
    xlsx=urls.stocktakes_xlsx,
    read=READ_EQUIPMENT,
)
