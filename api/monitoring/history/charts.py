"""Charts of devices in the reader's words: metric, unit, marks; and as a file for a spreadsheet."""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from api.wording.language import Language
from core import csv_files
from core.errors import Invalid, Message, say
from monitoring.decoding.metrics import METRICS, UNITS
from monitoring.history.charts import Chart
from monitoring.history.lines import Series
from monitoring.history.marks import Mark

MEGABIT = 1_000_000
MAINTENANCE = say("Maintenance: {reason}")


def known_metric(metric: str) -> str:
    """The name itself; Invalid if no metric has it."""
    if metric not in METRICS:
        raise Invalid.of("metric", say("There is no metric of this name"), code="metric")
    return metric


def worded(found: Chart, speech: Language) -> Chart:
    """Labels and unit in words; traffic in megabits, which is how lines are sold."""
    known = METRICS[found.metric]
    unit, factor = speech.words(UNITS.get(known.unit or "")), 1.0
    if known.unit == "bits_per_second":
        unit, factor = "Mbit/s", 1 / MEGABIT
    return msgspec.structs.replace(
        found,
        unit=unit,
        series=[
            Series(
                label=one.label or speech.words(known.label),
                values=_times(one.values, factor),
                low=_times(one.low, factor),
                high=_times(one.high, factor),
            )
            for one in found.series
        ],
        marks=[msgspec.structs.replace(mark, label=_label(mark, speech)) for mark in found.marks],
    )


def as_csv(chart: Chart) -> str:
    """One line for each moment and part: mean, low and high, or how much it grew."""
    is_line = chart.kind == "line"
    rows: list[list[object]] = [
        ["at", "instance", *(["mean", "low", "high"] if is_line else ["grown"])]
    ]
    for number, x in enumerate(chart.x):
        at = (
            datetime.fromtimestamp(x, ZoneInfo(chart.zone)).isoformat() if isinstance(x, int) else x
        )
        for one in chart.series:
            columns = (one.values, one.low, one.high) if is_line else (one.values,)
            if one.values[number] is not None:
                rows.append([at, one.label, *(values[number] for values in columns)])
    return csv_files.written(rows)


def _times(values: list[float | None], factor: float) -> list[float | None]:
    return [None if value is None else round(value * factor, 3) for value in values]


def _label(mark: Mark, speech: Language) -> str:
    if isinstance(mark.label, Message):
        return speech.words(mark.label)
    return speech.words(Message(MAINTENANCE.template, {"reason": mark.label}))
