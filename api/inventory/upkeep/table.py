"""The report of upkeep as a table: which columns, in which words; for the page and for the file."""

from collections.abc import Callable

import msgspec

from api.wording.language import Language
from core import csv_files
from core.errors import Message, say
from inventory.usage.upkeep import UpkeepBy, UpkeepFigures, UpkeepReport, UpkeepRow

GROUP_NAMES: dict[UpkeepBy, Message] = {
    "model": say("By model"),
    "donation": say("By donation"),
}
HEADS: dict[UpkeepBy, Message] = {"model": say("Model"), "donation": say("Donation")}
TOTAL = say("Total")


class Column(msgspec.Struct, frozen=True):
    """One number of the report; money is shown as such."""

    head: Message
    value: Callable[[UpkeepFigures], object]
    is_money: bool = False


COLUMNS: tuple[Column, ...] = (
    Column(say("Assets"), lambda f: f.assets),
    Column(say("Orders"), lambda f: f.orders),
    Column(say("Faults"), lambda f: f.faults),
    Column(say("Again within 90 days"), lambda f: f.repeats),
    Column(say("Planned maintenance"), lambda f: f.planned),
    Column(say("Downtime in hours"), lambda f: f.downtime_hours),
    Column(say("Minutes of work"), lambda f: f.work_minutes),
    Column(say("Parts in yuan"), lambda f: f.parts_cost, is_money=True),
    Column(say("Parts without a price"), lambda f: f.unpriced_parts),
    Column(say("Other cost in yuan"), lambda f: f.other_cost, is_money=True),
    Column(say("Cost in all in yuan"), lambda f: f.cost, is_money=True),
)


def label_of(by: UpkeepBy, row: UpkeepRow) -> Message | str:
    """The group's name, or what is said of assets without one."""
    return row.label or (say("Not from a donation") if by == "donation" else row.label)


def as_csv(report: UpkeepReport, speech: Language) -> str:
    """One line a group and the totals last; opens in a spreadsheet by a click."""
    heads = (HEADS[report.by], *(column.head for column in COLUMNS))
    return csv_files.written(
        [
            [speech.words(head) for head in heads],
            *(
                [speech.words(label_of(report.by, row)), *_values(row.figures)]
                for row in report.rows
            ),
            [speech.words(TOTAL), *_values(report.totals)],
        ]
    )


def _values(figures: UpkeepFigures) -> list[object]:
    return [column.value(figures) for column in COLUMNS]
