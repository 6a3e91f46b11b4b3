"""Searches of networks by real questions: found, counted, killed, taken over, never too fast."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from core import database
from core.access import Role
from core.errors import Conflict, Invalid
from monitoring import discovery, registration
from monitoring.devices import networks
from monitoring.devices.networks import NewNetwork
from monitoring.discovery import (
    Decision,
    NetworkScan,
    identifying,
    scans,
)
from monitoring.discovery.identifying import LONGEST_TEXT, MOST_CARDS, Key, ask
from monitoring.discovery.searching import Searcher
from monitoring.snmp import Address, AuthProtocol, Community, Oid, PrivProtocol, Session, User
from tests import factories
from tests import factories_monitoring as made
from tests.conftest import Stack
from tests.monitoring.agents import (
    OTHER_SECRET,
    SECRET,
    USERS,
    Snmpd,
    free_port,
    needs_snmpd,
    own_agent,
    running,
    silent_at,
)
from tests.monitoring.scripted_agents import V2C, ScriptedAgent, agents_at, machine
from tests.monitoring.searches import BOUNDS, candidates_of, searched, searcher_process, until_asked
from tests.monitoring.sessions import BriefSession, PatientSession
from tests.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.usefixtures("db")
Serve = Callable[..., Any]


@pytest.fixture
async def wire() -> AsyncIterator[Session]:
    async with BriefSession() as session:
        yield session


@pytest.fixture(autouse=True)
def generous_time_for_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identifying, "ADDRESS_SECONDS", PATIENCE_SECONDS)


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Starts agents at addresses on one free port and gives the port; they end with the test."""
    open_ones: list[asyncio.DatagramTransport] = []

    async def start(agents: Mapping[str, asyncio.DatagramProtocol], port: int = 0) -> int:
        port = port or free_port()
        open_ones.extend(await agents_at(port, agents))
        return port

    yield start
    for transport in open_ones:
        transport.close()


async def test_a_search_finds_who_answers_and_tells_who_they_are(
    wire: Session, serve: Serve
) -> None:
    school = await factories.school()
    port = await serve(
        {
            "127.0.7.3": ScriptedAgent(
                machine("pc-1", serial="PF3X9K2L", macs=("00:11:22:33:44:55",))
            ),
            "127.0.7.9": ScriptedAgent(
                machine("hall", descr="交换机".encode("gb18030")), community="second"
            ),
            "127.0.7.12": ScriptedAgent(machine("closed"), community="nobody knows"),
        }
    )
    scan = await searched(school, wire, port, "127.0.7.0/28", "public", "second")
    assert (scan.state, scan.addresses, scan.asked, scan.answered, scan.found) == (
        "finished", 14, 14, 2, 2,
    )  # fmt: skip
    first, second = await candidates_of(school)
    assert (first.address, first.port, first.mac) == ("127.0.7.3", port, "00:11:22:33:44:55")
    assert first.identity["serial_number"] == "PF3X9K2L"
    assert (first.name, first.profile) == ("pc-1", "generic")
    assert second.identity["description"] == "交换机"
    assert first.credential_id != second.credential_id
    assert {first.decision, second.decision} == {Decision.waiting}


async def test_credentials_are_tried_in_their_order_and_none_after_the_one_that_opens(
    wire: Session, serve: Serve
) -> None:
    agent = ScriptedAgent(machine("pc"), community="second")
    port = await serve({"127.0.7.20": agent})
    keys = [Key(n, Community(name)) for n, name in enumerate(("first", "second", "third"))]
    found = await ask(wire, Address("127.0.7.20", port), keys)
    assert found is not None
    assert found.credential_id == 1
    assert agent.communities[:2] == ["first", "second"]
    assert set(agent.communities) == {"first", "second"}
    assert await ask(wire, Address("127.0.7.20", port), []) is None
    assert len(agent.communities) == agent.communities.count("second") + 1


@needs_snmpd
async def test_snmpd_is_found_by_v3_and_one_that_refuses_is_told_apart(
    tmp_path: Path,
) -> None:
    agent = Snmpd(tmp_path / "one", host="127.0.7.30")
    wrong = User("shaaes", AuthProtocol.sha, OTHER_SECRET, PrivProtocol.aes, SECRET)
    with running(agent):
        async with PatientSession() as wire:
            found = await ask(wire, agent.address, [Key(1, wrong), Key(2, USERS["shaaes"])])
            assert found is not None
            assert (found.credential_id, found.identity["name"]) == (2, "一号机房-测试机")
            refused = await ask(wire, agent.address, [Key(1, wrong)])
            assert refused is not None
            assert (refused.credential_id, refused.refuses) == (None, True)


async def test_a_machine_without_an_agent_is_found_by_whoever_can_tell_that_it_is_there(
    wire: Session,
) -> None:
    async def is_there(host: str) -> bool:
        return host == "127.0.7.41"

    keys = [Key(1, Community("public"))]
    with silent_at("127.0.7.41") as silent, silent_at("127.0.7.42") as gone:
        there = await ask(wire, silent, keys, is_there)
        assert there is not None
        assert (there.credential_id, there.refuses) == (None, False)
        assert await ask(wire, gone, keys, is_there) is None


async def test_hostile_answers_are_cut_and_kept_harmless(wire: Session, serve: Serve) -> None:
    school = await factories.school()
    many = tuple(f"00:11:22:33:{n // 256:02x}:{n % 256:02x}" for n in range(300))
    evil = b"<script>alert(1)</script>\x00\x1b[2J" + b"A" * 30_000
    noise, noisy = await own_agent(lambda question: [b"\x30\x84\xff\xff\xff\xff", question])
    agents = {
        "127.0.7.51": ScriptedAgent(machine("x" * 20_000, descr=evil, macs=many)),
        "127.0.7.52": ScriptedAgent(
            machine("made-up", macs=("02:42:ac:11:00:02", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00"))
        ),
        "127.0.7.53": ScriptedAgent(
            machine("\ufeff", more={"1.3.6.1.2.1.1.1.0": V2C.Integer32(-1)})
        ),
    }
    port = await serve(agents)
    scan = await searched(school, wire, port, "127.0.7.48/29", "public")
    assert scan.state == "finished"
    found = {one.address: one for one in await candidates_of(school)}
    first = found["127.0.7.51"]
    assert all(len(text) <= LONGEST_TEXT for text in first.identity.values())
    assert "\x00" not in first.identity["description"]
    assert "\x1b" not in first.identity["description"]
    stored = await database.fetch_value(
        "SELECT identity ->> 'macs' FROM candidate WHERE address = '127.0.7.51'"
    )
    assert len(stored.split()) == MOST_CARDS
    assert found["127.0.7.52"].mac is None, "cards that software makes up name no machine"
    rubbish = await ask(wire, noisy, [Key(1, Community("public"))])
    assert rubbish is None or rubbish.refuses
    assert noise.heard


async def test_what_is_a_device_already_is_refreshed_and_not_offered(
    wire: Session, serve: Serve
) -> None:
    school = await factories.school()
    agents = {
        "127.0.7.60": ScriptedAgent(machine("pc", macs=("00:11:22:33:44:60",))),
    }
    port = await serve(agents)
    await database.execute(
        "INSERT INTO network (school, name, cidr, created_at)"
        " VALUES ($1, 'Rest', '127.1.0.0/16', now())",
        school.id,
    )
    scan = await searched(school, wire, port, "127.0.7.56/29", "public")
    (candidate,) = await candidates_of(school)
    credential_id = candidate.credential_id
    asset = await factories.asset(school)
    technician = (await factories.person(Role.technician, school)).actor
    choice = discovery.Choice(asset_tag=asset.tag, credential_id=credential_id)
    added = await discovery.add_candidate(technician, candidate.id, choice)
    await database.execute("UPDATE device SET mac = NULL")
    await discovery.start_scan(technician, scan.network_id)
    searcher = Searcher(wire, made.CIPHER, BOUNDS, port=port)
    await searcher.search_waiting()
    assert await candidates_of(school) == []
    assert await database.fetch_value("SELECT mac FROM device") == "00:11:22:33:44:60"
    assert await database.fetch_value("SELECT count(*) FROM device") == 1
    # Removed, it is one to be added again.
    assert added.device_id is not None
    await registration.remove_device(technician, added.device_id)
    await discovery.start_scan(technician, scan.network_id)
    await searcher.search_waiting()
    (again,) = await candidates_of(school)
    assert (again.id, again.decision) == (candidate.id, Decision.waiting)
    assert (again.trust, again.asset_tag) == ("certain", asset.tag), "known by its card"


async def test_what_is_ignored_stays_so_and_can_be_taken_back(wire: Session, serve: Serve) -> None:
    school = await factories.school()
    port = await serve({"127.0.7.70": ScriptedAgent(machine("pc"))})
    scan = await searched(school, wire, port, "127.0.7.64/28", "public")
    technician = (await factories.person(Role.technician, school)).actor
    (candidate,) = await candidates_of(school)
    await discovery.ignore_candidate(technician, candidate.id)
    await discovery.start_scan(technician, scan.network_id)
    await Searcher(wire, made.CIPHER, BOUNDS, port=port).search_waiting()
    assert await candidates_of(school) == []
    (ignored,) = await candidates_of(school, decision=Decision.ignored)
    assert ignored.decided_by == technician.name
    with pytest.raises(Conflict):
        await discovery.ignore_candidate(technician, candidate.id)
    taken = await discovery.take_back(technician, candidate.id)
    assert (taken.decision, taken.decided_by) == (Decision.waiting, None)
    with pytest.raises(Conflict):
        await discovery.take_back(technician, candidate.id)


async def test_nothing_outside_of_the_installations_networks_is_asked(
    wire: Session, serve: Serve
) -> None:
    school = await factories.school()
    inside, outside = ScriptedAgent(machine("in")), ScriptedAgent(machine("out"))
    port = await serve({"127.0.7.82": inside, "127.0.7.85": outside})
    admin = (await factories.person(Role.admin, school)).actor
    key = await made.credential(school)
    new = NewNetwork(school.id, "R", "127.0.7.80/29", credential_ids=[key])
    network = await networks.create_network(admin, BOUNDS, new)
    await discovery.start_scan(admin, network.id)
    # The installation's networks were made narrower since.
    narrow = (ip_network("127.0.7.80/30"),)
    await Searcher(wire, made.CIPHER, narrow, port=port).search_waiting()
    assert [one.address for one in await candidates_of(school)] == ["127.0.7.82"]
    assert inside.communities
    assert not outside.communities


async def test_one_search_a_network_at_a_time_whoever_asks() -> None:
    school = await factories.school()
    admin = (await factories.person(Role.admin, school)).actor
    network = await networks.create_network(
        admin, BOUNDS, NewNetwork(school.id, "R", "127.0.9.0/24", scan_every_hours=24)
    )
    outcomes = await asyncio.gather(
        *(discovery.start_scan(admin, network.id) for _ in range(32)), return_exceptions=True
    )
    assert sum(isinstance(one, NetworkScan) for one in outcomes) == 1
    assert sum(isinstance(one, Conflict) for one in outcomes) == 31
    assert await scans.start_due() == 0, "it is being searched already"
    (running_one,) = [one for one in outcomes if isinstance(one, NetworkScan)]
    await discovery.cancel_scan(admin, network.id, running_one.id)
    assert await scans.start_due() == 1
    assert await scans.start_due() == 0, "not before its hours are over"
    due = await database.fetch_value("SELECT next_scan_at > now() + '23 hours' FROM network")
    assert due


async def test_a_network_too_large_is_not_searched() -> None:
    school = await factories.school()
    admin = (await factories.person(Role.admin, school)).actor
    network = await networks.create_network(
        admin, BOUNDS, NewNetwork(school.id, "R", "127.0.0.0/9")
    )
    with pytest.raises(Invalid) as refused:
        await discovery.start_scan(admin, network.id)
    assert refused.value.code == "too_large"


async def test_a_cancelled_search_asks_no_more(wire: Session, serve: Serve) -> None:
    school = await factories.school()
    admin = (await factories.person(Role.admin, school)).actor
    key = await made.credential(school)
    network = await networks.create_network(
        admin,
        BOUNDS,
        NewNetwork(school.id, "R", "127.0.64.0/20", addresses_per_second=20, credential_ids=[key]),
    )
    scan = await discovery.start_scan(admin, network.id)
    searcher = Searcher(wire, made.CIPHER, BOUNDS, port=free_port())
    search = asyncio.create_task(searcher.search_waiting())
    await until_asked(network.id, 1)
    cancelled = await discovery.cancel_scan(admin, network.id, scan.id)
    assert (cancelled.state, cancelled.is_over) == ("cancelled", True)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await search
    after = await discovery.get_scan(admin, network.id, scan.id)
    assert after.asked == cancelled.asked < after.addresses
    with pytest.raises(Conflict):
        await discovery.cancel_scan(admin, network.id, scan.id)


class Crowd:
    """Agents of which only the first that are asked answer, ``most`` of them."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.asked: set[ScriptedAgent] = set()


class OneOfCrowd(ScriptedAgent):
    def __init__(self, crowd: Crowd, objects: Mapping[Oid, Any]) -> None:
        super().__init__(objects)
        self.crowd = crowd

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if self in self.crowd.asked or len(self.crowd.asked) < self.crowd.most:
            self.crowd.asked.add(self)
            super().datagram_received(data, addr)


async def test_a_killed_workers_search_goes_on_from_where_it_was(db: Stack, serve: Serve) -> None:
    """A process of its own, killed without a word in the middle of its search."""
    school = await factories.school()
    crowd = Crowd(100)  # so that the search is not over before its worker is killed
    heard: dict[str, ScriptedAgent] = {
        f"127.0.11.{n}": OneOfCrowd(crowd, machine(f"pc-{n}")) for n in range(1, 127)
    }
    port = await serve(heard)
    admin = (await factories.person(Role.admin, school)).actor
    key = await made.credential(school)
    new = NewNetwork(school.id, "R", "127.0.11.0/25", addresses_per_second=20, credential_ids=[key])
    network = await networks.create_network(admin, BOUNDS, new)
    scan = await discovery.start_scan(admin, network.id)
    process = await searcher_process(db, port)
    await until_asked(network.id, 40)
    os.kill(process.pid, signal.SIGKILL)
    await process.wait()
    left = await discovery.get_scan(admin, network.id, scan.id)
    assert 40 <= left.asked < left.addresses == 126
    asked_before = {host for host, agent in heard.items() if agent.communities}
    crowd.most = len(heard)
    for agent in heard.values():
        agent.communities.clear()
    async with PatientSession() as wire:
        searcher = Searcher(wire, made.CIPHER, BOUNDS, port=port)
        assert await searcher.search_waiting() == 0, "the lease is not over"
        await database.execute("UPDATE network_scan SET lease_until = now() - interval '1 second'")
        await database.execute("UPDATE network SET addresses_per_second = 200")
        assert await searcher.search_waiting() == 1
    over = await discovery.get_scan(admin, network.id, scan.id)
    assert (over.state, over.asked, over.answered) == ("finished", 126, 126)
    again = {host for host, agent in heard.items() if agent.communities}
    assert len(again) == 126 - left.asked, "nobody whose answer was kept is asked again"
    assert asked_before | again == set(heard)
    count = await database.fetch_value("SELECT count(*) FROM candidate")
    assert count == 126
