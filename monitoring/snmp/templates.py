"""Steady questions: pysnmp builds each once, and only the id is patched from then on."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

from pyasn1.codec.ber import encoder
from pyasn1.type import univ
from pysnmp.proto import api

from monitoring.snmp.elements import Asked
from monitoring.snmp.requests import Request, Verb
from monitoring.snmp.values import Community

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
    templates built in a circle: their questions are written (writer.py) in a microsecond an object.
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
