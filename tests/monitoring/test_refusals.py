"""A machine that is there and refuses its port is told apart from silence; Linux tells of it."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

import pytest
from click.testing import CliRunner

from api.wording.language import language
from core.access import Role
from core.errors import Message
from labshare.cli import main
from monitoring import devices
from monitoring.alerting import alerts
from monitoring.alerting.alerts import AlertFilter
from monitoring.devices.views import DeviceState
from monitoring.discovery.identifying import Key, ask
from monitoring.polling.poller import Poller
from monitoring.snmp import Address, Community, PortClosed, Session, TimedOut, User, oid
from tests import factories
from tests import factories_monitoring as made
from tests.conftest import Stack
from tests.factories_monitoring import NOBODY_THERE
from tests.monitoring.agents import free_port
from tests.monitoring.scripted_agents import ScriptedAgent, agents_at, machine
from tests.monitoring.sessions import BriefSession

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs IP_RECVERR")

PUBLIC = Community("public")
SYS_NAME = oid("1.3.6.1.2.1.1.5.0")
CREDENTIALS = [Community("public", "1"), PUBLIC, User("somebody")]


def closed(host: str = "127.0.0.1") -> Address:
    return Address(host, free_port())


@asynccontextmanager
async def agent(address: Address, name: str) -> AsyncIterator[None]:
    agents = {address.host: ScriptedAgent(machine(name))}
    (transport,) = await agents_at(address.port, agents)
    try:
        yield
    finally:
        transport.close()


async def asked(wire: Session, address: Address, credential: Community | User = PUBLIC) -> object:
    """What became of one question: the values, or the kind of failure."""
    try:
        return [varbind.value for varbind in await wire.get(address, credential, [SYS_NAME])]
    except (PortClosed, TimedOut) as error:
        return type(error)


@pytest.mark.parametrize("credential", CREDENTIALS, ids=["v1", "v2c", "v3"])
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_a_closed_port_is_named_with_its_number(
    credential: Community | User, host: str
) -> None:
    address = closed(host)
    async with BriefSession() as wire:
        with pytest.raises(PortClosed, match=f"port {address.port} is closed"):
            await wire.get(address, credential, [SYS_NAME])
        assert wire.counters.refused == wire.counters.timed_out == 1


@pytest.mark.parametrize("credential", CREDENTIALS, ids=["v1", "v2c", "v3"])
async def test_silence_stays_silence(credential: Community | User) -> None:
    async with BriefSession() as wire:
        assert await asked(wire, NOBODY_THERE, credential) is TimedOut
        assert wire.counters.refused == 0


async def test_many_closed_ports_harm_no_answer_of_others() -> None:
    """What is said of one datagram fails the sending of the next, which goes to somebody else."""
    there = closed()
    async with agent(there, "there"), BriefSession() as wire:
        gone = [closed() for _ in range(200)]
        every = [one for pair in zip(gone, [there] * len(gone), strict=True) for one in pair]
        found = await asyncio.gather(*(asked(wire, one) for one in every))
    assert found[1::2] == [[b"there"]] * len(gone)
    assert set(found[0::2]) == {PortClosed}


async def test_an_agent_that_is_started_meanwhile_is_heard() -> None:
    address = closed()
    async with BriefSession(retries=20) as wire:
        asking = asyncio.create_task(asked(wire, address))
        await asyncio.sleep(0)
        assert wire.counters.sent
        async with agent(address, "started"):
            assert await asking == [b"started"]


async def test_a_refusal_of_before_says_nothing_of_now() -> None:
    address = closed()
    async with BriefSession() as wire:
        assert await asked(wire, address) is PortClosed
        with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as silent:
            silent.bind(address)
            assert await asked(wire, address) is TimedOut


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        (
            "en",
            "The device is there, but port {port} is closed: its SNMP service is not running,"
            " or listens elsewhere",
        ),
        ("zh_CN", "设备在线，但 {port} 端口未开放：SNMP 服务没有运行，或者用了别的端口"),
    ],
)
async def test_a_device_that_refuses_its_port_is_not_called_dead(
    db: Stack, locale: str, words: str
) -> None:
    school = await factories.school()
    keeper = (await factories.person(Role.technician, school)).actor
    address = closed()
    device = await made.device(school, address, may_sleep=False)
    async with BriefSession() as wire:
        poller = Poller(wire, made.CIPHER, worker="worker-one", slots=20)
        for _ in range(4):
            await made.due_now(device.id)
            await poller.visit_due()
    seen = await devices.get_device(keeper, device.id)
    assert seen.state == DeviceState.unknown
    assert isinstance(seen.trouble, Message)
    assert language(locale).words(seen.trouble) == words.format(port=address.port)
    found = await alerts.list_alerts(keeper, AlertFilter(is_open=True))
    assert [alert.rule for alert in found.items] == ["unreadable"]


def test_the_command_line_says_that_the_port_is_closed() -> None:
    address = closed()
    told = CliRunner().invoke(main, ["poll", f"127.0.0.1:{address.port}", "--timeout", "0.5"])
    assert told.exit_code == 1
    assert f"port {address.port} is closed" in told.output


async def nobody(_host: str) -> bool:
    raise AssertionError("a machine that has answered needs no ping")


@pytest.mark.parametrize("is_looked_for", [True, False])
async def test_a_search_counts_a_closed_port_as_a_machine_without_an_agent(
    is_looked_for: bool,
) -> None:
    address = closed()
    keys = [Key(1, PUBLIC), Key(2, Community("other"))]
    async with BriefSession() as wire:
        found = await ask(wire, address, keys, nobody if is_looked_for else None)
        assert wire.counters.sent == 1
    assert (found is not None) is is_looked_for
    assert found is None or not found.refuses
