"""Which port is this PC on: what switches saw is kept in bulk, and the edge is found among them."""

import asyncio
import contextvars
from datetime import datetime, timedelta

import pytest

from core import clock, database
from core.access import Role
from core.errors import Conflict, Forbidden, Invalid, NotFound
from monitoring import topology
from monitoring.decoding.topology import ForwardingEntry, HardwareAddress, Neighbour, Surroundings
from monitoring.snmp import Address
from monitoring.topology.panel import port_numbers
from monitoring.topology.store import delete_old, store_forwarding
from tests import factories
from tests import factories_monitoring as made

usefixtures = pytest.mark.usefixtures
PC = "02:4c:00:00:00:01"
OTHER = "02:4c:00:00:00:02"


def cards(port: str, count: int, start: int = 100) -> list[ForwardingEntry]:
    return [
        ForwardingEntry(
            port, f"02:4c:{n >> 24 & 255:02x}:{n >> 16 & 255:02x}:{n >> 8 & 255:02x}:{n & 255:02x}"
        )
        for n in range(start, start + count)
    ]


async def with_mac(device: made.MadeDevice, mac: str) -> made.MadeDevice:
    await database.execute("UPDATE device SET mac = $2 WHERE id = $1", device.id, mac)
    return device


async def see(device: made.MadeDevice, *seen: ForwardingEntry, at: datetime | None = None) -> None:
    around = Surroundings(forwarding=list(seen))
    await topology.store_surroundings(device.id, device.school.id, around, at or clock.now())


async def hear(device: made.MadeDevice, *heard: Neighbour) -> None:
    around = Surroundings(neighbours=list(heard))
    await topology.store_surroundings(device.id, device.school.id, around, clock.now())


@pytest.mark.parametrize(
    ("typed", "mac"),
    [
        ("02:4C:AB:00:00:01", "02:4c:ab:00:00:01"),
        ("02-4c-ab-00-00-01", "02:4c:ab:00:00:01"),
        ("024c.ab00.0001", "02:4c:ab:00:00:01"),
        ("024c-ab00-0001", "02:4c:ab:00:00:01"),
        (" 024CAB000001 ", "02:4c:ab:00:00:01"),
        ("02:4c-ab:00:00:01", None),
        ("024cab0000", None),
        ("01:00:5e:00:00:01", None),  # a group of cards is behind no port
        ("ff:ff:ff:ff:ff:ff", None),
        ("00:00:00:00:00:00", None),
        ("ABCDEFABCDEG", None),
        ("S1-00042", None),
        ("", None),
    ],
)
def test_a_mac_is_read_however_it_is_written(typed: str, mac: str | None) -> None:
    assert topology.mac_of(typed) == mac


@pytest.mark.parametrize(
    ("names", "numbers"),
    [
        (["Gi0/1", "Gi0/2"], ["1", "2"]),
        (["GigabitEthernet1/0/12"], ["12"]),
        (["Gi1/0/1", "Gi2/0/1", "Gi1/0/2"], ["1/0/1", "2/0/1", "2"]),
        (["eth0", "wlan0"], ["eth0", "wlan0"]),  # one number twice tells nothing
        (["1", "2", "A1"], ["1", "2", "A1"]),
        (["port.mgmt"], ["port.mgmt"]),
    ],
)
def test_a_port_is_called_by_the_number_beside_its_socket(
    names: list[str], numbers: list[str]
) -> None:
    assert list(port_numbers(names).values()) == numbers


@usefixtures("db")
async def test_the_edge_is_the_port_with_the_fewest_cards() -> None:
    school = await factories.school()
    teacher = (await factories.person(Role.teacher, school)).actor
    core, room = await made.device(school), await made.device(school)
    await see(core, ForwardingEntry("Gi1/0/1", PC, 30), *cards("Gi1/0/1", 40))
    await see(room, ForwardingEntry("Gi0/12", PC, 30))
    found = await topology.find_port(teacher, PC.upper())
    assert found.edge is not None
    assert (found.edge.device_id, found.edge.port, found.edge.vlan) == (room.id, "Gi0/12", 30)
    assert [(one.device_id, one.cards) for one in found.also] == [(core.id, 41)]
    assert (found.asked_by, found.why) == ("mac", None)


@usefixtures("db")
async def test_a_port_that_leads_to_a_switch_is_no_edge_however_empty() -> None:
    school = await factories.school()
    teacher = (await factories.person(Role.teacher, school)).actor
    core = await made.device(school)
    room = await with_mac(await made.device(school), OTHER)
    await see(core, ForwardingEntry("Gi1/0/1", PC))
    await hear(core, Neighbour("Gi1/0/1", OTHER, "sw-room", "Gi0/24"))
    await see(room, ForwardingEntry("Gi0/3", PC), *cards("Gi0/3", 4))  # a small hub hangs there
    found = await topology.find_port(teacher, PC)
    assert found.edge is not None
    assert found.edge.device_id == room.id
    assert found.also[0].leads_to_switch


@usefixtures("db")
async def test_a_card_that_moved_is_where_it_was_seen_last() -> None:
    school = await factories.school()
    teacher = (await factories.person(Role.teacher, school)).actor
    before, now = await made.device(school), await made.device(school)
    await see(before, ForwardingEntry("1", PC), at=clock.now() - timedelta(days=2))
    await see(now, ForwardingEntry("7", PC), *cards("7", 3))
    found = await topology.find_port(teacher, PC)
    assert found.edge is not None
    assert (found.edge.device_id, found.edge.port, found.also) == (now.id, "7", [])


@usefixtures("db")
async def test_it_is_asked_by_tag_and_by_address_too_and_says_why_it_does_not_know() -> None:
    school = await factories.school()
    teacher = (await factories.person(Role.teacher, school)).actor
    switch = await made.device(school)
    pc = await made.device(school, Address("127.0.0.44", 161))
    by_tag = await topology.find_port(teacher, pc.asset.tag.lower())
    assert by_tag.edge is None
    assert "MAC" in str(by_tag.why)
    await with_mac(pc, PC)
    unseen = await topology.find_port(teacher, "127.0.0.44")
    assert "None of the monitored switches" in str(unseen.why)
    await see(switch, ForwardingEntry("9", PC))
    for question in (pc.asset.tag, "127.0.0.44", PC):
        found = await topology.find_port(teacher, question)
        assert found.edge is not None
        assert (found.edge.port, found.subject.asset_tag) == ("9", pc.asset.tag)
    bare = await factories.asset(school)
    assert "not monitored" in str((await topology.find_port(teacher, bare.tag)).why)
    for rubbish in ("", "no-such-tag", "127.0.0.45", "zz:zz"):
        with pytest.raises(Invalid):
            await topology.find_port(teacher, rubbish)


@usefixtures("db")
async def test_another_school_finds_nothing() -> None:
    ours, theirs = await factories.school(), await factories.school()
    stranger = (await factories.person(Role.admin, theirs)).actor
    switch = await made.device(ours)
    pc = await with_mac(await made.device(ours), PC)
    await see(switch, ForwardingEntry("9", PC))
    found = await topology.find_port(stranger, PC)
    assert (found.edge, found.also, found.subject.asset_tag) == (None, [], None)
    with pytest.raises(Invalid):
        await topology.find_port(stranger, pc.asset.tag)
    with pytest.raises(NotFound):
        await topology.list_ports(stranger, switch.id)
    with pytest.raises(NotFound):
        await topology.suggest_parent(stranger, pc.id)


@usefixtures("db")
async def test_ten_thousand_cards_are_kept_in_one_statement_and_found_at_once() -> None:
    school = await factories.school()
    teacher = (await factories.person(Role.teacher, school)).actor
    switch = await made.device(school)
    many = [*cards("Gi1/0/24", 10_000), ForwardingEntry("Gi1/0/7", PC)]
    await store_forwarding(switch.id, many, clock.now())
    await store_forwarding(switch.id, many, clock.now())
    assert await database.fetch_value("SELECT count(*) FROM port_sighting") == 10_001
    found = await topology.find_port(teacher, PC)
    panel = await topology.list_ports(teacher, switch.id)
    assert found.edge is not None
    assert found.edge.port == "Gi1/0/7"
    assert panel.ports == []  # no visit has told of ports yet


@usefixtures("db")
async def test_an_older_round_never_overwrites_a_newer_one() -> None:
    school = await factories.school()
    switch = await made.device(school)
    now = clock.now()
    await see(switch, ForwardingEntry("2", PC, 7), at=now)
    await see(switch, ForwardingEntry("1", PC), at=now - timedelta(minutes=5))
    assert await database.fetch_value("SELECT port || ' ' || vlan FROM port_sighting") == "2 7"


@usefixtures("db")
async def test_what_was_not_seen_for_a_month_is_forgotten() -> None:
    school = await factories.school()
    switch = await made.device(school)
    await see(switch, ForwardingEntry("1", PC), at=clock.now() - timedelta(days=31))
    await see(switch, ForwardingEntry("2", OTHER))
    await delete_old()
    assert await database.fetch_value("SELECT string_agg(mac, ' ') FROM port_sighting") == OTHER


@usefixtures("db")
async def test_neighbours_that_left_the_cable_are_gone_with_the_next_round() -> None:
    school = await factories.school()
    switch = await made.device(school)
    await hear(switch, Neighbour("1", PC, "ap-1"), Neighbour("2", OTHER, "ap-2"))
    await hear(switch, Neighbour("2", OTHER, "ap-2b"))
    names = await database.fetch_value("SELECT string_agg(name, ' ') FROM port_neighbour")
    assert names == "ap-2b"


@usefixtures("db")
async def test_a_missing_mac_is_filled_in_and_a_written_one_never_changed() -> None:
    school, elsewhere = await factories.school(), await factories.school()
    router = await made.device(school)
    pc = await made.device(school, Address("127.0.0.61", 161))
    written = await with_mac(await made.device(school, Address("127.0.0.62", 161)), OTHER)
    twins = [await made.device(school, Address("127.0.0.63", port)) for port in (161, 162)]
    theirs = await made.device(elsewhere, Address("127.0.0.61", 161))
    addresses = [HardwareAddress(f"127.0.0.{n}", f"02:4c:00:00:01:{n}") for n in (61, 62, 63)]
    own = HardwareAddress("192.0.2.1", "02:4c:00:00:02:01", is_own=True)
    around = Surroundings(addresses=[*addresses, own])
    await topology.store_surroundings(router.id, school.id, around, clock.now())

    async def mac(device: made.MadeDevice) -> object:
        return await database.fetch_value("SELECT mac FROM device WHERE id = $1", device.id)

    assert await mac(pc) == "02:4c:00:00:01:61"
    assert await mac(router) == "02:4c:00:00:02:01"
    assert await mac(written) == OTHER
    assert [await mac(one) for one in twins] == [None, None]
    assert await mac(theirs) is None


@usefixtures("db")
async def test_two_routers_fill_in_the_same_devices_without_waiting_in_a_ring() -> None:
    school = await factories.school()
    routers = [await made.device(school) for _ in range(8)]
    pcs = [await made.device(school, Address(f"127.0.1.{n}", 161)) for n in range(1, 30)]
    addresses = [HardwareAddress(f"127.0.1.{n}", f"02:4c:00:01:00:{n:02d}") for n in range(1, 30)]
    around = [Surroundings(addresses=addresses), Surroundings(addresses=addresses[::-1])]
    loop = asyncio.get_running_loop()
    tasks = [
        loop.create_task(
            topology.store_surroundings(router.id, school.id, around[n % 2], clock.now()),
            context=contextvars.Context(),
        )
        for n, router in enumerate(routers * 4)
    ]
    await asyncio.gather(*tasks)
    filled = await database.fetch_value("SELECT count(*) FROM device WHERE mac IS NOT NULL")
    assert filled == len(pcs)


@usefixtures("db")
async def test_the_switch_that_saw_a_device_is_suggested_and_taken_as_its_parent() -> None:
    school = await factories.school()
    keeper = (await factories.person(Role.technician, school)).actor
    teacher = (await factories.person(Role.teacher, school)).actor
    switch, core = await made.device(school), await made.device(school)
    pc = await with_mac(await made.device(school), PC)
    assert await topology.suggest_parent(keeper, pc.id) is None
    with pytest.raises(Conflict):
        await topology.take_parent(keeper, pc.id)
    await see(core, ForwardingEntry("1", PC), *cards("1", 30))
    await see(switch, ForwardingEntry("12", PC))
    found = await topology.suggest_parent(teacher, pc.id)
    assert found is not None
    assert (found.device_id, found.port, found.is_heard, found.is_parent) == (
        switch.id, "12", False, False,
    )  # fmt: skip
    with pytest.raises(Forbidden):
        await topology.take_parent(teacher, pc.id)
    taken = await topology.take_parent(keeper, pc.id)
    assert taken.is_parent
    again = await topology.suggest_parent(keeper, pc.id)
    assert again == taken
    assert await database.fetch_value("SELECT parent FROM device WHERE id = $1", pc.id) == switch.id


@usefixtures("db")
async def test_two_switches_that_see_each_other_do_not_hang_on_each_other() -> None:
    school = await factories.school()
    keeper = (await factories.person(Role.technician, school)).actor
    core = await with_mac(await made.device(school), PC)
    room = await with_mac(await made.device(school), OTHER)
    await hear(core, Neighbour("3", OTHER, "sw-room", "24"))
    await hear(room, Neighbour("24", PC, "sw-core", "3"))
    taken = await topology.take_parent(keeper, room.id)
    assert (taken.device_id, taken.port, taken.is_heard) == (core.id, "3", True)
    assert await topology.suggest_parent(keeper, core.id) is None
    with pytest.raises(Conflict):
        await topology.take_parent(keeper, core.id)


@usefixtures("db")
async def test_of_thirty_two_who_take_two_switches_for_each_others_parents_no_circle_comes() -> (
    None
):
    school = await factories.school()
    keeper = (await factories.person(Role.technician, school)).actor
    core = await with_mac(await made.device(school), PC)
    room = await with_mac(await made.device(school), OTHER)
    await hear(core, Neighbour("3", OTHER))
    await hear(room, Neighbour("24", PC))
    loop = asyncio.get_running_loop()
    tasks = [
        loop.create_task(
            topology.take_parent(keeper, (core, room)[n % 2].id), context=contextvars.Context()
        )
        for n in range(32)
    ]
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(one, topology.Uplink | Conflict | Invalid) for one in results), results
    assert any(isinstance(one, topology.Uplink) for one in results)
    assert await database.fetch_value("SELECT count(parent) FROM device") == 1
