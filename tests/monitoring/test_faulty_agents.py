"""The wire against agents that loop, overflow, lie or send rubbish."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

import pytest

from monitoring.snmp import Address, AgentError, BadReply, Session, TimedOut, oid
from monitoring.snmp.peers import LEAST_SECONDS, Peers
from tests.monitoring.agents import OwnAgent, free_port, own_agent
from tests.monitoring.answers import PUBLIC, TABLE, UPTIME, V2C, asked, reply, table_of
from tests.monitoring.sessions import BriefSession, PatientSession
from tests.patience import PATIENCE_SECONDS


@pytest.fixture
async def wire() -> AsyncIterator[Session]:
    """For agents that answer every question."""
    async with PatientSession(retries=1) as session:
        yield session


@pytest.fixture
async def brief_wire() -> AsyncIterator[Session]:
    """For agents that leave questions without a valid answer."""
    async with BriefSession(retries=1) as session:
        yield session


async def test_a_circle_of_objects_ends_the_walk(wire: Session) -> None:
    rows = [f"1.3.6.1.2.1.2.2.1.2.{n}" for n in (1, 2, 3)]
    _, address = await own_agent(lambda question: [reply(question, rows)])
    with pytest.raises(BadReply, match="circle"):
        await wire.walk(address, PUBLIC, TABLE)


async def test_an_endless_table_ends_at_the_cap(wire: Session) -> None:
    def answer(question: bytes) -> list[bytes]:
        _, cursor = asked(question)
        first = cursor[-1] + 1 if len(cursor) > len(TABLE) else 1
        return [reply(question, [f"1.3.6.1.2.1.2.2.1.2.{first + n}" for n in range(400)])]

    _, address = await own_agent(answer)
    with pytest.raises(BadReply, match="too many rows"):
        await wire.walk(address, PUBLIC, TABLE)


async def test_an_agent_without_getbulk_is_walked_one_by_one(wire: Session) -> None:
    def answer(question: bytes) -> list[bytes]:
        pdu, cursor = asked(question)
        if isinstance(pdu, V2C.GetBulkRequestPDU):
            return [reply(question, [], status=1)]
        row = cursor[-1] + 1 if len(cursor) > len(TABLE) else 1
        beyond = "1.3.6.1.2.1.2.2.1.3.1"
        return [reply(question, [f"1.3.6.1.2.1.2.2.1.2.{row}" if row <= 4 else beyond])]

    agent, address = await own_agent(answer)
    assert len(await wire.walk(address, PUBLIC, TABLE)) == 4
    heard = agent.heard
    assert len(await wire.walk(address, PUBLIC, TABLE)) == 4
    assert agent.heard - heard == 5, "what suits the agent is remembered"


async def test_an_agent_that_drops_getbulk_is_walked_one_by_one(brief_wire: Session) -> None:
    def answer(question: bytes) -> list[bytes]:
        pdu, cursor = asked(question)
        if isinstance(pdu, V2C.GetBulkRequestPDU):
            return []
        row = cursor[-1] + 1 if len(cursor) > len(TABLE) else 1
        return [reply(question, [f"1.3.6.1.2.1.2.2.1.{2 if row <= 3 else 3}.{row}"])]

    _, address = await own_agent(answer)
    assert len(await brief_wire.walk(address, PUBLIC, TABLE)) == 3


async def test_too_big_halves_the_question(wire: Session) -> None:
    def answer(question: bytes) -> list[bytes]:
        pdu, _ = asked(question)
        oids = [str(name) for name, _ in V2C.apiPDU.get_varbinds(pdu)]
        if len(oids) > 2:
            return [reply(question, [], status=1)]
        return [reply(question, oids)]

    _, address = await own_agent(answer)
    wanted = [oid(f"1.3.6.1.2.1.1.{n}.0") for n in range(1, 8)]
    assert [v.value for v in await wire.get(address, PUBLIC, wanted)] == [1] * 7


async def test_rubbish_is_a_bad_reply_and_not_silence(brief_wire: Session) -> None:
    _, address = await own_agent(lambda _: [b"\x30\x82\xff\xff rubbish"])
    with pytest.raises(BadReply):
        await brief_wire.get(address, PUBLIC, [oid("1.3.6.1.2.1.1.3.0")])


async def test_an_answer_to_another_question_is_not_taken(brief_wire: Session) -> None:
    _, address = await own_agent(
        lambda question: [reply(question, ["1.3.6.1.2.1.1.3.0"], shift_id=1)]
    )
    with pytest.raises(TimedOut):
        await brief_wire.get(address, PUBLIC, [oid("1.3.6.1.2.1.1.3.0")])
    assert brief_wire.counters.unmatched == 2


async def test_an_answer_with_other_objects_is_refused(wire: Session) -> None:
    _, address = await own_agent(lambda question: [reply(question, ["1.3.6.1.2.1.1.5.0"])])
    with pytest.raises(BadReply):
        await wire.get(address, PUBLIC, [oid("1.3.6.1.2.1.1.3.0")])


async def test_a_late_first_answer_still_counts(brief_wire: Session) -> None:
    questions: list[bytes] = []

    def answer(question: bytes) -> list[bytes]:
        questions.append(question)
        return [] if len(questions) == 1 else [reply(questions[0], ["1.3.6.1.2.1.1.3.0"])]

    _, address = await own_agent(answer)
    (uptime,) = await brief_wire.get(address, PUBLIC, [oid("1.3.6.1.2.1.1.3.0")])
    assert uptime.value == 1


async def test_an_answer_that_comes_twice_is_counted_and_taken_once(wire: Session) -> None:
    def answer(question: bytes) -> list[bytes]:
        return [reply(question, [UPTIME])] * 3

    _, address = await own_agent(answer)
    for _ in range(2):
        (uptime,) = await wire.get(address, PUBLIC, [oid(UPTIME)])
        assert uptime.value == 1
    await until(lambda: wire.counters.unmatched == 4)
    assert (wire.counters.sent, wire.counters.answered, wire.in_flight) == (2, 2, 0)


async def test_an_answer_that_comes_too_late_is_counted_and_harms_nothing(
    brief_wire: Session,
) -> None:
    held: list[bytes] = []

    def answer(question: bytes) -> list[bytes]:
        if len(held) < 2:
            held.append(reply(question, [UPTIME]))
            return []
        return [*held, reply(question, [UPTIME])]

    _, address = await own_agent(answer)
    with pytest.raises(TimedOut):
        await brief_wire.get(address, PUBLIC, [oid(UPTIME)])
    (uptime,) = await brief_wire.get(address, PUBLIC, [oid(UPTIME)])
    assert uptime.value == 1
    assert (brief_wire.counters.timed_out, brief_wire.counters.unmatched) == (1, 2)


async def test_the_second_try_has_another_id(brief_wire: Session) -> None:
    questions: list[bytes] = []
    _, address = await own_agent(lambda question: questions.append(question) or [])  # type: ignore[func-returns-value]
    with pytest.raises(TimedOut):
        await brief_wire.get(address, PUBLIC, [oid(UPTIME)])
    first, second = (int(V2C.apiPDU.get_request_id(asked(one)[0])) for one in questions)
    assert first != second


async def test_a_truncated_answer_is_a_bad_reply(brief_wire: Session) -> None:
    _, address = await own_agent(lambda question: [reply(question, [UPTIME])[:-1]])
    with pytest.raises(BadReply):
        await brief_wire.get(address, PUBLIC, [oid(UPTIME)])
    assert brief_wire.counters.unreadable == 2


async def test_a_good_answer_after_rubbish_is_taken(wire: Session) -> None:
    _, address = await own_agent(lambda question: [b"rubbish", reply(question, [UPTIME])])
    (uptime,) = await wire.get(address, PUBLIC, [oid(UPTIME)])
    assert uptime.value == 1


async def test_a_spoofed_answer_is_counted_and_not_taken(brief_wire: Session) -> None:
    """With the question's id and community, known by listening in, but from another address."""
    with stranger() as elsewhere:

        def answer(question: bytes) -> list[bytes]:
            elsewhere.sendto(reply(question, [UPTIME]), ("127.0.0.1", asking_port(brief_wire)))
            return []

        _, address = await own_agent(answer)
        with pytest.raises(TimedOut):
            await brief_wire.get(address, PUBLIC, [oid(UPTIME)])
    assert (brief_wire.counters.wrong_source, brief_wire.counters.answered) == (2, 0)


async def test_another_community_or_version_is_no_answer(brief_wire: Session) -> None:
    def answer(question: bytes) -> list[bytes]:
        right = reply(question, [UPTIME])
        return [
            right.replace(b"public", b"secret"),
            right.replace(b"\x02\x01\x01", b"\x02\x01\x00", 1),
        ]

    _, address = await own_agent(answer)
    with pytest.raises(TimedOut):
        await brief_wire.get(address, PUBLIC, [oid(UPTIME)])
    assert brief_wire.counters.unmatched == 4


async def test_a_device_may_be_let_answer_from_another_address(brief_wire: Session) -> None:
    with stranger() as elsewhere:

        def answer(question: bytes) -> list[bytes]:
            elsewhere.sendto(reply(question, [UPTIME]), ("127.0.0.1", asking_port(brief_wire)))
            return []

        _, address = await own_agent(answer)
        brief_wire.accept_other_source(address)
        (uptime,) = await brief_wire.get(address, PUBLIC, [oid(UPTIME)])
        assert uptime.value == 1
        assert brief_wire.counters.other_source == 1

        brief_wire.accept_other_source(address, accept=False)
        with pytest.raises(TimedOut):
            await brief_wire.get(address, PUBLIC, [oid(UPTIME)])


async def test_what_is_refused_by_name_is_none_and_the_rest_is_read(wire: Session) -> None:
    """v1: one unknown name fails the whole GET, and says which it was."""

    def answer(question: bytes) -> list[bytes]:
        pdu, _ = asked(question)
        oids = [str(name) for name, _ in V2C.apiPDU.get_varbinds(pdu)]
        if UPTIME not in oids:
            return [reply(question, oids)]
        return [reply(question, oids, status=2, index=oids.index(UPTIME) + 1)]

    _, address = await own_agent(answer)
    wanted = [oid("1.3.6.1.2.1.1.1.0"), oid(UPTIME), oid("1.3.6.1.2.1.1.5.0")]
    found = await wire.get(address, PUBLIC, wanted)
    assert [(v.oid, v.value) for v in found] == list(zip(wanted, (1, None, 1), strict=True))


async def test_a_refusal_without_a_place_is_told_by_its_name(wire: Session) -> None:
    _, address = await own_agent(lambda question: [reply(question, [UPTIME], status=5, index=9)])
    with pytest.raises(AgentError, match="genErr"):
        await wire.get(address, PUBLIC, [oid(UPTIME)])


@pytest.mark.parametrize("rows", [0, 1, 10, 30])
async def test_a_walk_ends_with_the_mib(wire: Session, rows: int) -> None:
    _, address = await own_agent(table_of({"1.3.6.1.2.1.2.2.1.2": rows}))
    found = await wire.walk(address, PUBLIC, TABLE)
    assert [varbind.oid for varbind in found] == [(*TABLE, row) for row in range(1, rows + 1)]


async def test_columns_side_by_side_are_the_columns_one_by_one(wire: Session) -> None:
    columns = {"1.3.6.1.2.1.2.2.1.2": 7, "1.3.6.1.2.1.2.2.1.3": 0, "1.3.6.1.2.1.2.2.1.5": 40}
    agent, address = await own_agent(table_of(columns))
    roots = [oid(root) for root in columns]
    side_by_side = await wire.table(address, PUBLIC, roots)
    exchanges, agent.heard = agent.heard, 0
    assert side_by_side == [await wire.walk(address, PUBLIC, root) for root in roots]
    assert [len(column) for column in side_by_side] == [7, 0, 40]
    assert exchanges <= agent.heard + 2


async def test_an_agent_that_takes_more_is_asked_for_more(wire: Session) -> None:
    agent, address = await own_agent(table_of({"1.3.6.1.2.1.2.2.1.2": 200}))
    assert len(await wire.walk(address, PUBLIC, TABLE)) == 200
    assert agent.heard == 6, "10, 25, and then 50 rows at once"
    agent.heard = 0
    await wire.walk(address, PUBLIC, TABLE)
    assert agent.heard == 5, "what suits the agent is remembered"


async def test_too_big_an_answer_is_not_asked_for_again(wire: Session) -> None:
    refused = []

    def answer(question: bytes) -> list[bytes]:
        pdu, _ = asked(question)
        if V2C.apiBulkPDU.get_max_repetitions(pdu) > 20:
            refused.append(1)
            return [reply(question, [], status=1)]
        return table(question)

    table = table_of({"1.3.6.1.2.1.2.2.1.2": 100})
    _, address = await own_agent(answer)
    for _ in range(3):
        assert len(await wire.walk(address, PUBLIC, TABLE)) == 100
    assert len(refused) == 1


async def test_many_objects_are_asked_for_in_ever_larger_pieces(brief_wire: Session) -> None:
    sizes: list[int] = []

    def answer(question: bytes) -> list[bytes]:
        pdu, _ = asked(question)
        oids = [str(name) for name, _ in V2C.apiPDU.get_varbinds(pdu)]
        sizes.append(len(oids))
        return [] if len(oids) > 25 else [reply(question, oids)]  # silence: it cannot send as much

    _, address = await own_agent(answer)
    wanted = [oid(f"1.3.6.1.2.1.2.2.1.10.{n}") for n in range(90)]
    assert [v.oid for v in await brief_wire.get(address, PUBLIC, wanted)] == wanted
    assert sizes[:2] == [10, 25]
    assert sizes.count(50) == 2, "asked twice like everything, and then never again"
    sizes.clear()
    await brief_wire.get(address, PUBLIC, wanted)
    assert max(sizes) == 25


async def test_patience_follows_the_device(wire: Session) -> None:
    _, address = await own_agent(lambda question: [reply(question, [UPTIME])])
    peer = wire._exchanges.peers.of(address)
    assert peer.timeout(1.5) == 1.5, "nothing is known of a stranger"
    await wire.get(address, PUBLIC, [oid(UPTIME)])
    assert peer.round_trip is not None
    peer.round_trip = 0.01
    assert peer.timeout(1.5) == LEAST_SECONDS
    for _ in range(40):
        peer.heard_after(0.4)
    assert peer.timeout(1.5) == pytest.approx(1.6, abs=0.05)
    peer.heard_after(60.0)
    assert peer.timeout(1.5) == 5.0


def test_peers_are_bounded_and_the_longest_unused_are_forgotten() -> None:
    peers = Peers(most=3)
    first = peers.of(Address("127.0.0.1"))
    for n in (2, 3, 1, 4):
        peers.of(Address(f"127.0.0.{n}"))
    assert len(peers) == 3
    assert peers.of(Address("127.0.0.1")) is first
    assert peers.find(("127.0.0.2", 161)) is None


async def test_a_visit_that_is_cancelled_leaves_nothing_behind(brief_wire: Session) -> None:
    nowhere = Address("127.0.0.1", free_port())
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(brief_wire.get(nowhere, PUBLIC, [oid(UPTIME)]), 0.05)
    await until(lambda: brief_wire.in_flight == 0)


async def test_the_buffer_and_its_losses_can_be_read(wire: Session) -> None:
    _, address = await own_agent(lambda question: [reply(question, [UPTIME])])
    await wire.get(address, PUBLIC, [oid(UPTIME)])
    assert wire.receive_buffer_bytes() > 100_000
    assert wire.dropped() in (0, None)


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
@pytest.mark.parametrize("spelling", ["::1", "0:0:0:0:0:0:0:1"])
async def test_a_device_on_ipv6_is_known_by_any_spelling_of_its_address(
    wire: Session, spelling: str
) -> None:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: OwnAgent(lambda question: [reply(question, [UPTIME])]), local_addr=("::1", 0)
    )
    address = Address(spelling, transport.get_extra_info("sockname")[1])
    (uptime,) = await wire.get(address, PUBLIC, [oid(UPTIME)])
    assert uptime.value == 1


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not is_so():  # noqa: ASYNC110 (a counter has no event)
            await asyncio.sleep(0.01)


@contextmanager
def stranger() -> Iterator[socket.socket]:
    """A socket that nobody asked anything."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.bind(("127.0.0.2", 0))
        yield opened


def asking_port(wire: Session) -> int:
    """Where the wire listens, which an eavesdropper would see."""
    port: int = wire._exchanges._datagrams._sockets[socket.AF_INET].getsockname()[1]
    return port
