"""Decoder for network ports: IF-MIB (RFC 2863), 64-bit counters where the agent has them."""

from typing import Any

from monitoring.decoding.rows import Decoder, Row, Rows, number, text, unique
from monitoring.metrics import METRICS
from monitoring.readings import Reading, State

# ifType of what has a socket or an antenna; VLANs, tunnels and loopbacks are left out.
PHYSICAL_TYPES = {6, 62, 69, 71, 117}
ADMIN_UP = 1
OPERATIONAL_WORDS = {
    1: "up",
    2: "down",
    3: "testing",
    4: "unknown",
    5: "dormant",
    6: "not_present",
    7: "lower_layer_down",
}
MEGABIT = 1_000_000
# The first of each group that the agent has: 64 bits where it can.
COUNTERS: tuple[tuple[tuple[str, str], ...], ...] = (
    (("in_octets_64", "if_in_octets"), ("in_octets", "if_in_octets_32")),
    (("out_octets_64", "if_out_octets"), ("out_octets", "if_out_octets_32")),
    (("in_errors", "if_in_errors"),),
    (("out_errors", "if_out_errors"),),
)


def interfaces(rows: Rows, read: Any) -> list[Reading]:
    """State, speed and counters of each physical port, and how many are up.

    A port without a link is no fault: most are, when the room is empty.
    """
    ports = {i: row for i, row in rows.items() if number(row.get("type")) in PHYSICAL_TYPES}
    labels = unique({i: _label(i, row) for i, row in ports.items()})
    readings = [r for i, row in ports.items() for r in _port(labels[i], row)]
    if ports:
        in_use = sum(number(row.get("status")) == ADMIN_UP for row in ports.values())
        readings.append(Reading("ports_up", value=in_use, unit="count"))
    return readings


def _label(index: tuple[int, ...], row: Row) -> str:
    return text(row.get("name")) or text(row.get("descr")) or ".".join(map(str, index))


def _port(label: str, row: Row) -> list[Reading]:
    admin = number(row.get("admin"))
    word = OPERATIONAL_WORDS.get(number(row.get("status")) or 0, "unknown")
    if admin is not None and admin != ADMIN_UP:
        word = "disabled"
    state = State.unknown if word == "unknown" else State.ok
    readings = [Reading("if_status", label, word, state=state)]
    if speed := _speed(row):
        readings.append(Reading("if_speed", label, speed, "bits_per_second"))
    for group in COUNTERS:
        found = [(metric, n) for role, metric in group if (n := number(row.get(role))) is not None]
        for metric, count in found[:1]:
            readings.append(Reading(metric, label, count, METRICS[metric].unit))
    return readings


def _speed(row: Row) -> int:
    return (number(row.get("high_speed")) or 0) * MEGABIT or number(row.get("speed")) or 0


DECODERS = {
    "interfaces": Decoder(
        interfaces,
        frozenset({"type", "status"}),
        frozenset(
            {
                "name",
                "descr",
                "admin",
                "speed",
                "high_speed",
                "in_octets",
                "out_octets",
                "in_octets_64",
                "out_octets_64",
                "in_errors",
                "out_errors",
            }
        ),
    ),
}
