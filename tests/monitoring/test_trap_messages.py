"""Notifications read and refused: pysnmp as the judge, broken bytes, limits, clocks, meanings."""

import random
from ipaddress import IPv4Address

import msgspec
import pytest
from pyasn1.codec.ber import encoder
from pyasn1.type import univ
from pysnmp.proto import api

from core.errors import Invalid
from core.settings import Settings
from monitoring.snmp import (
    AuthProtocol,
    BadReply,
    Community,
    PrivProtocol,
    User,
    VarBind,
    dotted,
    oid,
)
from monitoring.snmp.messages import element, integer, oid_content
from monitoring.snmp.notifications import Notification, open_plain, read_notification
from monitoring.snmp.trap_clocks import WINDOW_SECONDS, Authority, Clocks
from monitoring.snmp.trap_messages import Reply, keys_of, write_reply
from monitoring.snmp.trap_socket import plain_address
from monitoring.snmp.traps import Gate, Refusal, Refused
from monitoring.traps.limits import (
    MOST_SOURCES,
    OF_STRANGERS_AT_ONCE,
    PER_SOURCE,
    PER_SOURCE_AT_ONCE,
    Limits,
    Standing,
)
from monitoring.traps.meaning import find_trap, said_by

V1 = api.PROTOCOL_MODULES[api.SNMP_VERSION_1]
V2C = api.PROTOCOL_MODULES[api.SNMP_VERSION_2C]
COMMUNITY = Community("watch")
OURS = Authority(b"\x80\0\0\0\5ours ours our", 3)
THEIRS = b"\x80\0\0\0\5theirs"
USER = User("watch", AuthProtocol.sha256, "correct-horse", PrivProtocol.aes, "battery-staple")
COLD_START = oid("1.3.6.1.6.3.1.1.5.1")


def v1_trap(enterprise: str, generic: int, specific: int) -> bytes:
    """As pysnmp writes it."""
    pdu = V1.TrapPDU()
    V1.apiTrapPDU.set_defaults(pdu)
    V1.apiTrapPDU.set_enterprise(pdu, oid(enterprise))
    V1.apiTrapPDU.set_agent_address(pdu, "10.1.2.3")
    V1.apiTrapPDU.set_generic_trap(pdu, generic)
    V1.apiTrapPDU.set_specific_trap(pdu, specific)
    V1.apiTrapPDU.set_varbinds(pdu, [(oid("1.3.6.1.2.1.2.2.1.1.7"), V1.Integer(7))])
    return _message(V1, pdu)


def v2_notification(kind: str, *varbinds: tuple[str, object]) -> bytes:
    pdu = getattr(V2C, kind)()
    V2C.apiTrapPDU.set_defaults(pdu)
    named = [(oid(name), value) for name, value in varbinds]
    V2C.apiTrapPDU.set_varbinds(
        pdu,
        [
            (oid("1.3.6.1.2.1.1.3.0"), V2C.TimeTicks(123)),
            (oid("1.3.6.1.6.3.1.1.4.1.0"), V2C.ObjectIdentifier(COLD_START)),
            *named,
        ],
    )
    return _message(V2C, pdu)


def _message(module: object, pdu: object) -> bytes:
    message = module.Message()  # type: ignore[attr-defined]
    face = module.apiMessage  # type: ignore[attr-defined]
    face.set_defaults(message)
    face.set_community(message, COMMUNITY.community)
    face.set_pdu(message, pdu)
    return bytes(encoder.encode(message))


def secure_trap(
    user: User = USER, engine_id: bytes = THEIRS, *, boots: int = 5, tag: int = 0xA7
) -> bytes:
    """A v3 message of that engine; a trap by itself, an inform with another tag."""
    them = Authority(engine_id, boots)
    uptime = element(0x06, oid_content(oid("1.3.6.1.2.1.1.3.0"))) + element(0x43, b"\x01")
    what = element(0x06, oid_content(oid("1.3.6.1.6.3.1.1.4.1.0")))
    what += element(0x06, oid_content(COLD_START))
    varbinds = element(0x30, element(0x30, uptime) + element(0x30, what))
    pdu = element(tag, integer(7) + integer(0) + integer(0) + varbinds)
    scoped = element(0x30, element(4, engine_id) + element(4, b"") + pdu)
    return write_reply(them, Reply(9, user.name.encode(), keys_of(user, engine_id)), scoped)


def read(payload: bytes) -> Notification:
    plain = open_plain(payload)
    return read_notification(payload, plain.pdu_at, is_v1=plain.is_v1)


@pytest.mark.parametrize(
    ("enterprise", "generic", "specific", "wanted"),
    [
        ("1.3.6.1.4.1.318", 0, 0, "1.3.6.1.6.3.1.1.5.1"),
        ("1.3.6.1.4.1.318", 4, 0, "1.3.6.1.6.3.1.1.5.5"),
        ("1.3.6.1.4.1.318", 6, 5, "1.3.6.1.4.1.318.0.5"),
        ("1.3.6.1.2.1.33.2", 6, 1, "1.3.6.1.2.1.33.2.0.1"),
    ],
)
def test_v1_becomes_what_rfc_3584_says(
    enterprise: str, generic: int, specific: int, wanted: str
) -> None:
    found = read(v1_trap(enterprise, generic, specific))
    assert dotted(found.trap_oid) == wanted
    assert found.agent == "10.1.2.3"
    assert found.varbinds == [VarBind(oid("1.3.6.1.2.1.2.2.1.1.7"), 7)]


@pytest.mark.parametrize("kind", ["SNMPv2TrapPDU", "InformRequestPDU"])
def test_v2_is_read_as_pysnmp_writes_it_and_no_community_is_kept(kind: str) -> None:
    found = read(
        v2_notification(
            kind,
            ("1.3.6.1.2.1.1.5.0", V2C.OctetString("sw-301")),
            ("1.3.6.1.6.3.18.1.3.0", V2C.IpAddress("10.9.8.7")),
            ("1.3.6.1.6.3.18.1.4.0", V2C.OctetString("a secret")),
            ("1.3.6.1.2.1.31.1.1.1.6.1", V2C.Counter64(2**40)),
        )
    )
    assert found.is_inform is (kind == "InformRequestPDU")
    assert found.trap_oid == COLD_START
    assert found.agent == "10.9.8.7"
    assert [varbind.value for varbind in found.varbinds] == [
        b"sw-301",
        IPv4Address("10.9.8.7"),
        2**40,
    ]


def test_a_request_is_no_notification() -> None:
    pdu = V2C.GetRequestPDU()
    V2C.apiPDU.set_defaults(pdu)
    V2C.apiPDU.set_varbinds(pdu, [(univ.ObjectIdentifier(COLD_START), V2C.null)])
    with pytest.raises(BadReply):
        read(_message(V2C, pdu))


def test_no_broken_bytes_make_the_gate_raise_anything_else() -> None:
    chance = random.Random(7)
    gate = Gate(OURS)
    whole = [
        v1_trap("1.3.6.1.4.1.318", 6, 5),
        v2_notification("InformRequestPDU", ("1.3.6.1.2.1.1.5.0", V2C.OctetString("x" * 200))),
        secure_trap(),
        secure_trap(User("watch")),
    ]
    heard = 0
    for _ in range(20_000):
        broken = bytearray(chance.choice(whole))
        for _ in range(chance.choice((1, 1, 2, 5))):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        del broken[chance.choice((len(broken), len(broken), chance.randrange(len(broken)))) :]
        try:
            said = gate.open(bytes(broken), "127.0.0.1", [COMMUNITY, USER, User("watch")])
            found = find_trap("switch", said.notification)
            msgspec.json.encode(said_by(found, said.notification, {}))
            heard += 1
        except Refused:
            continue
    assert heard < 20_000


def test_of_users_with_one_name_the_password_tells() -> None:
    gate = Gate(OURS)
    other = User("watch", AuthProtocol.sha256, "another-horse", PrivProtocol.aes, "other-staple")
    for user in (USER, other):
        heard = gate.open(secure_trap(user), "127.0.0.1", [USER, other])
        assert heard.opened_by == (user,)


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (secure_trap(User("watch")), Refusal.wrong_level),
        (secure_trap(tag=0xA6), Refusal.unreadable),  # an inform must be in our time, not theirs
        (secure_trap(engine_id=OURS.engine_id), Refusal.not_in_time),
        (secure_trap(engine_id=b""), Refusal.unknown_engine),
    ],
)
def test_what_the_model_forbids_is_refused(payload: bytes, why: Refusal) -> None:
    with pytest.raises(Refused) as refused:
        Gate(OURS).open(payload, "127.0.0.1", [USER])
    assert refused.value.why is why


def test_an_older_boot_is_refused_and_a_cloned_engine_elsewhere_is_not() -> None:
    gate = Gate(OURS)
    gate.open(secure_trap(boots=5), "127.0.0.1", [USER])
    with pytest.raises(Refused, match="not_in_time"):
        gate.open(secure_trap(boots=4), "127.0.0.1", [USER])
    assert gate.open(secure_trap(boots=4), "127.0.0.2", [USER])


def test_a_clock_takes_what_is_late_within_the_window_and_nothing_older() -> None:
    clocks = Clocks()
    sender = ("127.0.0.1", THEIRS)
    assert clocks.follow(sender, 5, 1000)
    assert clocks.follow(sender, 5, 1000 - WINDOW_SECONDS)
    assert not clocks.follow(sender, 5, 1000 - WINDOW_SECONDS - 1)
    assert clocks.follow(sender, 6, 1)
    assert not clocks.follow(sender, 5, 2000)
    assert not clocks.follow(sender, 2**31 - 1, 1)


@pytest.mark.parametrize(
    ("seen", "wanted"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("fe80::1%eth0", "fe80::1"),
        ("2001:DB8::0001", "2001:db8::1"),
    ],
)
def test_a_source_is_written_as_devices_are(seen: str, wanted: str) -> None:
    assert plain_address(seen) == wanted


def test_strangers_fill_no_memory() -> None:
    gate = Gate(OURS)
    for number in range(500):
        with pytest.raises(Refused):
            gate.open(secure_trap(engine_id=b"\x80\0\0\0\5%d" % number), "127.0.0.1", [])
    assert len(gate.clocks) == 0


def test_a_source_gets_its_share_and_no_more() -> None:
    limits = Limits(0.0)
    let_in = [limits.let_in("10.0.0.1", 0.0, Standing.known) for _ in range(1000)]
    assert sum(let_in) == PER_SOURCE_AT_ONCE
    assert limits.let_in("10.0.0.2", 0.0, Standing.known)
    later = [limits.let_in("10.0.0.1", 1.0, Standing.known) for _ in range(1000)]
    assert sum(later) == PER_SOURCE


def test_a_crowd_of_invented_addresses_leaves_room_for_those_we_know() -> None:
    limits = Limits(0.0)
    for number in range(MOST_SOURCES + 500):
        limits.let_in(f"strange {number}", 0.0, Standing.newcomer)
    assert len(limits) <= MOST_SOURCES
    assert limits.let_in("10.0.0.1", 0.0, Standing.known)
    assert sum(limits.mark_strange(0.0) for _ in range(500)) == OF_STRANGERS_AT_ONCE


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("0.0.0.0:1162", ("0.0.0.0", 1162)),
        ("[::]:162", ("::", 162)),
        ("", None),
    ],
)
def test_the_port_is_set_as_an_address(given: str, wanted: tuple[str, int] | None) -> None:
    assert Settings.from_environ({"LABSHARE_TRAP_ADDRESS": given}).trap_address == wanted


@pytest.mark.parametrize(
    "given",
    ["1162", ":1162", "host:1162", "::1:1162", "[10.0.0.1]:162", "10.0.0.1:0", "10.0.0.1:x"],
)
def test_what_is_no_address_and_port_is_refused(given: str) -> None:
    with pytest.raises(Invalid):
        Settings.from_environ({"LABSHARE_TRAP_ADDRESS": given})
