"""The columns of the list of disposals, on its page and in its files."""

from api import urls
from api.kit.list_files import list_files
from api.kit.list_tables import Column, ListTable
from api.wording.words import word_of
from core.errors import say
from core.permissions import READ_EQUIPMENT
from inventory import disposals
from inventory.disposals import DisposalFilters, DisposalRow
from inventory.disposals.reading import ORDERS

TABLE = ListTable[DisposalRow](
    "disposals",
    [
        Column("number", say("Number"), lambda row, _: row.number),
        Column(
            "end",
            say("End"),
            lambda row, speech: word_of(speech, "disposal_end", row.end),
            line="title",
        ),
        Column("reason", say("Reason"), lambda row, _: row.reason, line="where"),
        Column(
            "state",
            say("State"),
            lambda row, speech: word_of(speech, "disposal_state", row.state),
            line="state",
        ),
        Column("left", say("Things"), lambda row, _: row.left, numeric=True),
        Column("recipient", say("Recipient"), lambda row, _: row.recipient, on_page=False),
        Column(
            "way",
            say("Which way it goes"),
            lambda row, speech: word_of(speech, "disposal_way", row.way) if row.way else "",
            on_page=False,
        ),
        Column(
            "proceeds",
            say("Value received"),
            lambda row, _: row.proceeds,
            on_page=False,
            numeric=True,
        ),
        Column("currency", say("Currency"), lambda row, _: row.currency, on_page=False),
        Column("proposed_by", say("Proposed by"), lambda row, _: row.proposed_by),
        Column("proposed_at", say("Proposed on"), lambda row, _: row.proposed_at),
        Column("decided_by", say("Decided by"), lambda row, _: row.decided_by, on_page=False),
        Column("decided_at", say("Decided on"), lambda row, _: row.decided_at),
        Column("school", say("School"), lambda row, speech: row.school_name(speech.code)),
    ],
    ORDERS,
)
FILES = list_files(
    TABLE,
    DisposalFilters,
    disposals.list_disposals,
    csv=urls.disposals_csv,
    xlsx=urls.disposals_xlsx,
    read=READ_EQUIPMENT,
)
