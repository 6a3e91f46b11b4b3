"""The columns of the list of repairs, on its page and in its files."""

from typing import Literal

from api import urls
from api.kit.list_files import list_files
from api.kit.list_tables import Column, ListTable
from api.wording.words import word_of
from core.errors import say
from core.permissions import READ_EQUIPMENT
from inventory import repairs
from inventory.repairs import WorkOrder, WorkOrderFilter
from inventory.repairs.lists import StateFilter, Work
from inventory.repairs.views import ORDERS


class ShownOrders(WorkOrderFilter, frozen=True, kw_only=True):
    """The same filters as the page has them: repairs that are not finished, unless asked for others."""

    state: StateFilter | Literal["all"] = "unfinished"  # type: ignore[assignment]
    work: Work | Literal["all"] = "repairs"  # type: ignore[assignment]


TABLE = ListTable[WorkOrder](
    "work-orders",
    [
        Column("summary", say("What is wrong"), lambda one, speech: speech.words(one.wording)),
        Column("tag", say("Tag"), lambda one, _: one.asset_tag),
        Column("model", say("Model"), lambda one, _: one.asset_model, line="title"),
        Column("place", say("Place"), lambda one, _: one.place, line="where"),
        Column(
            "severity",
            say("Severity"),
            lambda one, speech: word_of(speech, "severity", one.severity),
        ),
        Column(
            "state",
            say("State"),
            lambda one, speech: word_of(speech, "work_order_state", one.state),
            line="state",
        ),
        Column("opened_at", say("Reported on"), lambda one, _: one.opened_at),
        Column("opened_by", say("Reported by"), lambda one, _: one.opened_by, on_page=False),
        Column("assignee", say("Given to"), lambda one, _: one.assignee),
        Column("closed_at", say("Ended"), lambda one, _: one.closed_at),
        Column("resolution", say("How it ended"), lambda one, _: one.resolution, on_page=False),
        Column(
            "minutes",
            say("Minutes of work"),
            lambda one, _: one.minutes,
            on_page=False,
            numeric=True,
        ),
        Column("cost", say("Cost"), lambda one, _: one.cost, on_page=False, numeric=True),
    ],
    ORDERS,
)
FILES = list_files(
    TABLE,
    ShownOrders,
    repairs.list_work_orders,
    csv=urls.work_orders_csv,
    xlsx=urls.work_orders_xlsx,
    read=READ_EQUIPMENT,
)
