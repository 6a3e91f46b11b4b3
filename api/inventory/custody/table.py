"""The columns of who has what, on its page and in its files."""

from api import urls
from api.inventory.unnamed import unnamed
from api.kit.list_files import list_files
from api.kit.list_tables import Column, ListTable
from core.errors import Message, say
from core.permissions import READ_EQUIPMENT
from inventory import custody
from inventory.custody import Custody, CustodyFilters
from inventory.custody.listing import ORDERS


def _state(loan: Custody) -> Message:
    if loan.was_lost:
        return say("Lost")
    if loan.ended_at is not None:
        return say("Came back")
    return say("Overdue") if loan.is_overdue else say("Out")


TABLE = ListTable[Custody](
    "custody",
    [
        Column("tag", say("Tag"), lambda loan, _: loan.tag),
        Column("title", say("What it is"), lambda loan, _: loan.title, line="title"),
        Column(
            "school", say("School"), lambda loan, _: loan.school, on_page=False, names_school=True
        ),
        Column(
            "holder",
            say("Holder"),
            lambda loan, speech: loan.holder or speech.words(unnamed(loan.holder_kind)),
            line="where",
        ),
        Column("started_at", say("Since"), lambda loan, speech: speech.date_of(loan.started_at)),
        Column("due_at", say("Due back on"), lambda loan, _: loan.due_on, line="state"),
        Column(
            "due_lesson", say("After the lesson"), lambda loan, _: loan.due_lesson, on_page=False
        ),
        Column(
            "ended_at",
            say("Came back on"),
            lambda loan, speech: speech.date_of(loan.ended_at),
            line="state",
        ),
        Column(
            "state",
            say("State"),
            lambda loan, speech: speech.words(_state(loan)),
            on_page=False,
        ),
        Column("note", say("Note"), lambda loan, _: loan.note, on_page=False),
    ],
    ORDERS,
)
FILES = list_files(
    TABLE,
    CustodyFilters,
    custody.list_custody,
    csv=urls.custody_csv,
    xlsx=urls.custody_xlsx,
    read=READ_EQUIPMENT,
)
