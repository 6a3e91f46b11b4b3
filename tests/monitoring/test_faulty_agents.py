"""The wire against agents that loop, overflow, lie or send rubbish."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pyasn1.codec.ber import decoder, encoder
from pysnmp.proto import api

from monitoring.snmp import BadReply, Community, Session, TimedOut, oid
from tests.monitoring.agents import own_agent

V2C = api.PROTOCOL_MODULES[api.SNMP_VERSION_2C]
PUBLIC = Community("public")
TABLE = oid("1.3.6.1.2.1.2.2.1.2")


def reply(question: bytes, oids: list[str], *, status: int = 0, shift_id: int = 0) -> bytes:
    """A response to ``question`` with an integer at each OID."""
    message, _ = decoder.decode(question, asn1Spec=V2C.Message())
    answer = V2C.apiMessage.get_response(message)
    pdu = V2C.apiMessage.get_pdu(answer)
    V2C.apiPDU.set_request_id(pdu, int(V2C.apiPDU.get_request_id(pdu)) + shift_id)
    V2C.apiPDU.set_error_status(pdu, status)
    V2C.apiPDU.set_varbinds(pdu, [(V2C.ObjectIdentifier(o), V2C.Integer32(1)) for o in oids])
    return bytes(encoder.encode(answer))


def asked(question: bytes) -> tuple[Any, tuple[int, ...]]:
    message, _ = decoder.decode(question, asn1Spec=V2C.Message())
    pdu = V2C.apiMessage.get_pdu(message)
    return pdu, tuple(V2C.apiPDU.get_varbinds(pdu)[0][0])


@pytest.fixture
async def wire() -> AsyncIterator[Session]:
    async with Session(timeout_seconds=0.3, retries=1) as session:
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


async def test_an_agent_that_drops_getbulk_is_walked_one_by_one(wire: Session) -> None:
    def answer(question: bytes) -> list[bytes]:
        pdu, cursor = asked(question)
        if isinstance(pdu, V2C.GetBulkRequestPDU):
            return []
        row = cursor[-1] + 1 if len(cursor) > len(TABLE) else 1
        return [reply(question, [f"1.3.6.1.2.1.2.2.1.{2 if row <= 3 else 3}.{row}"])]

    _, address = await own_agent(answer)
    assert len(await wire.walk(address, PUBLIC, TABLE)) == 3


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


async def test_rubbish_is_a_bad_reply_and_not_silence(wire: Session) -> None:
    _, address = await own_agent(lambda _: [b"\x30\x82\xff\xff rubbish"])
    with pytest.raises(BadReply):
        await wire.get(address, PUBLIC, [oid("1.3.6.1.2.1.1.3.0")])


async def test_an_answer_to_another_question_is_not_taken(wire: Session) -> None:
    _, address = await own_agent(
        lambda question: [reply(question, ["1.3.6.1.2.1.1.3.0"], shift_id=1)]
    )
    with pytest.raises(TimedOut):
        await wire.get(address, PUBLIC, [oid("1.3.6.1.2.1.1.3.0")])
    assert wire.counters.unmatched == 2


async def test_an_answer_with_other_objects_is_refused(wire: Session) -> None:
    _, address = await own_agent(lambda question: [reply(question, ["1.3.6.1.2.1.1.5.0"])])
    with pytest.raises(BadReply):
        await wire.get(address, PUBLIC, [oid("1.3.6.1.2.1.1.3.0")])


async def test_a_late_first_answer_still_counts(wire: Session) -> None:
    questions: list[bytes] = []

    def answer(question: bytes) -> list[bytes]:
        questions.append(question)
        return [] if len(questions) == 1 else [reply(questions[0], ["1.3.6.1.2.1.1.3.0"])]

    _, address = await own_agent(answer)
    (uptime,) = await wire.get(address, PUBLIC, [oid("1.3.6.1.2.1.1.3.0")])
    assert uptime.value == 1
