"""Decoders for power supplies: alarms by RFC 1628, and the probes that hang on APC's cards."""

from typing import Any

from monitoring.decoding.readings import Reading, State, gravest_first, worst
from monitoring.decoding.rows import Decoder, Row, Rows, number, text, unique
from monitoring.snmp import oid

WELL_KNOWN_ALARMS = oid("1.3.6.1.2.1.33.1.6.3")
# upsWellKnownAlarms of RFC 1628 by their last number.
ALARMS: dict[int, tuple[str, State]] = {
    1: ("battery_bad", State.critical),
    2: ("on_battery", State.warning),
    3: ("battery_low", State.critical),
    4: ("battery_depleted", State.critical),
    5: ("temperature_bad", State.critical),
    6: ("input_bad", State.warning),
    7: ("output_bad", State.critical),
    8: ("overload", State.critical),
    9: ("on_bypass", State.warning),
    10: ("bypass_bad", State.warning),
    11: ("output_off", State.warning),
    12: ("ups_off", State.warning),
    13: ("charger_failed", State.critical),
    14: ("output_off", State.warning),
    15: ("ups_off", State.warning),
    16: ("fan_failed", State.critical),
    17: ("fuse_failed", State.critical),
    18: ("general_fault", State.critical),
    19: ("test_failed", State.critical),
    20: ("communication_lost", State.warning),
    21: ("shutdown_pending", State.warning),
    22: ("shutdown_imminent", State.critical),
    23: ("test_running", State.ok),
}
OTHER_ALARM = ("general_fault", State.warning)
CONNECTED, FAHRENHEIT = 2, 2  # PowerNet-MIB: a probe's status and its units


def ups_alarms(rows: Rows, read: Any) -> list[Reading]:
    """The alarms that are present, in our words; one of the maker's own is a "general fault"."""
    found = [_alarm(row.get("alarm")) for row in rows.values() if "alarm" in row]
    if not found:
        return []
    words = " ".join(gravest_first(found))
    return [Reading("ups_alarm_list", value=words, state=worst(*(state for _, state in found)))]


def probes(rows: Rows, read: Any) -> list[Reading]:
    """Temperature and humidity of each probe that is connected; -1 is none.

    ``unit`` says in which degrees a probe counts, ``units`` those of all probes at once.
    """
    there = {i: row for i, row in rows.items() if number(row.get("status")) == CONNECTED}
    labels = unique({i: text(row.get("label")) or str(i[-1]) for i, row in there.items()})
    units = next((unit for row in rows.values() if (unit := number(row.get("units")))), None)
    return [reading for i, row in there.items() for reading in _probe(labels[i], row, units)]


def _probe(label: str, row: Row, units: int | None) -> list[Reading]:
    readings = []
    temperature, humidity = number(row.get("temperature")), number(row.get("humidity"))
    if temperature is not None and temperature != -1:
        is_fahrenheit = (number(row.get("unit")) or units) == FAHRENHEIT
        degrees = round((temperature - 32) / 1.8, 1) if is_fahrenheit else temperature
        readings.append(Reading("temperature", label, degrees, "celsius"))
    if humidity is not None and humidity > 0:
        readings.append(Reading("humidity", label, humidity, "percent"))
    return readings


def _alarm(value: object) -> tuple[str, State]:
    if isinstance(value, tuple) and value[:-1] == WELL_KNOWN_ALARMS:
        return ALARMS.get(value[-1], OTHER_ALARM)
    return OTHER_ALARM


DECODERS = {
    "ups_alarms": Decoder(ups_alarms, frozenset({"alarm"}), rows_come_and_go=True),
    "probes": Decoder(
        probes,
        frozenset({"status", "temperature"}),
        frozenset({"label", "unit", "units", "humidity"}),
        steady=frozenset({"label", "unit", "units"}),
    ),
}
