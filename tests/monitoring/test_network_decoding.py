"""Tables of cases for what switches, access points and sensors say of themselves and of others."""

import pytest

from monitoring.decoding import decode
from monitoring.decoding.boards import boards, pools
from monitoring.decoding.bridges import arp, bridge_table, neighbours, own_cards
from monitoring.decoding.interfaces import Ports, interfaces, physical
from monitoring.decoding.poe import poe_ports, poe_supply
from monitoring.decoding.readings import Reading, State
from monitoring.decoding.rows import Row, Rows
from monitoring.decoding.sensors import entity_sensors
from monitoring.decoding.topology import (
    MOST_FORWARDING_ENTRIES,
    ForwardingEntry,
    HardwareAddress,
    Neighbour,
    surroundings_of,
    within_bounds,
)
from monitoring.decoding.wireless import wireless_networks
from monitoring.polling.full_visit import rows_plan
from monitoring.profiles import Read, profile_named

MAC = (0x02, 0x4C, 0xAB, 0, 0, 1)
MAC_TEXT = "02:4c:ab:00:00:01"


def ethernet(name: str, **more: object) -> Row:
    return {"type": 6, "status": 1, "name": name.encode(), **more}  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("row", "is_port"),
    [
        (ethernet("GigabitEthernet1/0/1"), True),
        (ethernet("1"), True),
        (ethernet("eth0"), True),
        (ethernet("ge-0/0/1"), True),
        (ethernet("port1.0.1"), True),  # a dot, but no port1.0 that it would be a VLAN of
        ({"type": 71, "status": 1, "name": b"wlan0", "connector": 2}, True),
        ({"type": 117, "status": 1, "descr": b"Port 9"}, True),
        (ethernet("Vlan-interface1"), False),
        (ethernet("vlan20"), False),
        (ethernet("br0"), False),
        (ethernet("wds3"), False),
        (ethernet("apclii0"), False),
        (ethernet("ifb0"), False),
        (ethernet("InLoopBack0"), False),
        (ethernet("Management", connector=2), False),
        (ethernet("other.100"), False),  # a VLAN of a port called "other"
        # Several ports bound to one, and VLANs, that firmware calls Ethernet.
        *((ethernet(name), False) for name in (
            "port-channel 1", "Port-channel12", "Po1", "vtss.vlan.12", "VLAN 1", "Vl10", "lag 1",
            "Trk1", "Bridge-Aggregation1", "Eth-Trunk1", "AggregatePort 1", "Bundle-Ether1", "ae0",
            "br-12ab34cd56ef", "docker0", "veth12ab", "cali123abc", "eth0.2", "ptm0.101", "BVI1",
            "CPU Interface for Slot: 5 Port: 1", "DEFAULT_VLAN", "Loopback 0", "Tunnel1", "irb.100",
            "Link Aggregate 1", "virbr0-nic", "vEthernet (Default Switch)", "NULL0",
        )),
        # ifConnectorPresent false hides no socket that is numbered as one.
        *((ethernet(name, connector=2), True) for name in (
            "TenGigabitEthernet 1/1", "fortyGigE 1/49", "1/1/1", "A1", "ge-0/0/1", "ge.1.1", "port1",
            "wan1", "internal", "dmz", "swp3", "enp2s0", "Slot: 0 Port: 1 Gigabit", "XGE0/0/1",
            "HUAWEI, Quidway Series, GigabitEthernet0/0/1", "sfp-sfpplus1", "gigabitEthernet 1/0/1",
        )),
        # What Windows lists beside its card has numbers too, but not those of sockets.
        (ethernet("ethernet_32769", connector=2), False),
        (ethernet("Realtek Controller-WFP Filter-0000", connector=2), False),
        ({"type": 24, "status": 1, "name": b"lo"}, False),
        ({"type": 53, "status": 1, "name": b"Vlan1"}, False),
        ({"type": 131, "status": 1, "name": b"tun0"}, False),
        ({"status": 1, "name": b"nothing"}, False),
    ],
)  # fmt: skip
def test_only_what_has_a_socket_or_an_antenna_is_a_port(row: Row, is_port: bool) -> None:
    rows: Rows = {(1,): row, (2,): ethernet("other", connector=1)}
    assert ((1,) in physical(rows)) is is_port


def test_an_agent_that_knows_of_no_connectors_still_has_ports() -> None:
    rows: Rows = {(n,): ethernet(f"Gi0/{n}", connector=2) for n in (1, 2)}
    assert len(physical(rows)) == 2


def test_of_57_ports_among_hundreds_of_vlans_only_the_ports_are_asked_again() -> None:
    rows: Rows = {(n,): ethernet(f"Gi1/0/{n}", in_octets_64=n, in_octets=n) for n in range(1, 58)}
    rows |= {(1000 + n,): {"type": 53, "status": 1, "name": b"Vlan"} for n in range(300)}
    read = next(r for r in profile_named("switch").read if r.decode == "interfaces")  # type: ignore[union-attr]
    plan = rows_plan(read, rows, [], 0.0)
    assert len(plan.rows) == 57
    assert "in_octets" not in plan.asked or plan.asked["in_octets"] == []
    assert len(plan.asked["in_octets_64"]) == 57


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"high_speed": 1000, "speed": 2**32 - 1}, 1_000_000_000),
        ({"high_speed": 10_000, "speed": 2**32 - 1}, 10_000_000_000),
        ({"speed": 100_000_000}, 100_000_000),
        ({"high_speed": 0, "speed": 64_000}, 64_000),
        ({"speed": 2**32 - 1}, None),  # more than it can say, and nothing that says it
        ({"speed": 0}, None),
        ({"high_speed": -5}, None),
    ],
)
def test_the_speed_of_a_port(row: Row, expected: int | None) -> None:
    readings = interfaces({(1,): {**ethernet("1"), **row}}, None)
    speeds = [r.value for r in readings if r.metric == "if_speed"]
    assert speeds == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("row", "words", "state"),
    [
        ({"status": 1, "admin": 1}, "up", State.ok),
        ({"status": 2, "admin": 1}, "down", State.ok),
        ({"status": 2, "admin": 2}, "disabled", State.ok),
        ({"status": 6, "admin": 1}, "not_present", State.ok),
        ({"status": 9, "admin": 1}, "unknown", State.unknown),
        ({"status": 1}, "up", State.ok),
    ],
)
def test_the_state_of_a_port(row: Row, words: str, state: State) -> None:
    reading = interfaces({(1,): {**ethernet("1"), **row}}, None)[0]
    assert (reading.metric, reading.value, reading.state) == ("if_status", words, state)


def test_half_duplex_is_a_warning_only_on_a_link_and_an_alias_is_what_people_wrote() -> None:
    up = ethernet("Gi1", duplex=2, alias=b"Gi1 Interface", descr=b"GigabitEthernet1")
    down = ethernet("Gi2", duplex=2, status=2, alias="讲台".encode("gb18030"))
    readings = interfaces({(1,): up, (2,): down}, None)
    assert [(r.metric, r.instance, r.value, r.state) for r in readings if r.metric in
            ("if_duplex", "if_alias")] == [
        ("if_duplex", "Gi1", "half_duplex", State.warning),
        ("if_alias", "Gi2", "讲台", State.ok),
    ]  # fmt: skip


def names(*numbers: int, base: bool = True) -> Rows:
    rows: Rows = {(100 + n,): {"name": f"Gi0/{n}".encode(), "type": 6} for n in numbers}
    if base:
        rows |= {(n,): {"base_if": 100 + n} for n in numbers}
    return rows


def test_bridge_ports_are_counted_apart_from_interfaces() -> None:
    rows = names(1, 2) | {MAC: {"port": 2, "kind": 3}}
    assert bridge_table(rows, None) == [ForwardingEntry("Gi0/2", MAC_TEXT)]


def test_ifindexes_in_one_table_and_places_in_the_other() -> None:
    rows: Rows = {
        (49_152 + n,): {"name": f"1/0/{n}".encode(), "base_if": 49_152 + n} for n in (1, 2)
    }
    rows |= {(1,): {"name": b"Vlan-interface1"}, MAC: {"port": 1}}
    assert bridge_table(rows, None) == [ForwardingEntry("1/0/1", MAC_TEXT)]


@pytest.mark.parametrize(
    ("index", "row"),
    [
        (MAC, {"port": 2, "kind": 4}),  # the switch's own card
        (MAC, {"port": 2, "kind": 2}),  # not valid any more
        (MAC, {"port": 0, "kind": 3}),  # nobody knows where
        ((1, 0, 0x5E, 0, 0, 1), {"port": 2}),  # a group
        ((0, 0, 0, 0, 0, 0), {"port": 2}),
        ((300, 0, 0, 0, 0, 0), {"port": 2}),  # no byte
        ((2, 0x4C), {"port": 2}),
        (MAC, {"port": b"two"}),
        (MAC, {}),
    ],
)
def test_what_is_no_sighting(index: tuple[int, ...], row: Row) -> None:
    assert bridge_table(names(1, 2) | {index: row}, None) == []


def test_vlans_by_their_filtering_database_and_as_themselves() -> None:
    rows = names(1) | {(30, *MAC): {"port": 1}}
    assert bridge_table(rows, None) == [ForwardingEntry("Gi0/1", MAC_TEXT, 30)]
    shared: Rows = {(0, 95): {"vlan_fid": 2}, (2, *MAC): {"port": 1}}
    assert bridge_table(names(1) | shared, None) == [ForwardingEntry("Gi0/1", MAC_TEXT, 95)]


def test_the_table_that_knows_vlans_wins_over_the_plain_one() -> None:
    around = surroundings_of([ForwardingEntry("1", MAC_TEXT, 30), ForwardingEntry("1", MAC_TEXT)])
    assert around.forwarding == [ForwardingEntry("1", MAC_TEXT, 30)]


def test_a_full_uplink_costs_its_own_cards_and_not_those_at_the_edge() -> None:
    uplink = [
        ForwardingEntry("24", f"02:4c:00:00:{n >> 8:02x}:{n & 255:02x}") for n in range(10_000)
    ]
    edge = [ForwardingEntry("7", MAC_TEXT)]
    kept = within_bounds([*uplink, *edge])
    assert len(kept) == MOST_FORWARDING_ENTRIES
    assert edge[0] in kept


@pytest.mark.parametrize(
    ("row", "local", "expected"),
    [
        ({"chassis_kind": 4, "chassis": bytes(MAC), "sys_name": b"sw-b", "port_id": b"24"},
         {}, Neighbour("Gi0/2", MAC_TEXT, "sw-b", "24")),
        ({"chassis_kind": 4, "chassis": bytes(MAC), "port_descr": b"Gi1/0/3", "port_id": b"3"},
         {"local_id": b"gi0/1"}, Neighbour("Gi0/1", MAC_TEXT, "", "Gi1/0/3")),
        ({"chassis_kind": 7, "chassis": b"serial-42"}, {"local_descr": b"Gi0/1"},
         Neighbour("Gi0/1", "serial-42")),
        ({"chassis": b"02-4C-AB-00-00-01"}, {}, Neighbour("Gi0/2", MAC_TEXT)),
        ({"chassis": b"024c.ab00.0001"}, {}, Neighbour("Gi0/2", MAC_TEXT)),
        # Six letters are no MAC when the kind says that they are a name.
        ({"chassis_kind": 7, "chassis": b"switch"}, {}, Neighbour("Gi0/2", "switch")),
    ],
)  # fmt: skip
def test_neighbours_by_lldp(row: Row, local: Row, expected: Neighbour) -> None:
    rows = names(1, 2) | {(0, 2, 1): row}
    rows[(2,)] = {**rows[(2,)], **local}
    assert neighbours(rows, None) == [expected]


def test_neighbours_of_a_vendors_table_are_by_ifindex() -> None:
    rows = names(1, 2) | {(102, 1): {"chassis": bytes(MAC), "chassis_kind": 4}}
    assert neighbours(rows, None) == [Neighbour("Gi0/2", MAC_TEXT)]


def test_addresses_of_others_and_of_its_own() -> None:
    table: Rows = {
        (3, 192, 0, 2, 7): {"mac": bytes(MAC), "kind": 3},
        (3, 192, 0, 2, 8): {"mac": bytes(MAC), "kind": 2},
        (3, 192, 0, 2, 9): {"mac": b"\xff" * 6},
        (3, 192, 0): {"mac": bytes(MAC)},
    }
    assert arp(table, None) == [HardwareAddress("192.0.2.7", MAC_TEXT)]
    own: Rows = {
        (192, 0, 2, 1): {"interface": 2},
        (127, 0, 0, 1): {"interface": 1},
        (2,): {"mac": bytes(MAC)},
        (1,): {"mac": b""},
    }
    assert own_cards(own, None) == [HardwareAddress("192.0.2.1", MAC_TEXT, is_own=True)]


@pytest.mark.parametrize(
    ("group", "place", "name"),
    [(1, 2, "Gi1/0/2"), (2, 1, "Gi2/0/1"), (1, 9, "1/9"), (3, 1, "3/1")],
)
def test_sockets_by_group_and_place(group: int, place: int, name: str) -> None:
    rows: Rows = {
        (100 * unit + n,): {"name": f"Gi{unit}/0/{n}".encode(), "type": 6}
        for unit in (1, 2)
        for n in (1, 2)
    }
    assert Ports(rows).by_position(group, place) == name


def test_power_over_ethernet() -> None:
    codes = {
        "2": ("searching", State.ok),
        "3": ("feeding", State.ok),
        "4": ("faulty", State.warning),
    }
    read = Read(decode="poe_ports", objects={}, scale=0.1, codes=codes)
    rows: Rows = {(n,): {"name": f"Gi0/{n}".encode(), "type": 6} for n in (1, 2, 3)}
    rows |= {
        (1, 1): {"status": 3, "admin": 1, "power": 65},
        (1, 2): {"status": 4, "admin": 1},
        (1, 3): {"status": 4, "admin": 2},
    }
    assert poe_ports(rows, read) == [
        Reading("poe_status", "Gi0/1", "feeding"),
        Reading("poe_power", "Gi0/1", 6.5, "watts"),
        Reading("poe_status", "Gi0/2", "faulty", state=State.warning),
        Reading("poe_status", "Gi0/3", "disabled"),
    ]


def test_the_supply_of_the_ports_in_watts_and_percent() -> None:
    read = Read(decode="poe_supply", objects={})
    rows: Rows = {(1,): {"budget": 370, "used": 333, "status": 1}}
    assert poe_supply(rows, read) == [
        Reading("poe_supply", "", "on"),
        Reading("poe_budget", "", 370, "watts"),
        Reading("poe_used", "", 333, "watts"),
        Reading("poe_load", "", 90.0, "percent"),
    ]
    two = poe_supply({(1,): {"used": 3}, (2,): {"used": 4, "budget": 0}}, read)
    assert [(r.metric, r.instance) for r in two] == [("poe_used", "1"), ("poe_used", "2")]


@pytest.mark.parametrize(
    ("row", "metric", "value"),
    [
        ({"type": 8, "value": 23}, "temperature", 23),
        ({"type": 8, "value": 235, "scale": 9, "precision": 1}, "temperature", 23.5),
        ({"type": 8, "value": 23_500, "scale": 8, "precision": 0}, "temperature", 23.5),
        ({"type": 4, "value": 3_312, "scale": 8}, "sensor_voltage", 3.312),
        ({"type": 5, "value": 7_400, "scale": 7}, "sensor_current", 0.0074),
        ({"type": 6, "value": 2, "scale": 10}, "sensor_power", 2_000),
        ({"type": 9, "value": 461, "precision": 1}, "humidity", 46.1),
        ({"type": 10, "value": 4_200}, "fan_speed", 4_200),
        ({"type": 12, "value": 1}, "sensor_truth", "true"),
        ({"type": 12, "value": 7}, "sensor_truth", "unknown"),
        ({"type": 1, "value": 5}, "sensor_value", 5),
        ({"type": 8, "value": -12, "status": 1}, "temperature", -12),
        ({"type": 8, "value": 0, "status": 3}, "temperature", "faulty"),
        # Nonsense in scale or precision is no reason to multiply by it.
        ({"type": 8, "value": 23, "scale": 99}, "temperature", 23),
        ({"type": 8, "value": 23, "precision": 40}, "temperature", 23),
    ],
)
def test_a_sensor_in_its_unit(row: Row, metric: str, value: object) -> None:
    (reading,) = entity_sensors({(1,): {"name": "探头".encode(), **row}}, None)
    assert (reading.metric, reading.instance, reading.value) == (metric, "探头", value)


@pytest.mark.parametrize(
    "row",
    [
        {"type": 8, "value": 23, "status": 2},  # there is none
        {"type": 8, "value": -1_000_000_000},  # too small to be said
        {"type": 8, "value": 1_000_000_000},
        {"type": 8, "value": b"23"},
        {"type": 8},
    ],
)
def test_what_no_sensor_measured(row: Row) -> None:
    assert entity_sensors({(1,): row}, None) == []


@pytest.mark.parametrize(
    ("row", "value", "state"),
    [
        ({"value": 235, "status": 2, "celsius": 1}, 23.5, State.ok),
        ({"value": 752, "status": 4, "celsius": 0}, 24.0, State.critical),  # Fahrenheit
        ({"value": 235, "status": 9}, 23.5, State.unknown),
        ({"value": 235}, 23.5, State.ok),
        ({"status": 4}, "too_high", State.critical),
    ],
)
def test_a_probe_with_the_state_that_it_gives_itself(row: Row, value: object, state: State) -> None:
    codes = {"2": ("good", State.ok), "4": ("too_high", State.critical)}
    read = Read(
        decode="probe", objects={}, metric="temperature", scale=0.1, codes=codes,
        only={"online": [1]},
    )  # fmt: skip
    rows: Rows = {(0,): {"label": b"Rack", "online": 1, **row}, (1,): {"online": 2, "value": 1}}
    (reading,) = decode(rows, read)
    assert isinstance(reading, Reading)
    assert (reading.instance, reading.value, reading.state) == ("Rack", value, state)


def test_boards_that_think_and_those_that_only_repeat_the_chassis() -> None:
    rows: Rows = {
        (2,): {"name": b"Chassis", "cpu": 0, "memory": 0, "temperature": 38},
        (11,): {"name": b"", "cpu": 0, "memory": 0, "temperature": 65_535},
        (65,): {"name": b"Board 1", "cpu": 0, "memory": 47, "temperature": 38},
    }
    assert boards(rows, None) == [
        Reading("cpu_load", "", 0, "percent"),
        Reading("memory_used", "", 47, "percent"),
        Reading("temperature", "", 38, "celsius"),
    ]
    two = boards(rows | {(66,): {"name": b"Board 2", "cpu": 101, "memory": 30}}, None)
    assert [(r.metric, r.instance) for r in two] == [
        ("cpu_load", "Board 1"), ("memory_used", "Board 1"), ("temperature", "Board 1"),
        ("memory_used", "Board 2"),
    ]  # fmt: skip
    only_warm = boards({(2,): {"cpu": 0, "temperature": 40}, (3,): {"temperature": 40}}, None)
    assert only_warm == [
        Reading("cpu_load", "", 0, "percent"),
        Reading("temperature", "", 40, "celsius"),
    ]


def test_memory_in_pools() -> None:
    rows: Rows = {
        (1,): {"label": b"Processor", "used": 30, "free": 90},
        (2,): {"label": b"I/O", "used": 0, "free": 0},
    }
    assert pools(rows, None) == [Reading("memory_used", "", 25.0, "percent")]


def test_clients_of_each_network_and_in_all() -> None:
    rows: Rows = {
        (1,): {"ssid": "教学".encode(), "radio": b"ng", "clients": 3, "channel": 6, "power": 20},
        (2,): {"ssid": "教学".encode(), "radio": b"na", "clients": 9, "channel": 149},
        (3,): {"ssid": b"", "radio": b"", "clients": 1},
    }
    found = {(r.metric, r.instance): r.value for r in wireless_networks(rows, None)}
    assert found == {
        ("wifi_clients", ""): 13,
        ("wifi_clients", "教学 · 2.4 GHz"): 3,
        ("wifi_clients", "教学 · 5 GHz"): 9,
        ("wifi_clients", "3"): 1,
        ("wifi_channel", "2.4 GHz"): 6,
        ("wifi_power", "2.4 GHz"): 20,
        ("wifi_channel", "5 GHz"): 149,
    }
    assert wireless_networks({}, None) == []
