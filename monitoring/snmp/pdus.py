"""PDUs on pysnmp's parts: our requests built, the agents' answers as plain values."""

import secrets
from enum import Enum
from ipaddress import IPv4Address
from typing import Any, NamedTuple

from pyasn1.error import PyAsn1Error
from pyasn1.type import univ
from pysnmp.proto import api, rfc1902, rfc1905
from pysnmp.proto.error import ProtocolError

from core.errors import say
from monitoring.snmp.errors import BadReply
from monitoring.snmp.values import Oid, Value, VarBind

V1 = api.PROTOCOL_MODULES[api.SNMP_VERSION_1]
V2C = api.PROTOCOL_MODULES[api.SNMP_VERSION_2C]

MOST_ID = 0x7FFFFFFF

# What pyasn1 and pysnmp raise on bytes that are no message of theirs.
DECODING_ERRORS = (
    PyAsn1Error,
    ProtocolError,
    ValueError,
    TypeError,
    IndexError,
    KeyError,
    AttributeError,
    # A length that no memory could hold.
    OverflowError,
    MemoryError,
    RecursionError,
)


class Verb(Enum):
    """The three questions that a manager asks."""

    get = "GetRequestPDU"
    next = "GetNextRequestPDU"
    bulk = "GetBulkRequestPDU"


class Request(NamedTuple):
    """One question; ``max_repetitions`` counts for bulk only."""

    verb: Verb
    oids: tuple[Oid, ...]
    max_repetitions: int = 0


class Answer(NamedTuple):
    """One answer; ``error_index`` counts from 1."""

    error_status: int
    error_index: int
    varbinds: list[VarBind]
    is_report: bool = False


def build_pdu(module: Any, request: Request, request_id: int) -> Any:
    """The request as a pyasn1 object of ``module`` (V1 or V2C)."""
    pdu = getattr(module, request.verb.value)()
    face = module.apiBulkPDU if request.verb is Verb.bulk else module.apiPDU
    face.set_defaults(pdu)
    face.set_request_id(pdu, request_id)
    if request.verb is Verb.bulk:
        face.set_non_repeaters(pdu, 0)
        face.set_max_repetitions(pdu, request.max_repetitions)
    face.set_varbinds(pdu, [(univ.ObjectIdentifier(o), module.null) for o in request.oids])
    return pdu


def read_pdu(module: Any, pdu: Any) -> Answer:
    """The agent's PDU as an Answer; BadReply for anything that is no response or report."""
    is_report = isinstance(pdu, rfc1905.ReportPDU)
    if not is_report and not isinstance(pdu, module.GetResponsePDU):
        raise bad_reply()
    face = module.apiPDU
    try:
        return Answer(
            int(face.get_error_status(pdu)),
            int(face.get_error_index(pdu, muteErrors=True)),
            [VarBind(tuple(name), _plain(value)) for name, value in face.get_varbinds(pdu)],
            is_report,
        )
    except DECODING_ERRORS as error:
        raise bad_reply() from error


def random_id() -> int:
    """A request or message id that an outsider cannot guess (31 bits, RFC 3416)."""
    return secrets.randbelow(MOST_ID) + 1


def bad_reply() -> BadReply:
    return BadReply(say("The device's answer cannot be read as SNMP"))


def _plain(value: Any) -> Value:
    if isinstance(value, univ.Null):  # NULL, noSuchObject, noSuchInstance, endOfMibView
        return None
    if isinstance(value, rfc1902.IpAddress | api.v1.IpAddress):
        return IPv4Address(bytes(value))
    if isinstance(value, univ.OctetString):
        return bytes(value)
    if isinstance(value, univ.ObjectIdentifier):
        return tuple(value)
    return int(value)
