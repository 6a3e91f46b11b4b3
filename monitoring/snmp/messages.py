"""Messages of v1 and v2c, and what v3 shares with them: written or filled into templates, and read."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import lru_cache, partial
from typing import Any, NamedTuple

from pyasn1.codec.ber import encoder
from pyasn1.type import univ
from pysnmp.proto import api

from monitoring.snmp.elements import (
    INTEGER,
    OBJECT_ID,
    OCTETS,
    SEQUENCE,
    Asked,
    enter,
    read_asked,
    read_number,
    read_varbinds,
)
from monitoring.snmp.errors import bad_reply
from monitoring.snmp.values import Answer, Community, Oid, Request, Verb

VERSION_1, VERSION_2C, VERSION_3 = 0, 1, 3
RESPONSE = 0xA2
NULL_VALUE = b"\x05\x00"
NO_ERROR = b"\x02\x01\x00\x02\x01\x00"  # status and index, both 0


def element(tag: int, content: bytes) -> bytes:
    """Tag, length and content (BER, lengths as short as they can be)."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    if size < 0x100:
        return bytes((tag, 0x81, size)) + content
    return bytes((tag, 0x82, size >> 8, size & 0xFF)) + content


def integer(number: int) -> bytes:
    content = number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True)
    return bytes((INTEGER, len(content))) + content


def write_pdu(request: Request, request_id: int) -> bytes:
    """The PDU of ``request``; the two numbers behind the id count for bulk only."""
    varbinds = b"".join(
        [
            element(SEQUENCE, element(OBJECT_ID, oid_content(name)) + NULL_VALUE)
            for name in request.oids
        ]
    )
    return element(
        request.verb,
        integer(request_id)
        + integer(0)
        + integer(request.max_repetitions)
        + element(SEQUENCE, varbinds),
    )


def oid_content(name: Oid) -> bytes:
    if len(name) < 3:
        return _beginning(name)
    return _beginning(name[:-1]) + _base_128(name[-1])


@lru_cache(maxsize=1024)  # steps through a column differ in the last number
def _beginning(name: Oid) -> bytes:
    first = 40 * name[0] + name[1] if len(name) > 1 else 40 * name[0]
    return b"".join(map(_base_128, (first, *name[2:])))


def _base_128(number: int) -> bytes:
    if number < 0x80:
        return bytes((number,))
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(number & 0x7F | 0x80)
    return bytes(reversed(digits))


V1 = api.PROTOCOL_MODULES[api.SNMP_VERSION_1]
V2C = api.PROTOCOL_MODULES[api.SNMP_VERSION_2C]

MOST_TEMPLATES = 2048
ID_BYTES = 4
# Two ids that differ in every byte: where two messages begin to differ, there the id stands.
MARKS = (0x55555555, 0x2AAAAAAA)
PDU_NAMES = {
    Verb.get: "GetRequestPDU",
    Verb.next: "GetNextRequestPDU",
    Verb.bulk: "GetBulkRequestPDU",
}


class Template(NamedTuple):
    """A message, or a PDU, around the place of its id; and the names that it asks for."""

    request: Request
    before: bytes
    after: bytes
    asked: Asked

    def filled(self, number: int) -> bytes:
        """The bytes with ``number``, one that ``Ids`` drew, in its place."""
        return self.before + number.to_bytes(ID_BYTES, "big") + self.after


class Templates:
    """Templates of what is asked again and again; the longest unused make room.

    Building one takes pysnmp sixty microseconds an object, so it is done for a question that comes
    a second time. Thousands of devices, each asked for a list of its own, thus never have
    templates built in a circle: their questions are written (write_pdu) in a microsecond an object.
    """

    def __init__(self, most: int = MOST_TEMPLATES) -> None:
        self._most = most
        self._templates: OrderedDict[Hashable, Template | None] = OrderedDict()

    def find(self, question: Hashable, build: Callable[[], Template]) -> Template | None:
        """The template of a question asked before; None for one that is new."""
        templates = self._templates
        try:
            template = templates[question]
        except KeyError:
            if len(templates) >= self._most:
                templates.popitem(last=False)
            templates[question] = None
            return None
        if template is None:
            template = templates[question] = build()
        templates.move_to_end(question)
        return template


def community_template(credential: Community, request: Request) -> Template:
    """A whole message of v1 or v2c."""
    module = V1 if credential.version == "1" else V2C
    messages = []
    for mark in MARKS:
        message = module.Message()
        module.apiMessage.set_defaults(message)
        module.apiMessage.set_community(message, credential.community.encode())
        module.apiMessage.set_pdu(message, _pdu(module, request, mark))
        messages.append(bytes(encoder.encode(message)))
    return _cut(request, *messages)


def pdu_template(request: Request) -> Template:
    """The PDU alone, for a scoped PDU of v3: one for all engines that are asked the same."""
    return _cut(request, *(bytes(encoder.encode(_pdu(V2C, request, mark))) for mark in MARKS))


def _pdu(module: Any, request: Request, request_id: int) -> Any:
    pdu = getattr(module, PDU_NAMES[request.verb])()
    face = module.apiBulkPDU if request.verb is Verb.bulk else module.apiPDU
    face.set_defaults(pdu)
    face.set_request_id(pdu, request_id)
    if request.verb is Verb.bulk:
        face.set_non_repeaters(pdu, 0)
        face.set_max_repetitions(pdu, request.max_repetitions)
    face.set_varbinds(pdu, [(univ.ObjectIdentifier(o), module.null) for o in request.oids])
    return pdu


def _cut(request: Request, one: bytes, other: bytes) -> Template:
    at = next(i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b)
    encoded = [bytes(encoder.encode(univ.ObjectIdentifier(name))) for name in request.oids]
    asked = Asked(list(request.oids), tuple((name, len(name) + 2) for name in encoded))
    return Template(request, one[:at], one[at + ID_BYTES :], asked)


Key = tuple[int, bytes, int]  # version on the wire, community (v3: empty), request or message id


class Message(NamedTuple):
    """A datagram opened so far that its question can be found; the rest is at ``at`` to ``end``."""

    key: Key
    payload: bytes
    at: int
    end: int


_message = partial(tuple.__new__, Message)
_answer = partial(tuple.__new__, Answer)


def open_message(payload: bytes) -> Message:
    """Read a datagram as far as the id that its question carried."""
    try:
        at, end = enter(payload, SEQUENCE, 0, len(payload))
        version = payload[at + 2]
        if end != len(payload) or payload[at] != INTEGER or payload[at + 1] != 1:
            raise bad_reply()
        if version == VERSION_3:
            return _open_secure(payload, at + 3, end)
        if version > VERSION_2C or payload[at + 3] != OCTETS:
            raise bad_reply()
        community_at = at + 5
        community_end = community_at + payload[at + 4]
        if payload[at + 4] > 127:
            community_at, community_end = enter(payload, OCTETS, at + 3, end)
        at, pdu_end = enter(payload, RESPONSE, community_end, end)
        if pdu_end != end:
            raise bad_reply()
        request_id, at = read_number(payload, at, end)
        key = version, payload[community_at:community_end], request_id
        return _message((key, payload, at, end))
    except IndexError:
        raise bad_reply() from None


def _open_secure(payload: bytes, at: int, end: int) -> Message:
    header_at, header_end = enter(payload, SEQUENCE, at, end)
    message_id, _ = read_number(payload, header_at, header_end)
    if message_id < 0:
        raise bad_reply()
    return _message(((VERSION_3, b"", message_id), payload, at, end))


def read_answer(message: Message, asked: Asked | None = None) -> Answer:
    """The rest of a v1 or v2c message; faster if it is known what was asked."""
    (version, _, _), payload, at, end = message
    try:
        return read_pdu(payload, at, end, asked, is_v1=version == VERSION_1)
    except IndexError:
        raise bad_reply() from None


def read_pdu(payload: bytes, at: int, end: int, asked: Asked | None, *, is_v1: bool) -> Answer:
    """What stands behind the request id of a PDU: faults of the agent, and its varbinds."""
    status = index = 0
    if payload.startswith(NO_ERROR, at):
        at += len(NO_ERROR)
    else:
        status, at = read_number(payload, at, end)
        index, at = read_number(payload, at, end)
        if status < 0 or index < 0:
            raise bad_reply()
    at, list_end = enter(payload, SEQUENCE, at, end)
    if list_end != end:
        raise bad_reply()
    if asked is not None and not (status or index):
        varbinds = read_asked(payload, at, end, asked, is_v1=is_v1)
        if varbinds is not None:
            return _answer((status, index, varbinds, False, True))
    return Answer(status, index, read_varbinds(payload, at, end, is_v1=is_v1))


class CommunityQuestion:
    """One request under one community."""

    __slots__ = ("_community", "_request", "_template", "_version")

    def __init__(self, credential: Community, request: Request, template: Template | None) -> None:
        self._request = request
        self._template = template
        self._community = credential.community.encode()
        self._version = VERSION_1 if credential.version == "1" else VERSION_2C

    def message(self, message_id: int) -> tuple[Key, bytes]:
        key = (self._version, self._community, message_id)
        template = self._template
        if template is not None:
            return key, template.filled(message_id)
        head = integer(self._version) + element(OCTETS, self._community)
        return key, element(SEQUENCE, head + write_pdu(self._request, message_id))

    def read(self, answer: Message) -> Answer:
        return read_answer(answer, self._template.asked if self._template else None)
