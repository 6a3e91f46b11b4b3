"""The availability report as a table: which columns, in which words; for the page and for the file."""

from collections.abc import Callable

import msgspec

from api.monitoring.usage.table import TOTAL
from api.wording.language import Language
from core import csv_files
from core.errors import Message, say
from monitoring.history.availability import (
    AvailabilityFigures,
    AvailabilityReport,
    AvailabilityRow,
    By,
)

HEADS: dict[By, Message] = {"room": say("Room"), "device": say("Device")}
NOWHERE = say("No place noted")


class Column(msgspec.Struct, frozen=True):
    """One number of the report."""

    head: Message
    value: Callable[[AvailabilityFigures], float | int | None]
    digits: int = 1


COLUMNS: tuple[Column, ...] = (
    Column(say("Available, %"), lambda f: f.percent, 2),
    Column(say("Outages"), lambda f: f.outages, 0),
    Column(say("Hours down"), lambda f: f.down_hours),
    Column(say("Hours up"), lambda f: f.up_hours),
    Column(say("Hours of maintenance"), lambda f: f.maintenance_hours),
    Column(say("Hours unknown"), lambda f: f.unknown_hours),
    Column(say("Hours not expected"), lambda f: f.uncounted_hours),
)
DEVICES = Column(say("Devices"), lambda f: f.devices, 0)


def columns_of(by: By) -> tuple[Column, ...]:
    """A room says how many devices it has as well."""
    return (DEVICES, *COLUMNS) if by == "room" else COLUMNS


def label_of(by: By, row: AvailabilityRow) -> Message | str:
    """The row's name, or what is said of devices that stand nowhere."""
    return row.label or (NOWHERE if by == "room" else row.label)


def as_csv(report: AvailabilityReport, speech: Language) -> str:
    """One line for each row of the report, and the totals last."""
    columns = columns_of(report.by)
    heads = (HEADS[report.by], *(column.head for column in columns))
    return csv_files.written(
        [
            [speech.words(head) for head in heads],
            *(
                [speech.words(label_of(report.by, row)), *_values(columns, row.figures)]
                for row in report.rows
            ),
            [speech.words(TOTAL), *_values(columns, report.totals)],
        ]
    )


def _values(columns: tuple[Column, ...], figures: AvailabilityFigures) -> list[float | int | str]:
    values = (column.value(figures) for column in columns)
    return ["" if value is None else value for value in values]
