"""Who has what, as a file: its columns, and the addresses that answer with it."""

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.response import Stream

from api import urls
from api.http.access import allow
from api.http.types import WebRequest
from api.kit.list_files import Column, ListFile, NextPage, answer_csv, answer_xlsx
from api.kit.lists import read_list
from api.wording.language import SCHOOL_ZONE
from core.access import Actor
from core.errors import Message, say
from core.paging import MAX_LIMIT
from core.permissions import READ_EQUIPMENT
from inventory import custody
from inventory.custody import Custody, CustodyFilters

FILE = ListFile[Custody](
    "custody",
    [
        Column(say("Tag"), lambda loan, _: loan.tag),
        Column(say("What it is"), lambda loan, _: loan.title),
        Column(say("School"), lambda loan, _: loan.school),
        Column(say("Holder"), lambda loan, speech: loan.holder or speech.words(say("It is out"))),
        Column(say("Since"), lambda loan, _: loan.started_at.astimezone(SCHOOL_ZONE).date()),
        Column(say("Due back on"), lambda loan, _: loan.due_on),
        Column(
            say("Came back"),
            lambda loan, _: loan.ended_at and loan.ended_at.astimezone(SCHOOL_ZONE).date(),
        ),
        Column(say("State"), lambda loan, speech: speech.words(_state(loan))),
        Column(say("Note"), lambda loan, _: loan.note),
    ],
)


def _state(loan: Custody) -> Message:
    if loan.was_lost:
        return say("Lost")
    if loan.ended_at is not None:
        return say("Came back")
    return say("Overdue") if loan.is_overdue else say("Out")


class CustodyFiles(Controller):
    """/custody.csv and /custody.xlsx"""

    include_in_schema = False

    @get(urls.custody_csv, guards=[allow(READ_EQUIPMENT)])
    async def download_csv(self, request: WebRequest, actor: NamedDependency[Actor]) -> Stream:
        return await answer_csv(request, FILE, _asked(request, actor))

    @get(urls.custody_xlsx, guards=[allow(READ_EQUIPMENT)])
    async def download_xlsx(self, request: WebRequest, actor: NamedDependency[Actor]) -> Stream:
        return await answer_xlsx(request, FILE, _asked(request, actor))


def _asked(request: WebRequest, actor: Actor) -> NextPage[Custody]:
    asked = read_list(request, CustodyFilters)
    return lambda cursor: custody.list_custody(
        actor, asked.filters, cursor=cursor, limit=MAX_LIMIT, sort=asked.sort
    )
