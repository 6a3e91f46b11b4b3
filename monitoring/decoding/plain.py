"""Decoders for single values: numbers, codes, texts, percentages of two numbers."""

import re
from typing import Any

from monitoring.decoding.metrics import METRICS
from monitoring.decoding.readings import Reading, State
from monitoring.decoding.rows import Decoder, Rows, labelled, number, text, within_bounds

WHOLE_PERCENT = 100
LEADING_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def gauge(rows: Rows, read: Any) -> list[Reading]:
    """``value`` by scale and divisor, an instance a row; what is out of bounds is no value.

    ``lines`` tells how many rows there are in truth: cards for one phase list three.
    """
    unit = METRICS[read.metric].unit
    return [
        Reading(read.metric, label, value, unit)
        for label, row in labelled(_there(rows), read).items()
        if (count := number(row.get("value"))) is not None
        and (value := within_bounds(_scaled(count, read), read)) is not None
    ]


def counter(rows: Rows, read: Any) -> list[Reading]:
    """A number that never falls but by a reset; a negative one is an agent's overflow."""
    return [reading for reading in gauge(rows, read) if (reading.number or 0) >= 0]


def code(rows: Rows, read: Any) -> list[Reading]:
    """``value`` by the profile's table of codes; a code that is not there is unknown.

    Some agents write the code as text: then the table has the text, and what it does not have is
    told as the agent says it.
    """
    readings = []
    for label, row in labelled(rows, read).items():
        value = row.get("value")
        key = text(value) if isinstance(value, bytes) else number(value)
        if key in (None, ""):
            continue
        other = key if isinstance(key, str) else "unknown"
        word, state = read.codes.get(str(key), (other, State.unknown))
        readings.append(Reading(read.metric, label, word, state=state))
    return readings


def words(rows: Rows, read: Any) -> list[Reading]:
    """The agent's own text, all rows in one line; nothing where it says nothing."""
    line = " ".join(filter(None, (text(row.get("value")) for row in rows.values())))
    return [Reading(read.metric, value=line)] if line else []


def decimal_text(rows: Rows, read: Any) -> list[Reading]:
    """The number that a text of the agent begins with, such as "0.42" or "38 C/100 F"."""
    unit = METRICS[read.metric].unit
    return [
        Reading(read.metric, label, value, unit)
        for label, row in labelled(rows, read).items()
        if (found := LEADING_NUMBER.match(text(row.get("value")))) is not None
        and (value := within_bounds(_scaled(float(found[0]), read), read)) is not None
    ]


def share(rows: Rows, read: Any) -> list[Reading]:
    """How much of ``total`` is gone: all but ``free``, ``buffers`` and ``cached``, in percent.

    ``available``, where the agent has it, is what programs can get, and better than their sum.
    """
    readings = []
    for label, row in labelled(rows, read).items():
        total = number(row.get("total"))
        free = number(row.get("free"))
        if not total or total < 0 or free is None:
            continue
        spare = number(row.get("available"))
        if not spare or not 0 < spare <= total:
            spare = free + sum(number(row.get(role)) or 0 for role in ("buffers", "cached"))
        used = min(max(total - spare, 0) / total, 1)
        readings.append(Reading(read.metric, label, round(100 * used, 1), "percent"))
    return readings


def rest(rows: Rows, read: Any) -> list[Reading]:
    """What is left of the whole: busy where the agent tells how idle it is, in percent."""
    return [
        Reading(read.metric, label, WHOLE_PERCENT - value, "percent")
        for label, row in labelled(rows, read).items()
        if (value := number(row.get("value"))) is not None and 0 <= value <= WHOLE_PERCENT
    ]


def _there(rows: Rows) -> Rows:
    """The rows that a device has by its own count of them; all where it does not count."""
    counts = [count for row in rows.values() if (count := number(row.get("lines")))]
    if not counts or counts[0] < 1:
        return {i: row for i, row in rows.items() if "lines" not in row}
    measured = [index for index, row in rows.items() if "value" in row]
    return {index: rows[index] for index in measured[: counts[0]]}


def _scaled(value: float, read: Any) -> int | float:
    scaled: float = value
    if read.scale != 1 or read.divisor != 1:
        scaled = round(value * read.scale / read.divisor, 6)
    if read.tenths_above is not None and scaled > read.tenths_above:
        scaled = round(scaled / 10, 6)
    return scaled


_VALUE = frozenset({"value"})
_LABEL = frozenset({"label"})
_LINES = frozenset({"lines"})
DECODERS = {
    "gauge": Decoder(gauge, _VALUE, _LABEL | _LINES, takes_metric=True, steady=_LABEL | _LINES),
    "counter": Decoder(counter, _VALUE, _LABEL, takes_metric=True, steady=_LABEL),
    "code": Decoder(code, _VALUE, _LABEL, takes_metric=True, takes_codes=True, steady=_LABEL),
    "rest": Decoder(rest, _VALUE, _LABEL, takes_metric=True, steady=_LABEL),
    "words": Decoder(words, _VALUE, takes_metric=True),
    "decimal_text": Decoder(decimal_text, _VALUE, _LABEL, takes_metric=True, steady=_LABEL),
    "share": Decoder(
        share,
        frozenset({"total", "free"}),
        frozenset({"buffers", "cached", "available", "label"}),
        takes_metric=True,
        steady=_LABEL,
    ),
}
