"""The reader before its judge: it reads as pysnmp does, or refuses in one way."""

import random
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from pysnmp.proto import rfc1902
from pysnmp.proto.rfc1905 import endOfMibView, noSuchInstance, noSuchObject

from monitoring.snmp import BadReply, Oid, oid
from monitoring.snmp.elements import _PREFIXES, MOST_PREFIXES, OBJECT_ID, OCTETS, Asked
from monitoring.snmp.messages import VERSION_3, element, oid_content, open_message, read_answer
from monitoring.snmp.secure_reader import Layout, read_scoped, read_secure
from monitoring.snmp.shapes import Shape, shape_of
from tests.monitoring.agents import DEMO_WALKS, WALKS
from tests.monitoring.judge import (
    ENGINE_ID,
    REFUSALS,
    Judged,
    judge,
    recorded,
    response,
    secure_response,
)

BROKEN_MESSAGES = 100_000
SHARDS = 10
ROWS_A_MESSAGE = 25

Rows = list[tuple[Oid, Any]]
SCOPE = element(OCTETS, ENGINE_ID) + element(OCTETS, b"")


def read(
    payload: bytes,
    asked: Asked | None = None,
    layout: Layout | None = None,
    shape: Shape | None = None,
) -> Judged:
    """What our reader makes of it, in the judge's shape; by the fast ways, where they are open."""
    message = open_message(payload)
    if message.key[0] != VERSION_3:
        return Judged(message.key, *read_answer(message, asked)[:4])
    secure = (layout.read(message) if layout else None) or read_secure(message)
    known = shape.read(payload[secure.data_at :], shape.asked) if shape else None
    _, answer = known or read_scoped(payload, secure.data_at, asked, SCOPE, is_padded=False)
    clock = secure.boots, secure.time
    names = secure.user_name, secure.digest, secure.salt
    return Judged(message.key, *answer[:4], (secure.flags, secure.engine_id, *clock, *names))


def known_of(good: bytes) -> tuple[Asked, Layout | None, Shape | None]:
    """What we would know beforehand of an answer like this one: its names, layout and shape."""
    judged = read(good)
    encoded = [element(OBJECT_ID, oid_content(varbind.oid)) for varbind in judged.varbinds]
    asked = Asked([v.oid for v in judged.varbinds], tuple((e, len(e) + 2) for e in encoded))
    message = open_message(good)
    if judged.key[0] != VERSION_3:
        return asked, None, None
    secure = read_secure(message)
    is_plain = not (judged.is_report or judged.status or judged.index)
    shape = shape_of(good[secure.data_at :], asked) if is_plain else None
    return asked, Layout.of(message, secure), shape


def in_pieces(rows: Rows, size: int) -> Iterator[Rows]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


@pytest.mark.parametrize(
    "walk",
    [*sorted(WALKS.glob("*.snmprec")), *sorted(DEMO_WALKS.glob("*.snmprec"))],
    ids=lambda walk: walk.stem,
)
def test_every_recording_is_read_as_pysnmp_reads_it(walk: Any) -> None:
    for piece in in_pieces(recorded(walk), ROWS_A_MESSAGE):
        for payload in (response(piece), secure_response(piece)):
            assert read(payload) == judge(payload) == read(payload, *known_of(payload))
        plain_types = [(name, value) for name, value in piece if value.tagSet != COUNTER_64]
        payload = response(plain_types, version="1")
        assert read(payload) == judge(payload)


COUNTER_64 = rfc1902.Counter64().tagSet
EDGES: dict[Any, list[Any]] = {
    rfc1902.Integer32: [-(2**31), -129, -128, -1, 0, 1, 127, 128, 255, 256, 2**31 - 1],
    rfc1902.Counter32: [0, 127, 128, 65_535, 2**31, 2**32 - 1],
    rfc1902.Gauge32: [0, 255, 2**32 - 1],
    rfc1902.TimeTicks: [0, 2**31 - 1, 2**32 - 1],
    rfc1902.Counter64: [0, 2**32, 2**63, 2**64 - 1],
    rfc1902.OctetString: [b"", b"\x00", "机房".encode(), bytes(127), bytes(128), bytes(300)],
    rfc1902.IpAddress: ["0.0.0.0", "255.255.255.255"],
    rfc1902.Opaque: [b"\x9f\x78\x04\x42\xf6\x00\x00"],
    rfc1902.ObjectIdentifier: ["0.0", "1.3", "2.999.3", "1.3.6.1.4.1.4294967295", "1.39.128"],
}
VALUES = [kind(value) for kind, values in EDGES.items() for value in values]
NAMES = [
    oid(name)
    for name in (
        "0.0",
        "1.3",
        "1.3.6.1.2.1.1.3.0",
        "1.3.6.1.2.1.2.2.1.10.127",
        "1.3.6.1.2.1.2.2.1.10.128",
        "1.3.6.1.2.1.2.2.1.10.4294967295",
        "1.3.6.1.2.1.17.4.3.1.1.0.255.128.127.16384.2097152",
        "2.100.3.128",
        ".".join(["1"] * 127),
        ".".join(["1"] * 128),
    )
]


@pytest.mark.parametrize(
    "value", VALUES, ids=lambda v: f"{type(v).__name__}-{v.prettyPrint()[:12]}"
)
def test_the_edges_of_every_type_are_read_as_pysnmp_reads_them(value: Any) -> None:
    for name in NAMES:
        payload = response([(name, value), (name, value)])
        assert read(payload) == judge(payload) == read(payload, *known_of(payload))


def test_an_answer_of_a_known_shape_may_have_any_values() -> None:
    for one, other in product(VALUES, VALUES):
        first, second = (secure_response([(NAMES[2], v), (NAMES[3], v)]) for v in (one, other))
        assert read(second, *known_of(first)) == judge(second)


@pytest.mark.parametrize("absent", [noSuchObject, noSuchInstance, endOfMibView])
def test_an_object_that_is_not_there_has_no_value(absent: Any) -> None:
    payload = response([(NAMES[2], absent)])
    assert read(payload) == judge(payload)
    assert read(payload).varbinds[0].value is None


@pytest.mark.parametrize("status", range(19))
def test_every_error_status_is_read(status: int) -> None:
    payload = response([(NAMES[2], rfc1902.Integer32(0))], status=status)
    assert read(payload) == judge(payload)


def broken(chance: random.Random, message: bytes) -> bytes:
    """The message with bits turned, bytes cut, doubled, moved or made up."""
    bad = bytearray(message)
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        place = chance.randrange(len(bad))
        match chance.randrange(6):
            case 0 | 1:
                bad[place] ^= 1 << chance.randrange(8)
            case 2:
                bad[place] = chance.choice(
                    (0, 1, 2, 4, 5, 6, 0x30, 0x40, 0x46, 0x7F, 0x80, 0x81, 0xFF)
                )
            case 3:
                del bad[place : place + chance.randint(1, 8)]
            case 4:
                bad[place:place] = bad[: chance.randrange(1, 20)]
            case _:
                bad[place:place] = chance.randbytes(chance.randint(1, 6))
        bad = bad or bytearray(b"\x30")
        if chance.random() < 0.5 and len(bad) > 2 and bad[1] < 0x80:
            bad[1] = min(
                len(bad) - 2, 0x7F
            )  # so that the mistake lies deeper than the first length
    return bytes(bad)


def made_up(chance: random.Random, depth: int = 0) -> bytes:
    """A tree of elements that may look a little like a message."""
    tag = chance.choice((2, 4, 5, 6, 0x30, 0x30, 0x41, 0xA2, 0xA8, chance.randrange(256)))
    if depth < 5 and tag in (0x30, 0xA2, 0xA8):
        content = b"".join(made_up(chance, depth + 1) for _ in range(chance.randint(0, 5)))
    else:
        content = chance.randbytes(chance.choice((0, 1, 1, 4, 9)))
    return element(tag, content)


def originals(chance: random.Random) -> list[bytes]:
    """Short messages, which pysnmp judges fast, of every version and every type of value."""
    made = []
    for _ in range(40):
        rows = [
            (chance.choice(NAMES[:8]), chance.choice(VALUES)) for _ in range(chance.randint(0, 2))
        ]
        plain_types = [row for row in rows if row[1].tagSet != COUNTER_64]
        made += [
            response(rows, request_id=chance.getrandbits(31)),
            response(plain_types, version="1", request_id=chance.getrandbits(31)),
            secure_response(rows, is_report=chance.random() < 0.3),
        ]
    return made


@pytest.mark.parametrize("shard", range(SHARDS))
def test_a_broken_message_is_read_as_pysnmp_reads_it_or_refused(shard: int) -> None:
    chance = random.Random(shard)
    good = originals(chance)
    accepted = 0
    known = {whole: known_of(whole) for whole in good}
    assert any(layout for _, layout, _ in known.values())
    assert any(shape for _, _, shape in known.values())
    for _ in range(BROKEN_MESSAGES // SHARDS):
        whole = chance.choice(good)
        payload = made_up(chance) if chance.random() < 0.1 else broken(chance, whole)
        try:
            ours = read(payload, *known[whole]) if chance.random() < 0.5 else read(payload)
        except BadReply:
            continue
        accepted += 1
        try:
            theirs = judge(payload)
        except REFUSALS as error:
            pytest.fail(f"we read what pysnmp refuses ({error}): {payload.hex()}")
        assert ours == theirs, payload.hex()
    assert accepted > BROKEN_MESSAGES // SHARDS // 20, "the mistakes must not all be coarse"
    assert len(_PREFIXES) <= MOST_PREFIXES
