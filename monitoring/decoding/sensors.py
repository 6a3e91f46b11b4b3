"""Decoders for what is measured: ENTITY-SENSOR-MIB (RFC 3433), and probes of vendors."""

from typing import Any

from monitoring.decoding.metrics import METRICS
from monitoring.decoding.readings import Reading, State
from monitoring.decoding.rows import Decoder, Row, Rows, number, text, unique
from monitoring.snmp import Oid

# EntitySensorDataType: the metric of each kind of sensor; the others are a bare value.
SENSOR_METRICS = {
    3: "sensor_voltage",
    4: "sensor_voltage",
    5: "sensor_current",
    6: "sensor_power",
    7: "sensor_frequency",
    8: "temperature",
    9: "humidity",
    10: "fan_speed",
    11: "airflow",
}
TRUTH = 12
TRUTH_WORDS = {1: "true", 2: "false"}
UNITS_SCALE, STEP = 9, 3  # EntitySensorDataScale counts in steps of a thousand; 9 is units
YOCTO, YOTTA = 1, 17
OK, UNAVAILABLE, FAULTY = 1, 2, 3  # entPhySensorOperStatus
# RFC 3433: these two stand for "beyond what can be said".
UNDERFLOW, OVERFLOW = -1_000_000_000, 1_000_000_000
MOST_PRECISION = 9
IN_CELSIUS, IN_FAHRENHEIT = 1, 0


def entity_sensors(rows: Rows, read: Any) -> list[Reading]:
    """Every sensor that works, in its unit, by the name of the part that it sits in."""
    sensors = with_values(rows)
    labels = unique({i: _name(i, row) for i, row in sensors.items()})
    return [r for i, row in sensors.items() if (r := _sensor(labels[i], row)) is not None]


def with_values(rows: Rows) -> Rows:
    """The parts that measure something; most of a device's parts do not."""
    return {i: row for i, row in rows.items() if "type" in row and "value" in row}


def probe(rows: Rows, read: Any) -> list[Reading]:
    """A value with the state that the device itself gives it; the state's word where it has none."""
    given = {i: row for i, row in rows.items() if "value" in row or "status" in row}
    labels = _labels(given)
    return [r for i, row in given.items() if (r := _probe(labels[i], row, read)) is not None]


def _sensor(label: str, row: Row) -> Reading | None:
    kind, value = number(row.get("type")) or 0, number(row.get("value"))
    status = number(row.get("status"))
    metric = "sensor_truth" if kind == TRUTH else SENSOR_METRICS.get(kind, "sensor_value")
    if status == FAULTY:
        return Reading(metric, label, "faulty", state=State.warning)
    if value is None or status == UNAVAILABLE or value in (UNDERFLOW, OVERFLOW):
        return None
    if kind == TRUTH:
        return Reading(metric, label, TRUTH_WORDS.get(value, "unknown"))
    return Reading(metric, label, _in_units(value, row), METRICS[metric].unit)


def _in_units(value: int, row: Row) -> float | int:
    """value × 10^(3 × (scale − 9)) ÷ 10^precision."""
    scale, precision = number(row.get("scale")) or UNITS_SCALE, number(row.get("precision")) or 0
    if not YOCTO <= scale <= YOTTA or abs(precision) > MOST_PRECISION:
        return value
    exponent = STEP * (scale - UNITS_SCALE) - precision
    return value if exponent == 0 else round(value * 10.0**exponent, 6)


def _probe(label: str, row: Row, read: Any) -> Reading | None:
    status = number(row.get("status"))
    word, state = "unknown", State.unknown
    if status is not None:
        word, state = read.codes.get(str(status), (word, state))
    count = number(row.get("value"))
    if count is None:
        return None if "value" in row else Reading(read.metric, label, word, state=state)
    value = round(count * read.scale, 6) if read.scale != 1 else count
    if number(row.get("celsius")) == IN_FAHRENHEIT:
        value = round((value - 32) / 1.8, 1)
    shown = state if status is not None else State.ok
    return Reading(read.metric, label, value, METRICS[read.metric].unit, shown)


def _labels(rows: Rows) -> dict[Oid, str]:
    if len(rows) == 1 and not any("label" in row for row in rows.values()):
        return dict.fromkeys(rows, "")
    return unique({i: text(row.get("label")) or _dotted(i) for i, row in rows.items()})


def _name(index: Oid, row: Row) -> str:
    return text(row.get("name")) or text(row.get("descr")) or _dotted(index)


def _dotted(index: Oid) -> str:
    return ".".join(map(str, index))


DECODERS = {
    "entity_sensors": Decoder(
        entity_sensors,
        frozenset({"type", "value"}),
        frozenset({"scale", "precision", "status", "name", "descr"}),
        steady=frozenset({"type", "scale", "precision", "name", "descr"}),
        worth_asking=with_values,
    ),
    "probe": Decoder(
        probe,
        frozenset(),
        frozenset({"value", "status", "label", "celsius"}),
        takes_metric=True,
        takes_codes=True,
        steady=frozenset({"label", "celsius"}),
    ),
}
