"""The usage report as a table: which columns, in which words; for the page and for the file."""

from collections.abc import Callable

import msgspec

from api.wording.language import Language
from core import csv_files
from core.errors import Message, say
from inventory.usage import By
from monitoring.usage.report import UsageFigures, UsageReport, UsageRow

# A spreadsheet program takes UTF-8 for what it is only after this mark.

GROUP_NAMES: dict[By, Message] = {
    "donation": say("By donation"),
    "model": say("By model"),
    "school": say("By school"),
    "room": say("By room"),
}
_HEADS: dict[By, Message] = {
    "donation": say("Donation"),
    "model": say("Model"),
    "school": say("School"),
    "room": say("Room"),
    "asset": say("Tag"),
}
_WITHOUT: dict[By, Message] = {
    "donation": say("Not from a donation"),
    "room": say("No place noted"),
}


class Column(msgspec.Struct, frozen=True):
    """One number of the report; ``is_main`` columns stand on the page, the file has all."""

    head: Message
    value: Callable[[UsageFigures], object]
    is_main: bool = True


COLUMNS: tuple[Column, ...] = (
    Column(say("Assets"), lambda f: f.assets),
    Column(say("Monitored"), lambda f: f.monitored, is_main=False),
    Column(say("Read by the collector"), lambda f: f.collected, is_main=False),
    Column(say("Hours on"), lambda f: f.hours_on),
    Column(say("Of these averages between readings"), lambda f: f.average_hours, is_main=False),
    Column(say("Hours on per day and asset"), lambda f: f.hours_per_day),
    Column(say("Days in custody"), lambda f: f.custody_days),
    Column(say("Repairs"), lambda f: f.repairs),
    Column(say("Downtime in hours"), lambda f: f.downtime_hours),
    Column(say("Minutes of repair work"), lambda f: f.work_minutes, is_main=False),
    Column(say("Cost of repairs in yuan"), lambda f: f.cost, is_main=False),
    Column(say("Idle for 30 days"), lambda f: f.idle),
    Column(say("Use not known"), lambda f: f.use_unknown),
    Column(say("Meant to be always on"), lambda f: f.infrastructure, is_main=False),
    Column(say("In service"), lambda f: f.in_service),
    Column(say("In repair"), lambda f: f.in_repair, is_main=False),
    Column(say("Lost"), lambda f: f.lost, is_main=False),
    Column(say("In preparation"), lambda f: f.preparing, is_main=False),
    Column(say("Gone"), lambda f: f.gone, is_main=False),
)
MAIN_COLUMNS = tuple(column for column in COLUMNS if column.is_main)
TOTAL = say("Total")
HOURS_A_DAY = say("Hours on of all assets together")


def head_of(by: By) -> Message:
    """What the first column is called."""
    return _HEADS[by]


def label_of(by: By, row: UsageRow) -> Message | str:
    """The group's name, or what is said of assets without one."""
    return row.label or _WITHOUT.get(by, row.label)


def as_csv(report: UsageReport, speech: Language) -> str:
    """All columns, one line a group and the totals last; opens in a spreadsheet by a click."""
    return csv_files.written(
        [
            [speech.words(head) for head in (head_of(report.by), *_heads())],
            *(
                [speech.words(label_of(report.by, row)), *_values(row.figures)]
                for row in report.rows
            ),
            [speech.words(TOTAL), *_values(report.totals)],
        ]
    )


def _heads() -> tuple[Message, ...]:
    return tuple(column.head for column in COLUMNS)


def _values(figures: UsageFigures) -> list[object]:
    values = (column.value(figures) for column in COLUMNS)
    return ["" if value is None else value for value in values]
