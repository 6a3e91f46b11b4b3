"""Messages of strangers: whatever arrives is read, or refused in one way."""

import random
from contextlib import suppress

import pytest
from pyasn1.codec.ber import decoder
from pysnmp.proto.secmod.rfc3414.service import UsmSecurityParameters

from monitoring.snmp import BadReply, Community, oid, secure_messages
from monitoring.snmp.envelopes import open_envelope, wrap_community
from monitoring.snmp.pdus import V2C, Request, Verb, read_pdu
from monitoring.snmp.secure_messages import Engine, unwrap, wrap
from tests.monitoring.agents import USERS

MUTATIONS = 1500
WALK = Request(Verb.bulk, (oid("1.3.6.1.2.1.1"), oid("1.3.6.1.2.1.2")), 10)
ENGINE = Engine(b"\x80\x00\x1f\x88\x04test", boots=3, time=77)


def mutated(chance: random.Random, message: bytes) -> bytes:
    """The message with bits turned, bytes cut, doubled or made up."""
    bad = bytearray(message)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(bad))
        match chance.randrange(4):
            case 0:
                bad[place] ^= 1 << chance.randrange(8)
            case 1:
                del bad[place:]
            case 2:
                bad[place:place] = bad[: chance.randrange(1, 40)]
            case _:
                bad[place] = chance.randrange(256)
        if not bad:
            bad += b"\x30"
    return bytes(bad)


@pytest.mark.parametrize("name", ["community", "open", "signed", "shaaes", "md5des"])
def test_a_broken_message_is_refused_in_one_way(name: str) -> None:
    chance = random.Random(name)
    user = USERS.get(name)
    _, good = wrap(ENGINE, user, WALK) if user else wrap_community(Community("c"), WALK, 7)
    for _ in range(MUTATIONS):
        with suppress(BadReply):
            envelope = open_envelope(mutated(chance, good))
            if envelope.key[0] == 3:
                unwrap(envelope, user or USERS["open"], ENGINE)
            elif envelope.key[0] == 1:
                read_pdu(V2C, V2C.apiMessage.get_pdu(envelope.message))


@pytest.mark.parametrize("length", ["88ffffffffffffffff", "847fffffff", "fe", "80"])
def test_a_length_beyond_the_datagram_is_refused(length: str) -> None:
    for message in (f"30{length}0201", f"300c020103 30{length}", f"3014020101 04{length} 4141"):
        with pytest.raises(BadReply):
            open_envelope(bytes.fromhex(message))


@pytest.mark.parametrize("name", ["signed", "shaaes", "sha256aes", "sha512aes", "md5des"])
def test_a_turned_bit_breaks_the_signature(name: str) -> None:
    user = USERS[name]
    _, good = wrap(ENGINE, user, Request(Verb.get, (oid("1.3.6.1.2.1.1.3.0"),)))
    security, _ = decoder.decode(
        bytes(open_envelope(good).message["msgSecurityParameters"]),
        asn1Spec=UsmSecurityParameters(),
    )
    assert secure_messages._is_signed(good, security, user, ENGINE)
    for place in range(len(good) - 10, len(good)):
        bad = bytearray(good)
        bad[place] ^= 1
        assert not secure_messages._is_signed(bytes(bad), security, user, ENGINE)


def test_a_nest_of_sequences_does_not_exhaust_the_reader() -> None:
    for depth in (50, 2_000):
        message = b""
        for _ in range(depth):
            size = len(message)
            length = bytes([size]) if size < 128 else b"\x84" + size.to_bytes(4, "big")
            message = b"\x30" + length + message
        with pytest.raises(BadReply):
            open_envelope(message)
