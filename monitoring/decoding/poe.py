"""Decoders for power over Ethernet (RFC 3621): what each port feeds, what the supply has left."""

from typing import Any

from monitoring.decoding.interfaces import Ports
from monitoring.decoding.readings import Reading, State
from monitoring.decoding.rows import Decoder, Row, Rows, number

FEEDING = "feeding"
SWITCHED_OFF = 2  # pethPsePortAdminEnable false
SUPPLY_WORDS = {1: ("on", State.ok), 2: ("off", State.warning), 3: ("faulty", State.critical)}
GROUP_AND_PLACE = 2


def poe_ports(rows: Rows, read: Any) -> list[Reading]:
    """Whether each port feeds what hangs on it, and with how many watts where the agent counts.

    The standard's index is (group, place); vendors leave the group out. ``codes`` are the states.
    """
    ports = Ports(rows)
    readings = []
    for index, row in rows.items():
        if "status" not in row or not 1 <= len(index) <= GROUP_AND_PLACE:
            continue
        group = index[0] if len(index) == GROUP_AND_PLACE else 1
        label = ports.by_position(group, index[-1])
        readings += _port(label, row, read)
    return readings


def poe_supply(rows: Rows, read: Any) -> list[Reading]:
    """Budget and use of each group of ports, in watts and percent, and the supply's state."""
    supplies = {i: row for i, row in rows.items() if {"budget", "used", "status"} & set(row)}
    readings = []
    for index, row in supplies.items():
        label = "" if len(supplies) == 1 else ".".join(map(str, index))
        readings += _supply(label, row, read.scale)
    return readings


def _port(label: str, row: Row, read: Any) -> list[Reading]:
    word, state = read.codes.get(str(number(row.get("status"))), ("unknown", State.unknown))
    if number(row.get("admin")) == SWITCHED_OFF:
        word, state = "disabled", State.ok
    readings = [Reading("poe_status", label, word, state=state)]
    power = number(row.get("power"))
    # Most ports feed nothing; a row of zeros for each would be stored every minute.
    if power is not None and (power > 0 or (power == 0 and word == FEEDING)):
        readings.append(Reading("poe_power", label, round(power * read.scale, 2), "watts"))
    voltage = number(row.get("voltage")) or 0
    if voltage > 0:
        readings.append(Reading("poe_voltage", label, round(voltage * read.scale, 2), "volts"))
    return readings


def _supply(label: str, row: Row, scale: float) -> list[Reading]:
    readings = []
    if known := SUPPLY_WORDS.get(number(row.get("status")) or 0):
        readings.append(Reading("poe_supply", label, known[0], state=known[1]))
    budget, used = number(row.get("budget")) or 0, number(row.get("used"))
    if budget > 0:
        readings.append(Reading("poe_budget", label, round(budget * scale, 1), "watts"))
    if used is not None and used >= 0:
        readings.append(Reading("poe_used", label, round(used * scale, 1), "watts"))
        if budget > 0:
            share = round(100 * min(used / budget, 1), 1)
            readings.append(Reading("poe_load", label, share, "percent"))
    return readings


DECODERS = {
    "poe_ports": Decoder(
        poe_ports,
        frozenset({"status"}),
        frozenset({"admin", "power", "voltage", "name", "descr", "type", "connector"}),
        takes_codes=True,
        steady=frozenset({"name", "descr", "type", "connector"}),
    ),
    "poe_supply": Decoder(
        poe_supply, frozenset({"used"}), frozenset({"budget", "status"}), steady=frozenset()
    ),
}
