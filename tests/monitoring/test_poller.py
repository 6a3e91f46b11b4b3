"""The whole way of a visit: claimed, asked of a real agent, kept, judged, told to people."""

import asyncio
import sys

import msgspec

from core import clock, database
from core.access import Role
from core.errors import Message, say
from inventory import repairs
from monitoring import devices
from monitoring.alerting import alerts
from monitoring.alerting.alerts import AlertFilter, Finding
from monitoring.polling import claims
from monitoring.polling.poller import Poller, run
from monitoring.snmp import Address
from tests import factories
from tests import factories_monitoring as made
from tests.conftest import Stack
from tests.monitoring.agents import USERS, Snmpd, needs_snmpd
from tests.monitoring.sessions import PatientSession
from tests.patience import MANY_LOOKS, PATIENCE_SECONDS

ENOUGH_FAILURES = 3


async def claim(worker: str, *, suspect: bool = False) -> list[claims.Claim]:
    return await claims.claim_ahead(
        worker, limit=5, suspect=suspect, methods=["snmp"], ahead_seconds=0
    )


async def turn(poller: Poller, device_id: int, times: int = 1) -> None:
    for _ in range(times):
        await made.due_once(device_id)
        await poller.visit_due()


@needs_snmpd
async def test_a_visit_keeps_readings_samples_identity_and_hours_of_use(
    db: Stack, poller: Poller, agent: Snmpd
) -> None:
    school = await factories.school()
    keeper = (await factories.person(Role.technician, school)).actor
    device = await made.device(school, agent.address)

    await turn(poller, device.id, times=2)

    seen = await devices.get_device(keeper, device.id)
    assert (seen.state, seen.profile, seen.trouble, seen.failures) == ("up", "host", None, 0)
    assert seen.identity["name"] == "一号机房-测试机"
    assert seen.next_poll_at > clock.now()
    metrics = {reading.metric for reading in await devices.latest_readings(keeper, device.id)}
    assert {"uptime", "memory_used", "processes"} <= metrics
    kept = await database.fetch_value(
        "SELECT count(*) FROM sample WHERE device = $1 AND metric = 'memory_used'", device.id
    )
    assert kept == 2
    sessions = await database.fetch_value(
        "SELECT count(*) FROM power_session WHERE device = $1", device.id
    )
    assert sessions == 1


@needs_snmpd
async def test_a_device_that_falls_silent_and_comes_back_makes_one_alert_and_one_order(
    db: Stack, wire: PatientSession, poller: Poller, agent: Snmpd
) -> None:
    school = await factories.school()
    keeper = (await factories.person(Role.technician, school)).actor
    device = await made.device(school, agent.address, may_sleep=False)

    await turn(poller, device.id)
    agent.switch_off()
    wire.silent.add(agent.address)
    await turn(poller, device.id)
    assert (await devices.get_device(keeper, device.id)).state == "up", "once is a stumble"
    await turn(poller, device.id, times=ENOUGH_FAILURES + 2)
    silent = await devices.get_device(keeper, device.id)
    assert (silent.state, silent.open_alerts) == ("down", 1)
    assert silent.trouble
    assert "No answer" in str(silent.trouble)
    assert silent.next_poll_at > clock.now(), "the dead are asked ever more rarely"

    agent.start()
    wire.silent.clear()
    await turn(poller, device.id, times=2)
    assert (await devices.get_device(keeper, device.id)).state == "up"
    (alert,) = (await alerts.list_alerts(keeper, AlertFilter())).items
    assert (alert.rule, alert.state) == ("unreachable", "cleared")
    (order,) = (await repairs.list_work_orders(keeper, repairs.WorkOrderFilter())).items
    assert (order.id, order.source) == (alert.work_order_id, "alert")
    assert order.state == "open", "a person closes it"
    assert len(await repairs.list_entries(keeper, order.id)) == 1, "and is told that it cleared"


@needs_snmpd
async def test_a_device_that_may_sleep_is_down_without_an_alert(
    db: Stack, wire: PatientSession, poller: Poller, agent: Snmpd
) -> None:
    school = await factories.school()
    keeper = (await factories.person(Role.technician, school)).actor
    device = await made.device(school, agent.address)
    await turn(poller, device.id)
    agent.switch_off()
    wire.silent.add(agent.address)
    await turn(poller, device.id, times=ENOUGH_FAILURES + 1)
    asleep = await devices.get_device(keeper, device.id)
    assert (asleep.state, asleep.may_sleep, asleep.open_alerts) == ("down", True, 0)


@needs_snmpd
async def test_a_wrong_v3_password_is_said_at_the_first_visit(
    db: Stack, poller: Poller, agent: Snmpd
) -> None:
    school = await factories.school()
    keeper = (await factories.person(Role.technician, school)).actor
    wrong = msgspec.structs.replace(USERS["sha256aes"], auth_password="not-the-password")
    device = await made.device(school, agent.address, wire=wrong)
    await turn(poller, device.id)
    seen = await devices.get_device(keeper, device.id)
    assert seen.state == "unknown"
    assert "password" in str(seen.trouble)
    await turn(poller, device.id, times=ENOUGH_FAILURES)
    (alert,) = (await alerts.list_alerts(keeper, AlertFilter())).items
    assert alert.rule == "refused"


@needs_snmpd
async def test_a_right_v3_user_is_read(db: Stack, poller: Poller, agent: Snmpd) -> None:
    school = await factories.school()
    keeper = (await factories.person(Role.technician, school)).actor
    device = await made.device(school, agent.address, wire=USERS["sha256aes"])
    await turn(poller, device.id)
    assert (await devices.get_device(keeper, device.id)).state == "up"


async def test_two_workers_never_hold_the_same_device(db: Stack) -> None:
    school = await factories.school()
    for number in range(12):
        await made.device(school, Address("127.0.0.1", 17_000 + number))
    taken = await asyncio.gather(*(claim(f"worker-{n}") for n in range(4)))
    ids = [one.device_id for some in taken for one in some]
    assert len(ids) == len(set(ids)) == 12


async def test_a_dead_workers_lease_runs_out_and_another_takes_over(db: Stack) -> None:
    school = await factories.school()
    device = await made.device(school)
    (taken,) = await claim("worker-that-dies")
    assert taken.device_id == device.id
    assert await claim("worker-two") == []
    await database.execute("UPDATE device SET lease_until = now() - interval '1 second'")
    (taken_over,) = await claim("worker-two")
    assert taken_over.device_id == device.id


@needs_snmpd
async def test_a_worker_killed_in_the_middle_of_a_visit_loses_nothing(
    db: Stack, poller: Poller, agent: Snmpd
) -> None:
    school = await factories.school()
    agent.pause()  # the visit hangs
    device = await made.device(school, agent.address)
    leased = "SELECT leased_by IS NOT NULL FROM device"
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.monitoring.killed_worker", db.dsn, "never"
    )
    try:
        for _ in range(MANY_LOOKS):
            if await database.fetch_value(leased):
                break
            await asyncio.sleep(0.05)
    finally:
        other.kill()
        await other.wait()
    agent.resume()
    assert await database.fetch_value(leased), "it was killed with the device in its hands"
    assert await poller.visit_due() == 0, "until the lease has run out"
    await database.execute("UPDATE device SET lease_until = now() - interval '1 second'")
    assert await poller.visit_due() == 1
    assert await database.fetch_value("SELECT state FROM device WHERE id = $1", device.id) == "up"


@needs_snmpd
async def test_a_visit_whose_lease_was_lost_is_not_kept(
    db: Stack, poller: Poller, agent: Snmpd
) -> None:
    school = await factories.school()
    device = await made.device(school, agent.address)
    agent.pause()
    visiting = asyncio.create_task(poller.visit_due())
    for _ in range(MANY_LOOKS):
        if await database.fetch_value("SELECT leased_by IS NOT NULL FROM device"):
            break
        await asyncio.sleep(0.01)
    await database.execute("UPDATE device SET leased_by = 'worker-two'")
    agent.resume()
    await visiting
    assert poller.counted.lost_leases == 1
    assert await database.fetch_value("SELECT count(*) FROM latest_visit") == 0
    assert await database.fetch_value("SELECT leased_by FROM device WHERE id=$1", device.id) == (
        "worker-two"
    )


async def test_devices_of_retired_assets_and_paused_devices_are_not_visited(db: Stack) -> None:
    school = await factories.school()
    await made.device(school, asset=await factories.asset(school, lifecycle="retired"))
    paused = await made.device(school, Address("127.0.0.1", 17_001))
    await database.execute("UPDATE device SET paused_at = now() WHERE id = $1", paused.id)
    assert await claim("worker") == []


async def test_32_workers_that_find_one_fault_open_one_order(db: Stack) -> None:
    school = await factories.school()
    device = await made.device(school)
    worker = made.worker_of(school)
    finding = Finding("unreachable", "", "critical", repairs_message())
    raised = await asyncio.gather(
        *(alerts.raise_alert(worker, device.id, finding) for _ in range(32))
    )
    assert len([one for one in raised if one is not None]) == 1
    assert await database.fetch_value("SELECT count(*) FROM work_order") == 1
    opened = await asyncio.gather(
        *(
            repairs.open_work_order(
                worker,
                asset_id=device.asset.id,
                source="alert",
                fault="monitoring:supply_low",
                summary=repairs_message(),
            )
            for _ in range(32)
        )
    )
    assert len({order.id for order in opened}) == 1


@needs_snmpd
async def test_the_loop_visits_what_is_due_and_stops_when_told(db: Stack, agent: Snmpd) -> None:
    school = await factories.school()
    device = await made.device(school, agent.address)
    stop = asyncio.Event()
    loop = asyncio.create_task(run(db.settings, stop))
    for _ in range(MANY_LOOKS):
        if await database.fetch_value("SELECT last_seen_at FROM device WHERE id = $1", device.id):
            break
        await asyncio.sleep(0.1)
    stop.set()
    await asyncio.wait_for(loop, PATIENCE_SECONDS)
    leased = await database.fetch_value("SELECT count(*) FROM device WHERE leased_by IS NOT NULL")
    seen = await database.fetch_value("SELECT count(*) FROM device WHERE last_seen_at IS NOT NULL")
    assert (leased, seen) == (0, 1)


async def test_polls_leave_no_trace_in_the_history(
    db: Stack, wire: PatientSession, poller: Poller
) -> None:
    school = await factories.school()
    nobody = Address("127.0.0.1", 17_002)
    wire.silent.add(nobody)
    device = await made.device(school, nobody)
    await made.due_once(device.id)
    before = await database.fetch_value("SELECT count(*) FROM audit_event WHERE entity = 'device'")
    await turn(poller, device.id, times=2)
    after = await database.fetch_value("SELECT count(*) FROM audit_event WHERE entity = 'device'")
    assert after == before
    stored = await database.fetch_value(
        "SELECT string_agg(coalesce(after::text, ''), '') FROM audit_event"
        " WHERE entity = 'credential'"
    )
    assert "sealed" not in stored


def repairs_message() -> Message:

    return say("{device} does not answer", device="switch")
