"""Messages of ours beside pysnmp's, and v3 messages of strangers: read, or refused in one way."""

import random
from contextlib import suppress
from itertools import product

import pytest
from pyasn1.codec.ber import encoder
from pyasn1.type import univ
from pysnmp.proto import rfc1902
from pysnmp.proto.secmod.rfc3414.service import aes, des

from monitoring.snmp import BadReply, Community, PrivProtocol, oid
from monitoring.snmp.ciphers import SERVICES, Undecipherable, cipher_for
from monitoring.snmp.elements import OCTETS, SEQUENCE
from monitoring.snmp.exchanges import IDS_A_DRAW, LEAST_ID, Ids
from monitoring.snmp.messages import (
    V2C,
    CommunityQuestion,
    Template,
    Templates,
    _pdu,
    community_template,
    element,
    integer,
    open_message,
    pdu_template,
    write_pdu,
)
from monitoring.snmp.secure_messages import SecureQuestion
from monitoring.snmp.secure_reader import read_encrypted, read_secure
from monitoring.snmp.usm import Engine
from monitoring.snmp.values import MOST_ID, Request, Verb
from tests.monitoring.agents import USERS
from tests.monitoring.judge import response

MUTATIONS = 1500
MESSAGE_ID = 0x1234_5678
NAMES = [oid(f"1.3.6.1.2.1.{n}.{m}") for n in (1, 128, 16_384) for m in (0, 127, 4_294_967_295)]
STEPS = [
    Request(Verb.bulk, (oid("1.3.6.1.2.1.1"), oid("1.3.6.1.2.1.2")), 10),
    Request(Verb.bulk, (oid("1.3"),), 200),
    Request(Verb.next, tuple(NAMES)),
    Request(Verb.get, tuple(NAMES) * 5),
    Request(Verb.get, ()),
]
GET = Request(Verb.get, (oid("1.3.6.1.2.1.1.3.0"),))
ENGINE_ID = b"\x80\x00\x1f\x88\x04test"


def an_engine() -> Engine:
    return Engine(ENGINE_ID, boots=3, time=77)


def secure_answer(name: str, pdu: bytes, *, message_id: int = MESSAGE_ID) -> bytes:
    """What an agent would answer to the user: written by hand, signed and encrypted."""
    user, engine = USERS[name], an_engine()
    local = engine.local(user)
    data, salt = element(SEQUENCE, local.scope + pdu), b""
    if local.cipher:
        encrypted, salt = local.cipher.encrypt(data + bytes(-len(data) % 8), 3, 80)
        data = element(OCTETS, encrypted)
    blank = bytes(local.signer.length if local.signer else 0)
    flags = bytes((bool(local.signer) + 2 * bool(local.cipher),))
    header = integer(message_id) + integer(65_507) + element(OCTETS, flags) + integer(3)
    names = local.name_and_blank + element(OCTETS, salt)
    security = element(SEQUENCE, local.engine_element + integer(3) + integer(80) + names)
    wrapped = element(SEQUENCE, header) + element(OCTETS, security) + data
    message = element(SEQUENCE, integer(3) + wrapped)
    if local.signer:
        at = len(message) - len(data) - len(element(OCTETS, salt)) - len(blank)
        message = message[:at] + local.signer.sign(message) + message[at + len(blank) :]
    return message


def a_pdu(request_id: int = MESSAGE_ID) -> bytes:
    """A response's PDU, cut out of a message of v2c."""
    whole = response([(NAMES[0], univ.Null(""))], request_id=request_id)
    return whole[whole.index(b"\xa2") :]


def asked_as(name: str) -> SecureQuestion:
    question = SecureQuestion(an_engine(), USERS[name], GET)
    question.message(MESSAGE_ID)
    return question


@pytest.mark.parametrize("request_", STEPS, ids=lambda r: f"{r.verb.name}-{len(r.oids)}")
def test_what_we_write_is_what_pysnmp_writes(request_: Request) -> None:
    theirs = bytes(encoder.encode(_pdu(V2C, request_, MESSAGE_ID)))
    assert write_pdu(request_, MESSAGE_ID) == theirs


@pytest.mark.parametrize("version", ["1", "2c"])
@pytest.mark.parametrize("request_", [GET, STEPS[3], STEPS[4]], ids=["one", "many", "none"])
def test_a_question_from_a_template_is_the_one_that_we_write(
    version: str, request_: Request
) -> None:
    credential = Community("public", version)
    template = community_template(credential, request_)
    _, written = CommunityQuestion(credential, request_, None).message(MESSAGE_ID)
    key, filled = CommunityQuestion(credential, request_, template).message(MESSAGE_ID)
    assert filled == written
    assert key == (0 if version == "1" else 1, b"public", MESSAGE_ID)
    assert pdu_template(request_).filled(MESSAGE_ID) == write_pdu(request_, MESSAGE_ID)


def test_templates_are_bounded_and_built_for_what_comes_again() -> None:
    templates, built = Templates(most=3), []

    def build() -> Template:
        built.append(1)
        return pdu_template(GET)

    for _ in range(5):
        for question in range(4):  # one more than there is room for: none comes again in time
            assert templates.find(question, build) is None
    assert not built
    assert templates.find(3, build)
    assert len(templates._templates) == 3


def test_ids_fill_their_place_in_a_template() -> None:
    ids = Ids()
    drawn = {ids.draw() for _ in range(5 * IDS_A_DRAW)}
    assert min(drawn) >= LEAST_ID
    assert max(drawn) <= MOST_ID
    assert len(drawn) > 5 * IDS_A_DRAW - 10


@pytest.mark.parametrize("protocol", list(PrivProtocol))
@pytest.mark.parametrize("size", [1, 15, 16, 17, 160])
def test_ciphers_and_pysnmps_services_open_each_others_messages(
    protocol: PrivProtocol, size: int
) -> None:
    key = bytes(range(SERVICES[protocol].KEY_SIZE))
    ours, theirs = cipher_for(protocol, key), SERVICES[protocol]
    plain = bytes(range(size))
    encrypted, salt = ours.encrypt(plain, 3, 77)
    parameters = (3, 77, univ.OctetString(salt))
    opened = theirs.decrypt_data(univ.OctetString(key), parameters, univ.OctetString(encrypted))
    assert bytes(opened)[:size] == plain
    encrypted, salt = theirs.encrypt_data(univ.OctetString(key), (3, 77, None), plain)
    assert ours.decrypt(bytes(encrypted), 3, 77, bytes(salt))[:size] == plain
    with pytest.raises(Undecipherable):
        ours.decrypt(bytes(encrypted), 3, 77, b"short")
    assert isinstance(theirs, des.Des | aes.Aes)


@pytest.mark.parametrize("name", ["open", "signed", "shaaes", "md5des", "sha512aes"])
def test_a_secure_question_says_the_time_and_is_signed_whatever_its_size(name: str) -> None:
    engine = Engine(ENGINE_ID)
    sizes = [1, 5, 1, 40, 1]
    for boots, engine_time in product([0, 127, 128, MOST_ID], repeat=2):
        engine.hear(boots, engine_time)
        for size in sizes:
            request = Request(Verb.get, tuple(NAMES[:1] * size))
            key, payload = SecureQuestion(engine, USERS[name], request).message(MESSAGE_ID)
            message = open_message(payload)
            secure = read_secure(message)
            assert message.key == key
            assert (secure.engine_id, secure.boots, secure.time) == (ENGINE_ID, boots, engine_time)
            local = engine.local(USERS[name])
            assert secure.user_name == local.name
            assert local.has_signed(payload, secure) == (name != "open")
            if local.cipher:
                encrypted = read_encrypted(message, secure)
                plain = local.cipher.decrypt(encrypted, boots, engine_time, secure.salt)
            else:
                plain = payload[secure.data_at :]
            written = element(SEQUENCE, local.scope + write_pdu(request, MESSAGE_ID))
            assert plain.startswith(written)
            assert len(plain) - len(written) <= (8 if name == "md5des" else 0)


@pytest.mark.parametrize("name", ["open", "signed", "shaaes", "md5des"])
def test_answers_of_one_shape_and_of_others_are_read_alike(name: str) -> None:
    engine, names = an_engine(), NAMES[2:5]
    request = Request(Verb.get, tuple(names))
    question = SecureQuestion(engine, USERS[name], request, pdu_template(request))
    question.message(MESSAGE_ID)
    for number in (1, 2, 127, 128, 2**31, 2**32 - 1, 5, 6, 300, 301):
        values = [rfc1902.Counter32(number), rfc1902.OctetString(str(number)), univ.Null("")]
        whole = response(list(zip(names, values, strict=True)), request_id=MESSAGE_ID)
        for pdu in [whole[whole.index(b"\xa2") :]] * 3:
            opened = question.read(open_message(secure_answer(name, pdu)))
            expected = zip(names, [number, str(number).encode(), None], strict=True)
            assert opened.answer.varbinds == list(expected)
            assert opened.answer.is_as_asked


@pytest.mark.parametrize("name", ["open", "signed", "shaaes", "md5des", "sha512aes"])
def test_an_answer_is_opened(name: str) -> None:
    opened = asked_as(name).read(open_message(secure_answer(name, a_pdu())))
    assert opened.answer.varbinds == [(NAMES[0], None)]
    assert (opened.engine_id, opened.boots, opened.time) == (ENGINE_ID, 3, 80)
    assert opened.is_authentic == (name != "open")


@pytest.mark.parametrize("name", ["open", "signed", "shaaes", "md5des"])
def test_a_broken_secure_message_is_refused_in_one_way(name: str) -> None:
    chance = random.Random(name)
    good, question = secure_answer(name, a_pdu()), asked_as(name)
    for _ in range(MUTATIONS):
        bad = bytearray(good)
        for _ in range(chance.randint(1, 3)):
            place = chance.randrange(len(bad))
            if chance.random() < 0.6:
                bad[place] ^= 1 << chance.randrange(8)
            else:
                del bad[place : place + chance.randint(1, 20)]
            bad = bad or bytearray(b"\x30")
        with suppress(BadReply):
            question.read(open_message(bytes(bad)))


@pytest.mark.parametrize("name", ["signed", "shaaes", "sha256aes", "sha512aes", "md5des"])
def test_any_turned_bit_breaks_the_signature(name: str) -> None:
    good, question = secure_answer(name, a_pdu()), asked_as(name)
    for place in range(len(good)):
        bad = bytearray(good)
        bad[place] ^= 1
        with pytest.raises(BadReply):
            question.read(open_message(bytes(bad)))


@pytest.mark.parametrize("name", ["signed", "shaaes"])
def test_an_answer_below_the_level_that_was_asked_is_refused(name: str) -> None:
    with pytest.raises(BadReply):
        asked_as(name).read(open_message(secure_answer("open", a_pdu())))


def test_an_answer_to_another_request_of_the_same_message_is_refused() -> None:
    with pytest.raises(BadReply):
        asked_as("shaaes").read(open_message(secure_answer("shaaes", a_pdu(MESSAGE_ID + 1))))


@pytest.mark.parametrize("length", ["88ffffffffffffffff", "847fffffff", "fe", "80"])
def test_a_length_beyond_the_datagram_is_refused(length: str) -> None:
    for message in (f"30{length}0201", f"300c020103 30{length}", f"3014020101 04{length} 4141"):
        with pytest.raises(BadReply):
            open_message(bytes.fromhex(message))


def test_every_beginning_of_a_message_is_refused() -> None:
    for whole in (response([(NAMES[0], univ.Null(""))]), secure_answer("shaaes", a_pdu())):
        for size in range(len(whole)):
            with pytest.raises(BadReply):
                open_message(whole[:size])


def test_a_nest_of_sequences_does_not_exhaust_the_reader() -> None:
    message = b""
    for _ in range(2_000):
        message = element(SEQUENCE, message)
        with pytest.raises(BadReply):
            open_message(message)
