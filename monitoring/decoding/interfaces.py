"""Decoder for network ports: IF-MIB (RFC 2863), 64-bit counters where the agent has them.

A port is an interface that people can touch: a socket or an antenna.
"""

import re
from typing import Any

from monitoring.decoding.metrics import METRICS
from monitoring.decoding.readings import Reading, State
from monitoring.decoding.rows import Decoder, Row, Rows, number, text, unique
from monitoring.snmp import Oid

# ifType of what has a socket or an antenna; VLANs, tunnels and loopbacks have types of their own.
ETHERNET, GIGABIT, FAST, FAST_FIBRE, WIRELESS = 6, 117, 62, 69, 71
PHYSICAL_TYPES = {ETHERNET, GIGABIT, FAST, FAST_FIBRE, WIRELESS}
NO_CONNECTOR = 2  # ifConnectorPresent false
# What firmware made of software and yet calls Ethernet: bridges, VLANs, tunnels, mesh links.
SOFTWARE = re.compile(
    r"^(?:"
    r"lo|br|bridge|ifb|tun|tap|docker|virbr|dummy|bond|wds|wdsi|apcli|apclii|ppp|null|loopback"
    r"|inloopback|system|cpu|vnet|vmnet|cni|flannel|wg|irb|bvi|bdi|svi|rif|teql|sit|gre|gretap"
    # VLANs
    r"|vl|vlan|vlan-?interface|vlanif|vtss\.vlan|switch virtual interface"
    # several ports bound to one
    r"|po|port-?channel|lag|link aggregate|link-?aggregation|trk|trunk|eth-trunk|ae|agg"
    r"|aggregateport|bundle-ether|(?:bridge|route)-aggregation|ch"
    r")[-_. :]*\d*(?:[.:]\d+)?$"
    r"|^(?:veth|br-|cali|vxlan|tunnel|lxc|fwbr|fwln|fwpr)[0-9a-z-]*$"
    r"|^vethernet \(|^cpu (?:interface|port)|^default_?vlan|^vlan .*|^virbr\d+-nic$"
    # Linux: a VLAN of a card that the table may not list
    r"|^(?:eth|ptm|nas|wan|lan|atm|swp|en[a-z0-9]+|wl[a-z0-9]+|ra)\d*\.\d+$",
    re.IGNORECASE,
)
# How a socket is numbered or called: "Gi1/0/1", "ge-0/0/1", "port1.0.1", "Te 1/1", "A1", "wan".
NUMBERED = re.compile(
    r"^(?:[a-z]*[-. ]?\d+(?:[/:.-]\d+)*|en[a-z0-9]+"
    r"|(?:wan|lan|dmz|internal|external|ha|sfp|sfpplus|ether|combo)[-a-z]*\d*"
    r"|.*\bport:? ?\d+\b.*|.*\d[/:]\d+)$",
    re.IGNORECASE,
)
NUMBERS = re.compile(r"\d+")


def physical(rows: Rows) -> Rows:
    """The rows of ports that people can plug something into, or that have an antenna.

    ifConnectorPresent is a hint alone: many switches say false of every socket that they have, so
    it hides only what is not numbered as sockets are.
    """
    names = {port_name(index, row) for index, row in rows.items()}
    ports = {i: row for i, row in rows.items() if _is_physical(port_name(i, row), row, names)}
    connected = {i: row for i, row in ports.items() if not _lacks_connector(port_name(i, row), row)}
    return connected or ports


def port_name(index: Oid, row: Row) -> str:
    """The short name (ifName), else the long one (ifDescr), else the number."""
    return text(row.get("name")) or text(row.get("descr")) or ".".join(map(str, index))


def port_labels(rows: Rows) -> dict[Oid, str]:
    """The instance name of each port; the same wherever a port is spoken of."""
    return unique({index: port_name(index, row) for index, row in rows.items()})


class Ports:
    """A device's ports by their names, and by the other numbers that tables call them by.

    ``rows`` by ifIndex may carry name, descr and type, and by bridge port ``base_if``.
    """

    def __init__(self, rows: Rows) -> None:
        known: Rows = {i: row for i, row in rows.items() if len(i) == 1}
        interfaces = {i: row for i, row in known.items() if "name" in row or "descr" in row}
        sockets = physical(interfaces) if any("type" in row for row in known.values()) else {}
        self._labels = {index[0]: label for index, label in port_labels(interfaces).items()}
        self._sockets = [index[0] for index in sorted(sockets)]
        self._bridge = {
            index[0]: interface
            for index, row in known.items()
            if (interface := number(row.get("base_if"))) is not None
        }

    def by_interface(self, index: int) -> str:
        """The port of an ifIndex."""
        return self._labels.get(index, str(index))

    def by_bridge_port(self, port: int) -> str:
        """The port of a bridge's own count, which on most switches is not the ifIndex.

        Some agents count in one table and give ifIndexes in the other: then the place counts.
        """
        if port in self._bridge:
            return self.by_interface(self._bridge[port])
        if 1 <= port <= len(self._bridge):
            return self.by_interface(sorted(self._bridge.values())[port - 1])
        return self.by_interface(port)

    def by_words(self, words: str) -> str | None:
        """The port that calls itself so, whatever the case of the letters."""
        wanted = words.casefold()
        return next((one for one in self._labels.values() if one.casefold() == wanted), None)

    def by_position(self, group: int, place: int) -> str:
        """The socket that a power supply calls ``place`` of ``group``: by ifIndex, by the last
        number of its name, else by counting."""
        if place in self._sockets and group <= 1:
            return self._labels[place]
        first = group - 1 if self._counts_from_zero() else group
        ends = [i for i in self._sockets if self._is_called(i, first, place)]
        if len(ends) == 1:
            return self._labels[ends[0]]
        if group <= 1 and 1 <= place <= len(self._sockets):
            return self._labels[self._sockets[place - 1]]
        return f"{group}/{place}"

    def _is_called(self, interface: int, first: int, last: int) -> bool:
        numbers = self._numbers(interface)
        return numbers[-1:] == [last] and numbers[0] in ((last,) if len(numbers) == 1 else (first,))

    def _counts_from_zero(self) -> bool:
        """Whether the first switch of a stack is 0, as in Gi0/1, where the tables call it 1."""
        return any(self._numbers(i)[:-1][:1] == [0] for i in self._sockets)

    def _numbers(self, interface: int) -> list[int]:
        return [int(one) for one in NUMBERS.findall(self._labels[interface])]


def _is_physical(name: str, row: Row, names: set[str]) -> bool:
    kind = number(row.get("type"))
    if kind not in PHYSICAL_TYPES or SOFTWARE.match(name):
        return False
    parent, dot, _ = name.rpartition(".")
    return not (dot and parent in names)  # Gi0/0.100 is a VLAN of Gi0/0


def _lacks_connector(name: str, row: Row) -> bool:
    says_so = number(row.get("connector")) == NO_CONNECTOR
    return says_so and number(row.get("type")) != WIRELESS and not NUMBERED.match(name)


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
