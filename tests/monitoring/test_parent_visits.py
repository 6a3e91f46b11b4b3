"""A switch and what hangs on it, with real agents: who is told of what when they fall silent."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from core import clock, database
from core.access import Role
from monitoring import devices
from monitoring.alerting import alerts, parents
from monitoring.alerting.alerts import AlertFilter
from monitoring.polling.failures import OUR_OWN_RULES
from monitoring.polling.poller import Poller
from tests import factories
from tests import factories_monitoring as made
from tests.conftest import Stack
from tests.monitoring.agents import USERS, Snmpd, needs_snmpd, running
from tests.monitoring.sessions import PatientSession

pytestmark = needs_snmpd


@pytest.fixture
def switch_agent(tmp_path: Path) -> Iterator[Snmpd]:
    (tmp_path / "switch").mkdir()
    with running(Snmpd(tmp_path / "switch")) as snmpd:
        yield snmpd


@pytest.fixture
def pc_agent(tmp_path: Path) -> Iterator[Snmpd]:
    (tmp_path / "pc").mkdir()
    with running(Snmpd(tmp_path / "pc")) as snmpd:
        yield snmpd


def stop(wire: PatientSession, *agents: Snmpd) -> None:
    for agent in agents:
        agent.switch_off()
        wire.silent.add(agent.address)


async def test_behind_a_dead_switch_nothing_is_known_and_nobody_is_told(
    db: Stack, wire: PatientSession, poller: Poller, switch_agent: Snmpd, pc_agent: Snmpd
) -> None:
    school = await factories.school()
    keeper = (await factories.person(Role.technician, school)).actor
    switch = await made.device(school, switch_agent.address, may_sleep=False)
    pc = await made.device(school, pc_agent.address, may_sleep=False)
    await parents.set_parent(keeper, pc.id, switch.id)

    async def turns(count: int) -> None:
        """The pc's turn has come; of the switch only if its child has asked for it."""
        for _ in range(count):
            await made.due_once(pc.id)
            await poller.visit_due()

    async def states() -> tuple[str, str]:
        seen = [await devices.get_device(keeper, one.id) for one in (switch, pc)]
        return str(seen[0].state), str(seen[1].state)

    async def open_alerts() -> list[tuple[int, str]]:
        found = await alerts.list_alerts(keeper, AlertFilter(is_open=True))
        # The agents tell of this machine as it is: how full it is, is no matter here.
        ours = [alert for alert in found.items if alert.rule in OUR_OWN_RULES]
        return [(alert.device_id, str(alert.message)) for alert in ours]

    await made.due_once(switch.id)
    await turns(1)
    assert await states() == ("up", "up")

    stop(wire, switch_agent, pc_agent)
    fell_silent = clock.now()
    await turns(2)
    asked = await database.fetch_value("SELECT last_polled_at FROM device WHERE id = $1", switch.id)
    assert asked > fell_silent, "the parent is asked at once"
    await turns(6)
    assert await states() == ("down", "unknown")
    ((device_id, words),) = await open_alerts()
    assert device_id == switch.id
    assert words.endswith("does not answer; devices behind it: 1")

    switch_agent.start()
    pc_agent.start()
    wire.silent.clear()
    await made.due_once(switch.id)
    await poller.visit_due()
    due = await database.fetch_value("SELECT next_poll_at FROM device WHERE id = $1", pc.id)
    assert (due - clock.now()).total_seconds() < 31, "what hangs on it is asked soon"
    await turns(2)
    assert (await states(), await open_alerts()) == (("up", "up"), [])

    stop(wire, pc_agent)
    await turns(5)
    assert await states() == ("up", "down")
    ((device_id, _),) = await open_alerts()
    assert device_id == pc.id


async def test_a_switch_that_refuses_us_is_alive_all_the_same(
    db: Stack, wire: PatientSession, poller: Poller, switch_agent: Snmpd, pc_agent: Snmpd
) -> None:
    school = await factories.school()
    keeper = (await factories.person(Role.technician, school)).actor
    wrong = msgspec.structs.replace(USERS["sha256aes"], auth_password="not-the-password")
    switch = await made.device(school, switch_agent.address, wire=wrong, may_sleep=False)
    pc = await made.device(school, pc_agent.address, may_sleep=False)
    await parents.set_parent(keeper, pc.id, switch.id)
    stop(wire, pc_agent)
    for _ in range(5):
        await made.due_once(pc.id)
        await poller.visit_due()
    assert (await devices.get_device(keeper, pc.id)).state == "down"
    rules = {
        (alert.device_id, alert.rule)
        for alert in (await alerts.list_alerts(keeper, AlertFilter())).items
    }
    assert (pc.id, "unreachable") in rules
