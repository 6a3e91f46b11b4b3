"""The wire against net-snmp's agent: versions, protocols, refusals, restarts."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from monitoring.snmp import (
    Community,
    Session,
    TimedOut,
    UnknownUser,
    WrongCredentials,
    oid,
)
from tests.monitoring.agents import SECRET, USERS, Snmpd, needs_snmpd, running
from tests.monitoring.sessions import BriefSession, PatientSession

pytestmark = needs_snmpd

SYS_NAME = oid("1.3.6.1.2.1.1.5.0")
SYS_LOCATION = oid("1.3.6.1.2.1.1.6.0")
SYSTEM = oid("1.3.6.1.2.1.1")
NOT_THERE = oid("1.3.6.1.2.1.43.5.1.1.1.1")
PUBLIC = Community("public")


@pytest.fixture(scope="module")
def snmpd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snmpd]:
    with running(Snmpd(tmp_path_factory.mktemp("snmpd"))) as agent:
        yield agent


@pytest.mark.parametrize(
    "credential",
    [Community("public", "1"), PUBLIC, *USERS.values()],
    ids=["v1", "v2c", *USERS],
)
async def test_every_version_and_protocol_gets_and_walks(
    snmpd: Snmpd, wire: Session, credential: Community
) -> None:
    name, location = await wire.get(snmpd.address, credential, [SYS_NAME, SYS_LOCATION])
    assert name.value == "一号机房-测试机".encode()
    assert location.value == b"Room 301"

    rows = await wire.walk(snmpd.address, credential, SYSTEM)
    assert [row.oid for row in rows] == sorted({row.oid for row in rows})
    assert SYS_NAME in {row.oid for row in rows}


@pytest.mark.parametrize("version", ["1", "2c"])
async def test_an_object_the_agent_lacks_is_none_beside_those_it_has(
    snmpd: Snmpd, wire: Session, version: str
) -> None:
    answer = await wire.get(snmpd.address, Community("public", version), [NOT_THERE, SYS_LOCATION])
    assert [(v.oid, v.value) for v in answer] == [(NOT_THERE, None), (SYS_LOCATION, b"Room 301")]


async def test_a_wrong_password_says_so_and_is_no_timeout(snmpd: Snmpd, wire: Session) -> None:
    wrong = msgspec.structs.replace(USERS["shaaes"], auth_password="not-the-password")
    with pytest.raises(WrongCredentials, match="password"):
        await wire.get(snmpd.address, wrong, [SYS_NAME])


async def test_a_wrong_encryption_password_says_so(snmpd: Snmpd, wire: PatientSession) -> None:
    wrong = msgspec.structs.replace(USERS["shaaes"], priv_password="not-the-password")
    wire.silent.add(wrong)  # the agent drops what it cannot decrypt
    with pytest.raises(WrongCredentials, match="encryption password"):
        await wire.get(snmpd.address, wrong, [SYS_NAME])


async def test_an_unknown_user_says_so(snmpd: Snmpd, wire: Session) -> None:
    nobody = msgspec.structs.replace(USERS["shaaes"], name="nobody")
    with pytest.raises(UnknownUser):
        await wire.get(snmpd.address, nobody, [SYS_NAME])


async def test_a_level_below_what_the_user_must_have_is_refused(
    snmpd: Snmpd, wire: Session
) -> None:
    bare = msgspec.structs.replace(
        USERS["shaaes"], auth=None, auth_password="", priv=None, priv_password=""
    )
    with pytest.raises((WrongCredentials, UnknownUser)):
        await wire.get(snmpd.address, bare, [SYS_NAME])


async def test_a_wrong_community_is_silence(snmpd: Snmpd) -> None:
    async with BriefSession() as wire:
        with pytest.raises(TimedOut):
            await wire.get(snmpd.address, Community("private"), [SYS_NAME])


async def test_v3_goes_on_after_the_agent_restarts(tmp_path: Path, wire: Session) -> None:
    with running(Snmpd(tmp_path)) as agent:
        await wire.get(agent.address, USERS["sha256aes"], [SYS_NAME])
        agent.stop()
        agent.start()  # engineBoots has grown, engineTime begins anew
        (name,) = await wire.get(agent.address, USERS["sha256aes"], [SYS_NAME])
        assert name.value is not None


async def test_v3_goes_on_when_another_engine_takes_the_address(
    tmp_path: Path, wire: Session
) -> None:
    with running(Snmpd(tmp_path)) as agent:
        await wire.get(agent.address, USERS["shaaes"], [SYS_NAME])
        agent.become_another_engine()
        (name,) = await wire.get(agent.address, USERS["shaaes"], [SYS_NAME])
        assert name.value is not None


async def test_two_devices_with_one_engine_id_are_not_taken_for_each_other(
    tmp_path: Path, wire: Session
) -> None:
    """Cloned images share their engine IDs, but each has a clock of its own."""
    one, other = Snmpd(tmp_path / "one"), Snmpd(tmp_path / "other", host="127.0.0.2")
    with running(one), running(other):
        for agent in (one, other):
            await wire.get(agent.address, USERS["shaaes"], [SYS_NAME])
        first, second = (wire._exchanges.peers.of(agent.address).engine for agent in (one, other))
        assert first is not None
        assert second is not None
        assert first.engine_id == second.engine_id
        first.hear(first.boots, first.time + 10_000)  # as if the first had been up for hours

        before = wire.counters.sent
        await wire.get(other.address, USERS["shaaes"], [SYS_NAME])
        assert wire.counters.sent == before + 1, "the second's clock is its own"
        await wire.get(one.address, USERS["shaaes"], [SYS_NAME])
        assert wire.counters.sent == before + 3
        for agent in (one, other) * 3:
            await wire.get(agent.address, USERS["shaaes"], [SYS_NAME])
        assert wire.counters.sent == before + 9


async def test_a_known_engine_is_asked_with_one_message(snmpd: Snmpd, wire: Session) -> None:
    await wire.get(snmpd.address, USERS["sha256aes"], [SYS_NAME])
    assert wire.counters.sent == 2, "one to learn the engine and its clock"
    for _ in range(5):
        await wire.get(snmpd.address, USERS["sha256aes"], [SYS_NAME])
    assert wire.counters.sent == 7


async def test_a_clock_that_is_off_is_set_once(snmpd: Snmpd, wire: Session) -> None:
    await wire.get(snmpd.address, USERS["shaaes"], [SYS_NAME])
    engine = wire._exchanges.peers.of(snmpd.address).engine
    assert engine is not None
    engine.hear(engine.boots, engine.time + 10_000)
    before = wire.counters.sent
    await wire.get(snmpd.address, USERS["shaaes"], [SYS_NAME])
    await wire.get(snmpd.address, USERS["shaaes"], [SYS_NAME])
    assert wire.counters.sent == before + 3
    assert abs(engine.now() - engine.time) <= 2


async def test_a_password_that_was_changed_is_used_at_once(snmpd: Snmpd, wire: Session) -> None:
    wrong = msgspec.structs.replace(USERS["shaaes"], auth_password="not-the-password")
    for user, is_right in ((wrong, False), (USERS["shaaes"], True)) * 2:
        if is_right:
            await wire.get(snmpd.address, user, [SYS_NAME])
        else:
            with pytest.raises(WrongCredentials, match="password"):
                await wire.get(snmpd.address, user, [SYS_NAME])


@pytest.mark.parametrize("name", ["open", "signed", "shaaes"])
async def test_columns_side_by_side_are_those_one_by_one(
    snmpd: Snmpd, wire: Session, name: str
) -> None:
    roots = [oid(f"1.3.6.1.2.1.2.2.1.{n}") for n in (1, 2, 3, 8)]
    side_by_side = await wire.table(snmpd.address, USERS[name], roots)
    assert side_by_side[0]
    assert [[v.oid for v in column] for column in side_by_side] == [
        [v.oid for v in await wire.walk(snmpd.address, USERS[name], root)] for root in roots
    ]


async def test_many_questions_at_once_each_get_their_own_answer(
    snmpd: Snmpd, wire: Session
) -> None:
    wanted = [SYS_NAME, SYS_LOCATION] * 20
    answers = await asyncio.gather(*(wire.get(snmpd.address, PUBLIC, [one]) for one in wanted))
    assert [answer[0].oid for answer in answers] == wanted
    assert wire.receive_buffer_bytes() > 0


def test_secrets_do_not_show_in_representations() -> None:
    for credential in (PUBLIC, USERS["shaaes"]):
        assert SECRET not in repr(credential)
        assert "public" not in repr(credential)
