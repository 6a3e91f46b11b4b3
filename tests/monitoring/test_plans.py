"""Steady visits: one question for what changes, and a full visit when anything is not as it was."""

from datetime import timedelta
from ipaddress import IPv4Address

import msgspec

from core import clock, database
from core.access import Role
from monitoring import devices
from monitoring.decoding import table_rows
from monitoring.decoding.readings import Reading
from monitoring.polling.full_visit import rows_plan, still_carried, visit
from monitoring.polling.outcomes import Before, assess
from monitoring.polling.poller import Poller
from monitoring.polling.visit import (
    Cell,
    Plan,
    RowsPlan,
    Visit,
    _answered,
    profiles_mark,
    visit_by_plan,
)
from monitoring.profiles import Read, profile_named
from monitoring.snmp import Community, Session, VarBind, oid
from tests import factories
from tests import factories_monitoring as made
from tests.conftest import Stack
from tests.factories_monitoring import MadeDevice
from tests.monitoring.sessions import PatientSession
from tests.monitoring.table_agent import SWITCH, Objects, TableAgent, answering, port, system, ticks

PUBLIC = Community("public")


def switch(*ports: int, uptime_seconds: float = 86_400) -> Objects:
    objects = system(SWITCH, uptime_seconds=uptime_seconds)
    for number in ports:
        objects |= port(number, f"port {number}", octets=1000 * number)
    return objects


async def turn(poller: Poller, device: MadeDevice) -> None:
    await made.due_once(device.id)
    assert await poller.visit_due() == 1


async def of_switch(device: MadeDevice, metric: str) -> dict[str, object]:
    keeper = (await factories.person(Role.technician, device.school)).actor
    readings = await devices.latest_readings(keeper, device.id)
    return {r.instance: r.value for r in readings if r.metric == metric}


async def grow_old(device: MadeDevice, by: timedelta) -> None:
    await database.execute(
        "UPDATE latest_visit SET planned_at = planned_at - $2::interval WHERE device = $1",
        device.id,
        by,
    )


async def test_a_steady_visit_asks_once_and_reads_what_a_full_one_reads(wire: Session) -> None:
    agent = TableAgent(switch(1, 2, 3))
    async with answering(agent) as address:
        full = await visit(wire, address, PUBLIC)
        assert full.plan is not None
        profile = profile_named(full.profile)
        assert profile is not None
        agent.asked.clear()
        kept = msgspec.json.decode(msgspec.json.encode(full.plan), type=Plan)
        steady = await visit_by_plan(
            wire, address, PUBLIC, profile, kept, has_rebooted=lambda uptime: False
        )
    assert set(agent.asked) == {"Get"}
    assert len(agent.asked) <= 3
    assert steady.readings == full.readings
    assert (steady.plan, steady.identity) == (None, {})


async def test_the_second_visit_is_by_the_plan_and_an_old_plan_is_renewed(
    db: Stack, poller: Poller
) -> None:
    agent = TableAgent(switch(1, 2))
    async with answering(agent) as address:
        device = await made.device(await factories.school(), address)
        await turn(poller, device)
        await turn(poller, device)
        assert (poller.counted.polls, poller.counted.full_visits) == (2, 1)
        await grow_old(device, timedelta(hours=1))
        await turn(poller, device)
        assert poller.counted.full_visits == 2
        await turn(poller, device)
        assert poller.counted.full_visits == 2


async def test_a_port_that_is_new_is_found_within_the_hour_and_one_that_is_gone_at_once(
    db: Stack, poller: Poller
) -> None:
    agent = TableAgent(switch(1, 2))
    async with answering(agent) as address:
        device = await made.device(await factories.school(), address)
        await turn(poller, device)
        agent.objects = switch(1, 2, 3)
        await turn(poller, device)
        assert set(await of_switch(device, "if_status")) == {"port 1", "port 2"}
        await grow_old(device, timedelta(hours=1))
        await turn(poller, device)
        assert set(await of_switch(device, "if_status")) == {"port 1", "port 2", "port 3"}
        await grow_old(device, timedelta(minutes=10))
        agent.objects = switch(1, 3)
        await turn(poller, device)
        assert set(await of_switch(device, "if_status")) == {"port 1", "port 3"}
        assert poller.counted.full_visits == 3


async def test_rows_that_go_again_and_again_do_not_make_every_visit_a_full_one(
    db: Stack, poller: Poller
) -> None:
    agent = TableAgent(switch(1, 2))
    async with answering(agent) as address:
        device = await made.device(await factories.school(), address)
        await turn(poller, device)
        agent.objects = switch(1)
        await turn(poller, device)
        assert poller.counted.full_visits == 1, "it was looked at a moment ago"
        assert set(await of_switch(device, "if_status")) >= {"port 1"}


async def test_after_a_reboot_rows_are_not_taken_for_those_of_before(
    db: Stack, poller: Poller
) -> None:
    agent = TableAgent(switch(1, 2))
    async with answering(agent) as address:
        device = await made.device(await factories.school(), address)
        await turn(poller, device)
        swapped = switch(uptime_seconds=30)
        swapped |= port(1, "port 2") | port(2, "port 1", is_up=False)
        agent.objects = swapped
        await turn(poller, device)
        assert poller.counted.full_visits == 2
        assert (await of_switch(device, "if_status"))["port 1"] == "down"


async def test_another_device_at_the_address_is_recognised_at_the_next_visit(
    db: Stack, poller: Poller
) -> None:
    agent = TableAgent(switch(1))
    async with answering(agent) as address:
        school = await factories.school()
        keeper = (await factories.person(Role.technician, school)).actor
        device = await made.device(school, address)
        await turn(poller, device)
        before = (await devices.get_device(keeper, device.id)).profile
        agent.objects = system(uptime_seconds=86_500) | {"1.3.6.1.2.1.25.1.1.0": ticks(86_500)}
        await turn(poller, device)
        after = await devices.get_device(keeper, device.id)
        assert before.startswith("switch")
        assert after.profile == "host"


async def test_after_a_long_silence_one_object_is_asked_first_and_then_everything(
    db: Stack, wire: PatientSession, poller: Poller
) -> None:
    agent = TableAgent(switch(1))
    async with answering(agent) as address:
        device = await made.device(await factories.school(), address)
        await turn(poller, device)
        agent.is_silent = True
        wire.silent.add(address)
        for _ in range(4):
            await turn(poller, device)
        agent.is_silent = False
        wire.silent.clear()
        agent.asked.clear()
        await turn(poller, device)
        assert agent.asked[0] == "Get"
        assert poller.counted.full_visits == 2
        state = await database.fetch_value("SELECT state FROM device WHERE id = $1", device.id)
        assert state == "up"


def test_a_plan_keeps_numbers_bytes_objects_and_addresses() -> None:
    read = Read(
        decode="supplies",
        objects={"label": "1.3.1", "unit": "1.3.2", "level": "1.3.3", "type": "1.3.4"},
    )
    columns = {
        "label": (oid("1.3.1"), [VarBind(oid("1.3.1.7"), "黑色".encode() + b"\0")]),
        "unit": (oid("1.3.2"), [VarBind(oid("1.3.2.7"), oid("1.3.6.1"))]),
        "type": (oid("1.3.4"), [VarBind(oid("1.3.4.7"), IPv4Address("10.1.2.3"))]),
        "level": (oid("1.3.3"), [VarBind(oid("1.3.3.7"), 80)]),
    }
    rows = table_rows(columns)
    planned = rows_plan(read, rows, [], 0.0)
    kept = msgspec.json.decode(msgspec.json.encode(planned), type=RowsPlan)
    cells = [Cell(oid("1.3.3.7"), (7,), "level")]
    assert _answered(kept, cells, {oid("1.3.3.7"): 80}) == rows


def test_what_is_read_by_the_day_is_taken_over_by_a_full_visit_until_the_day_is_over() -> None:
    profile = profile_named("sensor")
    assert profile is not None
    place = next(n for n, read in enumerate(profile.read) if read.every == "day")
    now = clock.now().timestamp()
    reads = [rows_plan(read, {}, [], now) for read in profile.read]
    plan = Plan(profiles_mark(), profile.name, (), reads=reads)
    assert set(still_carried(plan, profile, now + 3_600)) == {place}
    assert still_carried(plan, profile, now + 24 * 3_600) == {}
    other = msgspec.structs.replace(plan, profiles=1)
    assert still_carried(other, profile, now) == {}


def test_a_reading_that_is_carried_over_is_neither_judged_nor_sampled_again() -> None:
    host = profile_named("host")
    assert host is not None
    full_disk = Reading("disk_used", "/", 99.0, "percent")
    before = Before(at=1_000.0, pending=[("disk_full", "/", 0b110)])
    carried = Visit("host", {}, [full_disk], at=1_060.0, carried=frozenset({("disk_used", "/")}))
    waits = assess(host, before, carried, device_name="PC")
    assert (waits.raised, waits.pending) == ([], [("disk_full", "/", 0b110)])
    assert waits.readings == [full_disk], "it is shown all the same"

    read_again = msgspec.structs.replace(carried, carried=frozenset())
    assert [f.rule for f in assess(host, before, read_again, device_name="PC").raised] == [
        "disk_full"
    ]
