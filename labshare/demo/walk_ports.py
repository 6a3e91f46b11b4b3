"""Ports of simulated switches: IF-MIB, EtherLike-MIB, power, the bridge table, LLDP and ARP."""

from collections.abc import Mapping
from typing import NamedTuple

from labshare.demo.walk_cards import card, put_card
from labshare.demo.walk_rows import COUNTER, COUNTER64, GAUGE, INTEGER, OCTETS, Walk

INTERFACE = "1.3.6.1.2.1.2.2.1"
INTERFACE_X = "1.3.6.1.2.1.31.1.1.1"
DUPLEX = "1.3.6.1.2.1.10.7.2.1.19"
BRIDGE = "1.3.6.1.2.1.17"
LLDP = "1.0.8802.1.1.2.1"
POE = "1.3.6.1.2.1.105.1"
TEACHING_VLAN = 30
MAC_CHASSIS, INTERFACE_NAME = 4, 5
LEARNED, SELF = 3, 4
FEEDING, SEARCHING = 3, 2
FULL_DUPLEX = 3


class Hub(NamedTuple):
    """Who hangs where: walks by port, and who introduces himself at the last port."""

    ports: int
    behind: Mapping[int, str]
    upstairs: Mapping[str, str]


def put_port(walk: Walk, port: int, *, is_up: bool) -> None:
    """One gigabit port: its state and its counters."""
    for leaf, tag, value in (
        (1, INTEGER, port),
        (2, OCTETS, f"GigabitEthernet0/{port}"),
        (3, INTEGER, 6),
        (5, GAUGE, 1_000_000_000 if is_up else 0),
        (7, INTEGER, 1),
        (8, INTEGER, 1 if is_up else 2),
        (13, COUNTER, 12 * port),
        (14, COUNTER, 0),
        (19, COUNTER, 0),
        (20, COUNTER, 0),
    ):
        walk.put(f"{INTERFACE}.{leaf}.{port}", tag, value)
    walk.put(f"{INTERFACE_X}.1.{port}", OCTETS, f"Gi0/{port}")
    walk.put(f"{INTERFACE_X}.15.{port}", GAUGE, 1000 if is_up else 0)
    walk.put(f"{INTERFACE_X}.17.{port}", INTEGER, 1)
    walk.words(f"{INTERFACE_X}.18.{port}", "")
    if is_up:
        walk.put(f"{DUPLEX}.{port}", INTEGER, FULL_DUPLEX)
    for leaf, rate in ((6, 21_000 * port), (10, 64_000 * port)):
        start = 7_000_000_000 * port
        if is_up:
            walk.growing(f"{INTERFACE_X}.{leaf}.{port}", COUNTER64, start=start, rate=rate)
        else:
            walk.put(f"{INTERFACE_X}.{leaf}.{port}", COUNTER64, start)


def put_hub(walk: Walk, name: str, hub: Hub) -> None:
    """The bridge and all whom it has heard; its own card, and LLDP at the last port."""
    walk.put(f"{BRIDGE}.1.2.0", INTEGER, hub.ports)
    for port in range(1, hub.ports + 1):
        walk.put(f"{BRIDGE}.1.4.1.2.{port}", INTEGER, port)
    for port, other in hub.behind.items():
        put_forwarding(walk, other, port)
    put_card(walk, name)
    put_forwarding(walk, name, 0, status=SELF)
    for other, remote_port in hub.upstairs.items():
        put_neighbour(walk, hub.ports, other, remote_port)
        put_forwarding(walk, other, hub.ports)


def put_forwarding(walk: Walk, name: str, port: int, *, status: int = LEARNED) -> None:
    """The card of a walk, heard at a bridge port."""
    index = ".".join(map(str, (TEACHING_VLAN, *card(name))))
    walk.put(f"{BRIDGE}.7.1.2.2.1.2.{index}", INTEGER, port)
    walk.put(f"{BRIDGE}.7.1.2.2.1.3.{index}", INTEGER, status)


def put_neighbour(walk: Walk, port: int, name: str, remote_port: str) -> None:
    """Who is at the other end of a cable, by LLDP."""
    walk.put(f"{LLDP}.3.7.1.2.{port}", INTEGER, INTERFACE_NAME)
    walk.put(f"{LLDP}.3.7.1.3.{port}", OCTETS, f"Gi0/{port}")
    row = f"0.{port}.1"
    walk.put(f"{LLDP}.4.1.1.4.{row}", INTEGER, MAC_CHASSIS)
    walk.put(f"{LLDP}.4.1.1.5.{row}", f"{OCTETS}x", bytes(card(name)).hex())
    walk.put(f"{LLDP}.4.1.1.7.{row}", OCTETS, remote_port)
    walk.put(f"{LLDP}.4.1.1.8.{row}", OCTETS, remote_port)
    walk.put(f"{LLDP}.4.1.1.9.{row}", OCTETS, name)


def put_power(walk: Walk, *, ports: int, feeding: int, budget: int, used: int) -> None:
    """Power over Ethernet by RFC 3621: the first ports feed something."""
    for port in range(1, ports + 1):
        walk.put(f"{POE}.1.1.3.1.{port}", INTEGER, 1)
        walk.put(f"{POE}.1.1.6.1.{port}", INTEGER, FEEDING if port <= feeding else SEARCHING)
    walk.put(f"{POE}.3.1.1.2.1", GAUGE, budget)
    walk.put(f"{POE}.3.1.1.3.1", INTEGER, 1)
    walk.put(f"{POE}.3.1.1.4.1", GAUGE, used)
