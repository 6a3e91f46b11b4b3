"""Decoder for network ports: IF-MIB (RFC 2863), 64-bit counters where the agent has them."""

from typing import Any

from monitoring.decoding.metrics import METRICS
from monitoring.decoding.ports import physical, port_labels
from monitoring.decoding.readings import Reading, State
from monitoring.decoding.rows import Decoder, Row, Rows, number, text

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
HALF, FULL = 2, 3  # dot3StatsDuplexStatus (RFC 3635)
MEGABIT = 1_000_000
NOT_IN_32_BITS = 2**32 - 1  # ifSpeed of a port that is faster than it can say
# The first of each group that the agent has: 64 bits where it can.
COUNTERS: tuple[tuple[tuple[str, str], ...], ...] = (
    (("in_octets_64", "if_in_octets"), ("in_octets", "if_in_octets_32")),
    (("out_octets_64", "if_out_octets"), ("out_octets", "if_out_octets_32")),
    (("in_errors", "if_in_errors"),),
    (("out_errors", "if_out_errors"),),
    (("in_discards", "if_in_discards"),),
    (("out_discards", "if_out_discards"),),
)


def interfaces(rows: Rows, read: Any) -> list[Reading]:
    """State, speed and counters of each physical port, and how many are up.

    A port without a link is no fault: most are, when the room is empty.
    """
    ports = physical(rows)
    labels = port_labels(ports)
    readings = [r for i, row in ports.items() for r in _port(labels[i], row)]
    if ports:
        in_use = sum(number(row.get("status")) == ADMIN_UP for row in ports.values())
        readings.append(Reading("ports_up", value=in_use, unit="count"))
    return readings


def _port(label: str, row: Row) -> list[Reading]:
    admin = number(row.get("admin"))
    word = OPERATIONAL_WORDS.get(number(row.get("status")) or 0, "unknown")
    if admin is not None and admin != ADMIN_UP:
        word = "disabled"
    state = State.unknown if word == "unknown" else State.ok
    readings = [Reading("if_status", label, word, state=state)]
    if alias := _alias(label, row):
        readings.append(Reading("if_alias", label, alias))
    if word == "up":
        readings += _link(label, row)
    return readings + _counters(label, row)


def _alias(label: str, row: Row) -> str:
    """What people wrote about the port; "" where firmware repeats its name, with a word or without."""
    alias = text(row.get("alias"))
    names = {label, text(row.get("descr"))}
    return "" if alias.removesuffix(" Interface") in names else alias


def _link(label: str, row: Row) -> list[Reading]:
    """What was agreed with the other end; half duplex means that one of the two is set wrong."""
    readings = []
    if speed := _speed(row):
        readings.append(Reading("if_speed", label, speed, "bits_per_second"))
    duplex = number(row.get("duplex"))
    if duplex == FULL:
        readings.append(Reading("if_duplex", label, "full_duplex"))
    elif duplex == HALF:
        readings.append(Reading("if_duplex", label, "half_duplex", state=State.warning))
    return readings


def _counters(label: str, row: Row) -> list[Reading]:
    readings = []
    for group in COUNTERS:
        found = [(metric, n) for role, metric in group if (n := number(row.get(role))) is not None]
        for metric, count in found[:1]:
            if count >= 0:
                readings.append(Reading(metric, label, count, METRICS[metric].unit))
    return readings


def _speed(row: Row) -> int:
    high, speed = number(row.get("high_speed")) or 0, number(row.get("speed")) or 0
    if high > 0:
        return high * MEGABIT
    return speed if 0 < speed < NOT_IN_32_BITS else 0


DECODERS = {
    "interfaces": Decoder(
        interfaces,
        frozenset({"type", "status"}),
        frozenset(
            {
                "name",
                "descr",
                "alias",
                "connector",
                "admin",
                "speed",
                "high_speed",
                "duplex",
                "in_octets",
                "out_octets",
                "in_octets_64",
                "out_octets_64",
                "in_errors",
                "out_errors",
                "in_discards",
                "out_discards",
            }
        ),
        steady=frozenset({"type", "name", "descr", "alias", "connector"}),
        worth_asking=physical,
        instead_of={
            "in_octets": "in_octets_64",
            "out_octets": "out_octets_64",
            "speed": "high_speed",
        },
    ),
}
