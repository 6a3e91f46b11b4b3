"""Traps and informs of real senders, from the port to the row, the alert and the answer."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest

from core import database, outbox
from monitoring.devices.credential_encryption import CredentialCipher
from monitoring.devices.credentials import rotate_key
from monitoring.snmp import Address, AuthProtocol, Community, PrivProtocol, User
from monitoring.traps import alert_changes, receiver, senders
from monitoring.traps.store import MOST_CONTENTS
from tests import factories
from tests import factories_monitoring as made
from tests.conftest import Stack
from tests.monitoring.trap_senders import (
    COLD_START,
    LINK_DOWN,
    SPOKEN_BY_NET_SNMP,
    UPS_ON_BATTERY,
    UPS_POWER_RESTORED,
    Listening,
    Wiretap,
    listening,
    needs_snmptrap,
    send,
    send_v1,
    somebody_listens,
)
from tests.waiting import somebody_waits_for_a_lock

pytestmark = needs_snmptrap

HERE = Address("127.0.0.1")
PASSWORD, OTHER_PASSWORD = "correct-horse", "battery-staple"
SIGNED = User("watch", AuthProtocol.sha256, PASSWORD)
SEALED = User("watch", AuthProtocol.sha256, PASSWORD, PrivProtocol.aes, OTHER_PASSWORD)
PORT_3 = ("1.3.6.1.2.1.2.2.1.1.3", "i", "3")


class Kept(msgspec.Struct, frozen=True):
    school: int | None
    device: int | None
    source: str
    kind: str
    trap_oid: str
    name: str | None
    repeats: int
    varbinds: list[dict[str, object]]


async def kept() -> list[Kept]:
    return await database.fetch(
        Kept,
        "SELECT school, device, source, kind, trap_oid, name, repeats, varbinds FROM trap"
        " ORDER BY id",
    )


async def promises_kept() -> None:
    while await outbox.deliver_due({alert_changes.TOPIC: alert_changes.act}):
        pass


@pytest.fixture
async def here(db: Stack) -> AsyncIterator[Listening]:
    async with listening(db) as one:
        yield one


PROTOCOLS = [
    *(User("watch", auth, PASSWORD, PrivProtocol.aes, OTHER_PASSWORD) for auth in AuthProtocol),
    *(
        User("watch", AuthProtocol.sha, PASSWORD, priv, OTHER_PASSWORD)
        for priv in SPOKEN_BY_NET_SNMP
    ),
    SIGNED,
    User("watch"),
    Community("labshare-read"),
]


@pytest.mark.parametrize("wire", PROTOCOLS, ids=repr)
async def test_every_protocol_brings_traps_and_informs(
    here: Listening, wire: User | Community
) -> None:
    school = await factories.school()
    device = await made.device(school, HERE, wire=wire)
    code, _ = await send(here.port, LINK_DOWN, *PORT_3, wire=wire, inform=True)
    assert code == 0
    (row,) = await kept()
    assert (row.school, row.device, row.kind, row.name) == (
        school.id, device.id, "inform", "link_down",
    )  # fmt: skip
    await send(here.port, COLD_START, wire=wire)
    await here.counted("kept", 2)
    assert [row.name for row in await kept()] == ["link_down", "cold_start"]


@pytest.mark.parametrize("inform", [False, True])
@pytest.mark.parametrize(
    ("wire", "why"),
    [
        (User("watch", AuthProtocol.sha256, "wrong-horse"), "wrong_digest"),
        (User("other", AuthProtocol.sha256, PASSWORD), "unknown_user"),
        (User("watch"), "wrong_level"),
        (Community("guessed"), "unknown_community"),
    ],
)
async def test_what_no_credential_opens_is_counted_and_not_kept(
    here: Listening, wire: User | Community, why: str, inform: bool
) -> None:
    await made.device(await factories.school(), HERE, wire=SIGNED)
    is_answered = isinstance(wire, User)  # who guesses a community is not told
    code, _ = await send(here.port, COLD_START, wire=wire, inform=inform, is_answered=is_answered)
    await here.counted(why)
    assert await kept() == []
    assert code == (1 if inform else 0)


async def test_a_wrong_encryption_password_is_told_from_a_wrong_password(here: Listening) -> None:
    await made.device(await factories.school(), HERE, wire=SEALED)
    wire = msgspec.structs.replace(SEALED, priv_password="wrong-staple")
    _, said = await send(here.port, COLD_START, wire=wire, inform=True)
    assert "Decryption error" in said
    assert here.inbox.counts["undecryptable"] == 1


async def test_users_of_one_name_at_two_schools_each_reach_their_own(here: Listening) -> None:
    first, second = await factories.school(), await factories.school()
    wires = [SIGNED, msgspec.structs.replace(SIGNED, auth_password=OTHER_PASSWORD)]
    devices = [
        await made.device(school, HERE, wire=wire)
        for school, wire in zip((first, second), wires, strict=True)
    ]
    for wire in wires:
        assert (await send(here.port, COLD_START, wire=wire, inform=True))[0] == 0
    assert [(row.school, row.device) for row in await kept()] == [
        (first.id, devices[0].id),
        (second.id, devices[1].id),
    ]


async def test_what_could_be_of_two_schools_is_shown_to_neither(here: Listening) -> None:
    for _ in range(2):
        await made.device(await factories.school(), HERE)
    code, _ = await send(here.port, COLD_START, inform=True, is_answered=False)
    await here.counted("kept")
    (row,) = await kept()
    assert (row.school, row.device, row.varbinds, code) == (None, None, [], 1)


async def test_an_address_that_no_school_knows_is_counted_apart(here: Listening) -> None:
    await made.device(await factories.school(), Address("127.7.0.1"), wire=SIGNED)
    await database.execute("UPDATE network SET cidr = '127.7.0.0/16'")
    code, _ = await send(here.port, LINK_DOWN, *PORT_3, inform=True, is_answered=False)
    await here.counted("kept")
    (row,) = await kept()
    assert (row.school, row.source, row.varbinds) == (None, "127.0.0.1", [])
    assert code == 1, "nobody checked its community, so it is owed no answer"
    assert here.inbox.counts["from_strangers"] == 1


async def test_an_unknown_device_in_a_schools_network_is_the_schools(here: Listening) -> None:
    school = await factories.school()
    await made.device(school, Address("127.0.9.9"))
    await send(here.port, COLD_START, source="127.0.9.8", inform=True)
    (row,) = await kept()
    assert (row.school, row.device, row.source) == (school.id, None, "127.0.9.8")


async def test_of_two_agents_at_one_address_the_community_tells(here: Listening) -> None:
    school = await factories.school()
    await made.device(school, Address("127.0.0.1", 1161), wire=Community("one"))
    two = await made.device(school, Address("127.0.0.1", 1162), wire=Community("two"))
    await send(here.port, COLD_START, wire=Community("two"), inform=True)
    assert [row.device for row in await kept()] == [two.id]


async def test_v1_is_kept_as_v2_has_it_and_its_agent_address_counts_where_it_fits(
    here: Listening,
) -> None:
    school = await factories.school()
    proxy = await made.device(school, HERE)
    ups = await made.device(school, Address("127.0.0.7"), profile="ups_apc")
    await database.execute("UPDATE device SET credential = $1", proxy.credential_id)
    await send_v1(here.port, "1.3.6.1.4.1.318", 6, 5, agent="127.0.0.7")
    await send_v1(here.port, "1.3.6.1.4.1.8072", 2, 0, *PORT_3, agent="10.9.9.9")
    await here.counted("kept", 2)
    rows = {row.trap_oid: (row.device, row.name) for row in await kept()}
    # Loopback is no address that a device would have: the sender's own counts.
    assert rows == {UPS_ON_BATTERY: (proxy.id, None), LINK_DOWN: (proxy.id, "link_down")}
    assert ups.id != proxy.id


async def test_on_battery_raises_and_clears_the_alert_of_the_visits(here: Listening) -> None:
    school = await factories.school()
    device = await made.device(school, HERE, profile="ups_apc")
    await database.execute("UPDATE device SET next_poll_at = now() + interval '1 hour'")
    await send(here.port, UPS_ON_BATTERY, inform=True)
    await promises_kept()
    found = await database.fetch_value(
        "SELECT l.rule || '/' || l.instance || '/' || l.severity || '/' || (t.alert = l.id)"
        " || '/' || (d.next_poll_at <= now()) FROM alert l JOIN trap t ON t.device = l.device"
        " JOIN device d ON d.id = l.device WHERE l.cleared_at IS NULL AND l.device = $1",
        device.id,
    )
    assert found == "on_battery//warning/true/true"
    await send(here.port, UPS_POWER_RESTORED, inform=True)
    await promises_kept()
    assert await database.fetch_value("SELECT count(*) FROM alert WHERE cleared_at IS NULL") == 0


async def test_32_informs_of_one_fault_are_one_alert_and_one_work_order(here: Listening) -> None:
    await made.device(await factories.school(), HERE, profile="ups_apc")
    answers = await asyncio.gather(
        *(send(here.port, UPS_ON_BATTERY, inform=True) for _ in range(32))
    )
    assert [code for code, _ in answers] == [0] * 32
    await asyncio.gather(*(promises_kept() for _ in range(4)))
    assert sum(row.repeats for row in await kept()) == 32
    assert await database.fetch_value("SELECT count(*) FROM alert") == 1
    assert await database.fetch_value("SELECT count(*) FROM work_order") == 1


async def test_a_late_promise_does_not_undo_what_a_visit_found_since(here: Listening) -> None:
    device = await made.device(await factories.school(), HERE, profile="ups_apc")
    await send(here.port, UPS_ON_BATTERY, inform=True)
    await database.execute(
        "INSERT INTO alert (school, device, rule, instance, severity, message, raised_at,"
        " cleared_at) VALUES ($1, $2, 'on_battery', '', 'warning', '{}', now(), now())",
        device.school.id,
        device.id,
    )
    await promises_kept()
    assert await database.fetch_value("SELECT count(*) FROM alert WHERE cleared_at IS NULL") == 0


async def test_a_rule_that_is_off_and_a_paused_device_raise_nothing(here: Listening) -> None:
    school = await factories.school()
    device = await made.device(school, HERE, profile="ups_apc")
    await database.execute(
        "INSERT INTO rule_setting (school, device, rule, is_off, created_at)"
        " VALUES ($1, $2, 'on_battery', true, now())",
        school.id,
        device.id,
    )
    await send(here.port, UPS_ON_BATTERY, inform=True)
    await promises_kept()
    await database.execute("DELETE FROM rule_setting")
    await database.execute("UPDATE device SET paused_at = now()")
    await send(here.port, UPS_POWER_RESTORED, inform=True)
    await send(here.port, UPS_ON_BATTERY, inform=True)
    await promises_kept()
    assert await database.fetch_value("SELECT count(*) FROM alert") == 0


async def test_an_inform_that_comes_again_is_answered_again_and_counted_once(
    here: Listening,
) -> None:
    await made.device(await factories.school(), HERE)
    tap = Wiretap()
    await send(tap.port, COLD_START, inform=True, is_answered=False, source="127.0.0.1")
    inform = await tap.caught()
    first, second = await tap.ask(inform, here.port), await tap.ask(inform, here.port)
    tap.close()
    assert first == second
    assert first is not None
    assert [row.repeats for row in await kept()] == [1]


async def test_different_things_said_within_a_minute_are_all_there(here: Listening) -> None:
    await made.device(await factories.school(), HERE)
    for port in range(1, 4):
        await send(here.port, LINK_DOWN, f"1.3.6.1.2.1.2.2.1.1.{port}", "i", str(port), inform=True)
    parts = [str(said["part"]) for row in await kept() for said in row.varbinds]
    assert sorted(parts) == ["1", "2", "3"]
    assert len(parts) <= MOST_CONTENTS


async def test_an_old_trap_cannot_be_played_back_not_even_to_another_process(db: Stack) -> None:
    await made.device(await factories.school(), HERE, wire=SIGNED)
    tap = Wiretap()
    await send(tap.port, COLD_START, wire=SIGNED)
    old = await tap.caught()
    async with listening(db) as here:
        await tap.ask(old, here.port, seconds=0.1)
        await here.counted("kept")
    await database.execute("UPDATE trap_clock SET boots = boots + 1")
    async with listening(db) as here:
        await tap.ask(old, here.port, seconds=0.1)
        await here.counted("not_in_time")
    tap.close()


async def test_an_inform_of_our_life_before_is_refused_with_the_clock_of_this_one(
    db: Stack,
) -> None:
    await made.device(await factories.school(), HERE, wire=SIGNED)
    async with listening(db) as here:
        assert (await send(here.port, COLD_START, wire=SIGNED, inform=True))[0] == 0
        port = here.port
    boots = await database.fetch_value("SELECT boots FROM trap_engine")
    async with listening(db, port=port) as here:
        assert (await send(here.port, COLD_START, wire=SIGNED, inform=True))[0] == 0
        assert await database.fetch_value("SELECT boots FROM trap_engine") == boots + 1


async def test_an_inform_is_not_answered_before_it_is_kept(here: Listening) -> None:
    await made.device(await factories.school(), HERE)
    sending = asyncio.create_task(send(here.port, COLD_START, inform=True))
    async with database.transaction():
        await database.execute("LOCK TABLE trap IN ACCESS EXCLUSIVE MODE")
        await here.counted("received")
        await somebody_waits_for_a_lock()
        assert not sending.done()
    assert (await sending)[0] == 0
    assert len(await kept()) == 1


async def test_a_changed_password_counts_without_a_new_start(
    here: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    school = await factories.school()
    device = await made.device(school, HERE, wire=SIGNED)
    await send(here.port, COLD_START, wire=SIGNED, inform=True)
    other = msgspec.structs.replace(SIGNED, auth_password=OTHER_PASSWORD)
    new = await made.credential(school, other)
    await database.execute("UPDATE device SET credential = $1", new)
    await database.execute("DELETE FROM credential WHERE id = $1", device.credential_id)
    monkeypatch.setattr(senders, "FRESH_SECONDS", 0.0)
    assert (await send(here.port, COLD_START, wire=other, inform=True))[0] == 0
    assert (await send(here.port, COLD_START, wire=SIGNED, inform=True))[0] == 1


async def test_traps_are_read_all_through_a_rotation_of_the_secret_key(
    db: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sealed with the key before, then anew while the port is held, then with the new key alone."""
    monkeypatch.setattr(senders, "FRESH_SECONDS", 0.0)
    await made.device(await factories.school(), HERE, wire=SEALED)
    old, new = db.settings.secret_key, "the key after"
    both = msgspec.structs.replace(db.settings, secret_key=new, previous_secret_key=old)
    async with listening(msgspec.structs.replace(db, settings=both)) as during:
        for step in ("before", "after"):
            for inform in (True, False):
                code, said = await send(
                    during.port, COLD_START, "1.3.6.1.2.1.1.6.0", "s", step, wire=SEALED,
                    inform=inform,
                )  # fmt: skip
                assert code == 0, said
            await during.counted("kept", 2 if step == "before" else 4)
            await rotate_key(CredentialCipher.of(both))
    after = msgspec.structs.replace(db.settings, secret_key=new)
    async with listening(msgspec.structs.replace(db, settings=after)) as ended:
        assert (await send(ended.port, COLD_START, wire=SEALED, inform=True))[0] == 0
    async with listening(db) as behind:
        assert (await send(behind.port, COLD_START, wire=SEALED, inform=True))[0] == 1


async def test_a_port_that_is_taken_is_taken_over_when_it_becomes_free(
    db: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiver, "TRY_AGAIN_SECONDS", 0.1)
    await made.device(await factories.school(), HERE)
    stop = asyncio.Event()
    async with listening(db) as first:
        settings = msgspec.structs.replace(db.settings, trap_address=("127.0.0.1", first.port))
        waiting = asyncio.create_task(receiver.run(settings, stop))
        await asyncio.sleep(0.3)
        assert (await send(first.port, COLD_START, inform=True))[0] == 0
    await somebody_listens(first.port)
    stop.set()
    await waiting


async def test_without_an_address_no_port_is_opened(db: Stack) -> None:
    stop = asyncio.Event()
    task = asyncio.create_task(receiver.run(db.settings, stop))
    await asyncio.sleep(0)
    stop.set()
    await task
    assert await database.fetch_value("SELECT count(*) FROM trap_engine") == 0
