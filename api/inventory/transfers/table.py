"""The columns of the list of transfers, on its page and in its files."""

from api import urls
from api.kit.list_files import list_files
from api.kit.list_tables import Column, ListTable
from api.wording.words import word_of
from core.errors import say
from core.permissions import READ_EQUIPMENT
from inventory import transfers
from inventory.transfers import TransferFilters, TransferRow
from inventory.transfers.reading import ORDERS

TABLE = ListTable[TransferRow](
    "transfers",
    [
        Column("number", say("Number"), lambda row, _: row.number),
        Column("school", say("From"), lambda row, speech: row.sender(speech.code), line="title"),
        Column("to_school", say("To"), lambda row, speech: row.receiver(speech.code), line="where"),
        Column(
            "kind",
            say("Kind"),
            lambda row, speech: word_of(speech, "transfer_kind", row.kind),
        ),
        Column(
            "state",
            say("State"),
            lambda row, speech: word_of(speech, "transfer_state", row.state),
            line="state",
        ),
        Column("lines", say("Things"), lambda row, _: row.lines, numeric=True),
        Column("arrived", say("Arrived"), lambda row, _: row.arrived, numeric=True),
        Column("due_on", say("Due back"), lambda row, _: row.due_on),
        Column("made_at", say("Made on"), lambda row, _: row.made_at),
    ],
    ORDERS,
)
FILES = list_files(
    TABLE,
    TransferFilters,
    transfers.list_transfers,
    csv=urls.transfers_csv,
    xlsx=urls.transfers_xlsx,
    read=READ_EQUIPMENT,
)
