"""Decoders for single values: numbers, codes, texts, percentages of two numbers."""

from typing import Any

from monitoring.decoding.rows import Decoder, Row, Rows, number, text, unique
from monitoring.metrics import METRICS
from monitoring.readings import Reading, State
from monitoring.snmp import Oid


def gauge(rows: Rows, read: Any) -> list[Reading]:
    """``value`` times the scale, an instance a row where there are ``label``s or several rows."""
    labels = _labels(rows)
    unit = METRICS[read.metric].unit
    return [
        Reading(read.metric, labels[index], _scaled(value, read.scale), unit)
        for index, row in rows.items()
        if (value := number(row.get("value"))) is not None
    ]


def counter(rows: Rows, read: Any) -> list[Reading]:
    """A number that never falls but by a reset; a negative one is an agent's overflow."""
    return [reading for reading in gauge(rows, read) if (reading.number or 0) >= 0]


def code(rows: Rows, read: Any) -> list[Reading]:
    """``value`` by the profile's table of codes; a code that is not there is unknown."""
    labels = _labels(rows)
    readings = []
    for index, row in rows.items():
        if (value := number(row.get("value"))) is None:
            continue
        word, state = read.codes.get(str(value), ("unknown", State.unknown))
        readings.append(Reading(read.metric, labels[index], word, state=state))
    return readings


def words(rows: Rows, read: Any) -> list[Reading]:
    """The agent's own text, all rows in one line; nothing where it says nothing."""
    line = " ".join(filter(None, (text(row.get("value")) for row in rows.values())))
    return [Reading(read.metric, value=line)] if line else []


def decimal_text(rows: Rows, read: Any) -> list[Reading]:
    """A number that the agent writes as text, such as laLoad's "0.42"."""
    labels = _labels(rows)
    readings = []
    for index, row in rows.items():
        try:
            value = float(text(row.get("value")))
        except ValueError:
            continue
        readings.append(
            Reading(read.metric, labels[index], value * read.scale, METRICS[read.metric].unit)
        )
    return readings


def share(rows: Rows, read: Any) -> list[Reading]:
    """How much of ``total`` is gone: all but ``free``, ``buffers`` and ``cached``, in percent."""
    readings = []
    for row in rows.values():
        total = number(row.get("total"))
        free = number(row.get("free"))
        if not total or total < 0 or free is None:
            continue
        spare = free + sum(number(row.get(role)) or 0 for role in ("buffers", "cached"))
        used = min(max(total - spare, 0) / total, 1)
        readings.append(Reading(read.metric, value=round(100 * used, 1), unit="percent"))
    return readings


def _labels(rows: Rows) -> dict[Oid, str]:
    if len(rows) == 1 and not any("label" in row for row in rows.values()):
        return dict.fromkeys(rows, "")
    return unique({index: _label(index, row) for index, row in rows.items()})


def _label(index: Oid, row: Row) -> str:
    return text(row.get("label")) or ".".join(map(str, index))


def _scaled(value: int, scale: float) -> int | float:
    return value if scale == 1 else round(value * scale, 6)


_VALUE = frozenset({"value"})
_LABEL = frozenset({"label"})
DECODERS = {
    "gauge": Decoder(gauge, _VALUE, _LABEL, takes_metric=True, steady=_LABEL),
    "counter": Decoder(counter, _VALUE, _LABEL, takes_metric=True, steady=_LABEL),
    "code": Decoder(code, _VALUE, _LABEL, takes_metric=True, takes_codes=True, steady=_LABEL),
    "words": Decoder(words, _VALUE, takes_metric=True),
    "decimal_text": Decoder(decimal_text, _VALUE, _LABEL, takes_metric=True, steady=_LABEL),
    "share": Decoder(
        share, frozenset({"total", "free"}), frozenset({"buffers", "cached"}), takes_metric=True
    ),
}
