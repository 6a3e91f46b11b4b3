"""Walks of switches and access points as their makers build them."""

from collections.abc import Callable

from labshare.demo.walk_cards import put_card
from labshare.demo.walk_ports import (
    INTERFACE,
    INTERFACE_X,
    Hub,
    put_arp,
    put_hub,
    put_port,
    put_power,
)
from labshare.demo.walk_rows import COUNTER64, GAUGE, INTEGER, OCTETS, SYSTEM, Walk, with_system

ENTERPRISES = "1.3.6.1.4.1"
ENTITY = "1.3.6.1.2.1.47.1.1.1.1"
LAYER_TWO_SERVICES = 2
ON_SINCE = 1_772_150_400
UNSUPPORTED = 65_535
EMPTY_CAGE, NOTHING = 7, 2**31 - 1
CHASSIS, BOARD = 3, 9
PORTS = 8


def h3c() -> Walk:
    """Every part repeats the heat of the chassis; one board thinks; one optic measures its light."""
    walk = _switch("sw-h3c", "H3C Comware Platform Software", f"{ENTERPRISES}.25506.11.1.24")
    for row, part in ((2, "S5560"), (11, ""), (65, "Board 1")):
        walk.put(f"{ENTITY}.5.{row}", INTEGER, CHASSIS if row == 2 else BOARD)
        walk.put(f"{ENTITY}.7.{row}", OCTETS, part)
        thinks = row == 65
        tree = f"{ENTERPRISES}.25506.2.6.1.1.1.1"
        walk.put(f"{tree}.6.{row}", INTEGER, 12 if thinks else 0)
        walk.put(f"{tree}.8.{row}", INTEGER, 47 if thinks else 0)
        walk.put(f"{tree}.12.{row}", INTEGER, 38 if row != 11 else UNSUPPORTED)
    walk.put(f"{ENTITY}.10.2", OCTETS, "5.20.99")
    walk.put(f"{ENTITY}.11.2", OCTETS, "DEMOH3C001")
    for place, state in ((1, 1), (2, 2)):
        walk.put(f"{ENTERPRISES}.25506.8.35.9.1.1.1.2.{place}", INTEGER, state)
    for place, state in ((1, 1), (2, 3)):
        walk.put(f"{ENTERPRISES}.25506.8.35.9.1.2.1.2.{place}", INTEGER, state)
    for leaf, value in ((9, -540), (12, -1045), (15, 44), (16, 335), (17, 908)):
        walk.put(f"{ENTERPRISES}.25506.2.70.1.1.1.{leaf}.{PORTS}", INTEGER, value)
        walk.put(f"{ENTERPRISES}.25506.2.70.1.1.1.{leaf}.{EMPTY_CAGE}", INTEGER, NOTHING)
    return walk


def huawei() -> Walk:
    """A router with one thinking board and a radio."""
    walk = _switch("rt-huawei", "Huawei Versatile Routing Platform", f"{ENTERPRISES}.2011.2.224.9")
    for row, part, cpu, memory, heat in ((3, "AR161", 0, 0, 0), (9, "SRU Board 0", 20, 27, 56)):
        tree = f"{ENTERPRISES}.2011.5.25.31.1.1.1.1"
        walk.put(f"{ENTITY}.7.{row}", OCTETS, part)
        for leaf, value in ((5, cpu), (7, memory), (11, heat)):
            walk.put(f"{tree}.{leaf}.{row}", INTEGER, value)
    walk.put(f"{ENTERPRISES}.2011.6.139.16.1.2.1.7.2.76.1.2.3.4.0", INTEGER, 6)
    put_arp(walk, "192.0.2.77", "printer-office")
    return walk


def procurve() -> Walk:
    """Fans and supplies with their states; an optic that receives no light at all."""
    walk = _switch("sw-procurve", "ProCurve J9138A Switch 2520", f"{ENTERPRISES}.11.2.3.7.11.104")
    tree = f"{ENTERPRISES}.11.2.14.11"
    walk.put(f"{tree}.5.1.9.6.1.0", INTEGER, 42)
    walk.put(f"{tree}.5.1.1.2.1.1.1.6.1", INTEGER, 30_000_000)
    walk.put(f"{tree}.5.1.1.2.1.1.1.7.1", INTEGER, 20_000_000)
    for row, part, state in ((1, "Chassis Sensor", 5), (2, "Fan Sensor", 2)):
        walk.put(f"{tree}.1.2.6.1.4.{row}", INTEGER, state)
        walk.put(f"{tree}.1.2.6.1.7.{row}", OCTETS, part)
    for row, state in ((1, 5), (2, 0), (3, 1)):
        walk.put(f"{tree}.5.1.54.2.1.1.4.{row}", INTEGER, state)
    for row, state, heat, watts in ((1, 3, 27, 48), (2, 2, 0, 0)):
        for leaf, value in ((2, state), (4, heat), (6, watts)):
            walk.put(f"{tree}.5.1.55.1.1.1.{leaf}.{row}", INTEGER, value)
        walk.put(f"{tree}.5.1.55.1.1.1.9.{row}", OCTETS, "J9829A")
    optic = ((11, 45_398), (12, 32_970), (13, 8_850), (14, -6_020), (15, -99_999_999))
    for leaf, value in optic:
        walk.put(f"{tree}.5.1.82.1.1.1.1.{leaf}.{PORTS}", INTEGER, value)
    put_sensor(walk, 25, "Chassis Temperature", kind=8, value=20)
    return walk


def cisco() -> Walk:
    """Power over Ethernet by the standard; thermometers, fans and supplies by its own tree."""
    walk = _switch("sw-cisco", "Cisco IOS Software, C2960 Software", f"{ENTERPRISES}.9.1.1208")
    tree = f"{ENTERPRISES}.9.9"
    walk.put(f"{tree}.109.1.1.1.1.7.1", GAUGE, 9)
    for row, part, used, free in ((1, "Processor", 30_000_000, 90_000_000), (2, "I/O", 8, 2)):
        walk.put(f"{tree}.48.1.1.1.2.{row}", OCTETS, part)
        walk.put(f"{tree}.48.1.1.1.5.{row}", GAUGE, used)
        walk.put(f"{tree}.48.1.1.1.6.{row}", GAUGE, free)
    walk.put(f"{tree}.13.1.3.1.2.1006", OCTETS, "SW#1, Sensor#1, GREEN")
    walk.put(f"{tree}.13.1.3.1.3.1006", GAUGE, 33)
    walk.put(f"{tree}.13.1.3.1.6.1006", INTEGER, 1)
    walk.put(f"{tree}.13.1.4.1.2.1004", OCTETS, "Switch#1, Fan#1")
    walk.put(f"{tree}.13.1.4.1.3.1004", INTEGER, 3)
    walk.put(f"{tree}.13.1.5.1.2.1003", OCTETS, "Sw1, PS1 Normal, RPS NotExist")
    walk.put(f"{tree}.13.1.5.1.3.1003", INTEGER, 1)
    put_power(walk, ports=PORTS, feeding=3, budget=370, used=61)
    return walk


def tp_link() -> Walk:
    """ifIndexes from 49153 on, bridge ports from 1 on; power and LLDP in its own trees."""
    walk = _system("sw-tplink", "JetStream 8-Port Gigabit PoE Switch", f"{ENTERPRISES}.11863.5.190")
    tree = f"{ENTERPRISES}.11863.6"
    for leaf, words in ((5, "SG2008P"), (6, "1.20.4"), (8, "DEMOTPL001")):
        walk.put(f"{tree}.1.1.{leaf}.0", OCTETS, words)
    walk.put(f"{tree}.4.1.1.1.1.2.1", INTEGER, 19)
    walk.put(f"{tree}.4.1.2.1.1.2.1", INTEGER, 41)
    _vlan_interface(walk)
    for port in range(1, PORTS + 1):
        put_port(
            walk,
            port,
            index=49_152 + port,
            name="gigabitEthernet 1/0/{port}",
            descr="gigabitEthernet 1/0/{port}",
            alias="摄像头 1" if port == 1 else "",
            is_up=port < PORTS,
        )
        walk.put(f"1.3.6.1.2.1.17.1.4.1.2.{49_152 + port}", INTEGER, 49_152 + port)
        power = tree + ".56.1.1.2.1.1"
        for leaf, value in ((2, 1), (7, 26 if port == 1 else 0), (9, 528), (11, 2 * (port == 1))):
            walk.put(f"{power}.{leaf}.{port}", INTEGER, value)
    walk.put(f"{tree}.56.1.1.1.1.0", INTEGER, 620)
    walk.put(f"{tree}.56.1.1.1.3.0", INTEGER, 26)
    for leaf, words in ((4, "02:4C:00:00:00:07"), (6, "eth1"), (8, "uplink"), (9, "rt-huawei")):
        walk.put(f"{tree}.35.1.2.2.1.{leaf}.49159.1", OCTETS, words)
    walk.put("1.3.6.1.2.1.17.7.1.2.2.1.2.1.2.76.0.0.0.9", INTEGER, 3)
    return walk


def ruijie() -> Walk:
    """Processor and memory in its own tree."""
    walk = _switch("sw-ruijie", "Ruijie Gigabit Ethernet Switch", f"{ENTERPRISES}.4881.1.1.10.1.47")
    walk.put(f"{ENTERPRISES}.4881.1.1.10.2.36.1.1.2.0", GAUGE, 14)
    walk.put(f"{ENTERPRISES}.4881.1.1.10.2.35.1.1.1.3.1", GAUGE, 52)
    return walk


def access_point() -> Walk:
    """An access point that nobody has heard of: ports, a radio, and the table of IEEE 802.11."""
    walk = _system("ap-hall", "Enterprise Access Point", f"{ENTERPRISES}.8072.9999.9999")
    walk.put("1.2.840.10036.1.1.1.9.2", OCTETS, "campus")
    put_port(walk, 1, name="eth0", descr="eth0", is_up=True)
    put_port(walk, 2, name="wlan0", descr="wlan0", is_up=True)
    walk.put(f"{INTERFACE}.3.2", INTEGER, 71)
    walk.put(f"{INTERFACE_X}.17.2", INTEGER, 2)
    put_card(walk, "ap-hall")
    return walk


def unifi() -> Walk:
    """Two networks on two radios, behind a crowd of interfaces that are software."""
    walk = _system("ap-unifi", "UAP-AC-Lite 5.43.36", f"{ENTERPRISES}.8072.3.2.10")
    for port, name in enumerate(("eth0", "ra0", "rai0", "br0", "wds0", "apcli0"), 1):
        put_port(walk, port, name=name, descr=name, is_up=port <= 3)
    tree = f"{ENTERPRISES}.41112.1.6"
    for row, radio, busy in ((1, "ng", 38), (2, "na", 11)):
        walk.put(f"{tree}.1.1.1.3.{row}", OCTETS, radio)
        walk.put(f"{tree}.1.1.1.6.{row}", INTEGER, busy)
    networks = (
        (1, "ng", 6, "教学", 9, 23),
        (2, "na", 149, "教学", 21, 26),
        (3, "na", 149, "访客", 2, 26),
    )
    for row, radio, channel, ssid, clients, power in networks:
        walk.put(f"{tree}.1.2.1.4.{row}", INTEGER, channel)
        walk.words(f"{tree}.1.2.1.6.{row}", ssid)
        walk.put(f"{tree}.1.2.1.8.{row}", INTEGER, clients)
        walk.put(f"{tree}.1.2.1.9.{row}", OCTETS, radio)
        walk.put(f"{tree}.1.2.1.21.{row}", INTEGER, power)
    walk.put(f"{tree}.3.3.0", OCTETS, "UAP-AC-Lite")
    walk.put(f"{tree}.3.6.0", OCTETS, "5.43.36")
    walk.put(f"{ENTERPRISES}.10002.1.1.1.1.1.0", INTEGER, 124_000)
    walk.put(f"{ENTERPRISES}.10002.1.1.1.1.2.0", INTEGER, 31_000)
    for row, load in ((1, 64), (2, 62), (3, 57)):
        walk.put(f"{ENTERPRISES}.2021.10.1.5.{row}", INTEGER, load)
    return walk


def put_sensor(
    walk: Walk,
    row: int,
    name: str,
    *,
    kind: int,
    value: int,
    scale: int = 9,
    precision: int = 0,
    status: int | None = 1,
) -> None:
    """One sensor of ENTITY-SENSOR-MIB, with the part that it is called by."""
    sensors = "1.3.6.1.2.1.99.1.1.1"
    walk.words(f"{ENTITY}.7.{row}", name)
    for leaf, number in ((1, kind), (2, scale), (3, precision), (4, value), (5, status)):
        if number is not None:
            walk.put(f"{sensors}.{leaf}.{row}", INTEGER, number)


def _switch(name: str, descr: str, object_id: str) -> Walk:
    """A switch of eight ports, of which the first five are up; one PC hangs on the second."""
    walk = _system(name, descr, object_id)
    for port in range(1, PORTS + 1):
        put_port(walk, port, is_up=port <= 5, name="GE1/0/{port}", descr="GE1/0/{port}")
    put_hub(walk, name, Hub(PORTS, {2: f"{name}-pc"}, {}))
    return walk


def _system(name: str, descr: str, object_id: str) -> Walk:
    walk = with_system(
        name, "网络机房", descr=descr, object_id=object_id, services=LAYER_TWO_SERVICES
    )
    walk.since(f"{SYSTEM}.3.0", ON_SINCE)
    return walk


def _vlan_interface(walk: Walk) -> None:
    """What the firmware calls Ethernet with a connector, and is software all the same."""
    for leaf, tag, value in ((2, OCTETS, "Vlan-interface1"), (3, INTEGER, 6), (8, INTEGER, 1)):
        walk.put(f"{INTERFACE}.{leaf}.1", tag, value)
    walk.put(f"{INTERFACE_X}.1.1", OCTETS, "Vlan-interface1")
    walk.put(f"{INTERFACE_X}.6.1", COUNTER64, 405_200)
    walk.put(f"{INTERFACE_X}.17.1", INTEGER, 1)


WALKS: dict[str, Callable[[], Walk]] = {
    "switch-h3c": h3c,
    "switch-huawei": huawei,
    "switch-procurve": procurve,
    "switch-cisco": cisco,
    "switch-tplink": tp_link,
    "switch-ruijie": ruijie,
    "access-point": access_point,
    "access-point-unifi": unifi,
}
